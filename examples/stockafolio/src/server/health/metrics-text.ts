/** A measured value with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of each metric, by its name. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n' };

/**
 * Reads the text format of Prometheus (exposition format 0.0.4). Lines that are not of that form are left out: the other
 * figures are worth as much without them.
 */
export function readMetrics(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, labelText = '', number] = LINE.exec(line.trim()) ?? [];
    if (name === undefined || number === undefined) continue;
    const value = numberOf(number);
    if (value === undefined) continue;
    const labels: Record<string, string> = {};
    for (const [, label = '', escaped = ''] of labelText.matchAll(LABEL)) {
      labels[label] = escaped.replace(/\\(.)/g, (_, character: string) => ESCAPED[character] ?? character);
    }
    const of = samples.get(name);
    if (of === undefined) samples.set(name, [{ labels, value }]);
    else of.push({ labels, value });
  }
  return samples;
}

/** The value of the first sample with these labels; undefined if there is none. */
export function valueOf(samples: Samples, name: string, labels: Sample['labels'] = {}): number | undefined {
  return samples.get(name)?.find((sample) => isOf(sample, labels))?.value;
}

/** The sum over all samples with these labels; undefined if there is none. */
export function sumOf(samples: Samples, name: string, labels: Sample['labels'] = {}): number | undefined {
  const found = (samples.get(name) ?? []).filter((sample) => isOf(sample, labels));
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

function isOf(sample: Sample, labels: Sample['labels']): boolean {
  return Object.entries(labels).every(([name, value]) => sample.labels[name] === value);
}

function numberOf(text: string): number | undefined {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
