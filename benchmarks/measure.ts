/** Runs one round and returns how many units of work it did. */
export type Round = () => number | Promise<number>;

export interface Measured {
  readonly name: string;
  /** Units of work per second, the median of the rounds. */
  readonly rate: number;
}

export interface Comparison<N extends string> {
  readonly measured: readonly Measured[];
  /** The median over the rounds of a's rate divided by b's of the same round. */
  ratio(a: N, b: N): number;
}

/** Seconds that have passed. */
export function wallSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** Seconds that the processor has worked for this process, on all its threads. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Runs the candidates in turns, so that other load on the machine affects all alike.
 *
 * @param rounds how many are counted, after one warm-up round
 */
export async function alternate<N extends string>(
  candidates: Readonly<Record<N, Round>>,
  rounds = 7,
  clock = wallSeconds,
): Promise<Comparison<N>> {
  const names = Object.keys(candidates) as N[];
  const rates = new Map<N, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const start = clock();
      const units = await candidates[name]();
      const seconds = clock() - start;
      if (round >= 0) rates.get(name)?.push(units / seconds);
    }
  }
  const of = (name: N): readonly number[] => rates.get(name) ?? [];
  return {
    measured: names.map((name) => ({ name, rate: median(of(name)) })),
    ratio: (a, b) => median(of(a).map((rate, i) => rate / (of(b)[i] ?? Number.NaN))),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Prints rows of cells in columns: the first to the left, the others to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((cell, c) => Math.max(cell.length, ...rows.map((row) => (row[c] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  ');
  console.log(line(header));
  console.log(line(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) console.log(line(row));
}

/** Prints the results, in thousands per second. */
export function printRates(title: string, unit: string, measured: readonly Measured[]): void {
  printTable(
    [title, `thousand ${unit}/s`],
    measured.map(({ name, rate }) => [name, (rate / 1000).toFixed(0)]),
  );
}
