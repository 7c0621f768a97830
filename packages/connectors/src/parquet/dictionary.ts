/** The distinct values of a column, and each row's index among them. */
export interface Dictionary {
  readonly values: readonly string[];
  readonly indexes: Uint32Array;
}

const SAMPLE = 2048;
/** With more distinct values than this, indexes are wide and the dictionary is a second copy of the column. */
const LARGEST = 65_536;

/** A dictionary of these values; undefined if too many of them are distinct for it to be useful. */
export function buildDictionary(values: readonly string[]): Dictionary | undefined {
  if (isMostlyDistinct(values)) return undefined;
  const indexByValue = new Map<string, number>();
  const distinct: string[] = [];
  const indexes = new Uint32Array(values.length);
  const limit = Math.min(LARGEST, Math.max(16, values.length >> 1));
  let lastValue: string | undefined;
  let lastIndex = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? '';
    if (value !== lastValue) {
      let index = indexByValue.get(value);
      if (index === undefined) {
        index = distinct.length;
        if (index >= limit) return undefined;
        indexByValue.set(value, index);
        distinct.push(value);
      }
      lastValue = value;
      lastIndex = index;
    }
    indexes[i] = lastIndex;
  }
  return { values: distinct, indexes };
}

function isMostlyDistinct(values: readonly string[]): boolean {
  if (values.length < SAMPLE) return false;
  const step = Math.floor(values.length / SAMPLE);
  const seen = new Set<string>();
  for (let i = 0; i < SAMPLE; i++) seen.add(values[i * step] ?? '');
  return seen.size > SAMPLE / 2;
}
