/** The distinct values of a column, and each row's place among them. */
export interface Dictionary {
  readonly values: readonly string[];
  readonly indexes: Uint32Array;
}

const SAMPLE = 2048;
/** With more distinct values than this, indexes are wide and the dictionary is a second copy of the column. */
const LARGEST = 65_536;

/** A dictionary of these values; undefined where too many of them are distinct for it to be worth anything. */
export function buildDictionary(values: readonly string[]): Dictionary | undefined {
  if (isMostlyDistinct(values)) return undefined;
  const places = new Map<string, number>();
  const distinct: string[] = [];
  const indexes = new Uint32Array(values.length);
  const limit = Math.min(LARGEST, Math.max(16, values.length >> 1));
  let lastValue: string | undefined;
  let lastPlace = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? '';
    if (value !== lastValue) {
      let place = places.get(value);
      if (place === undefined) {
        place = distinct.length;
        if (place >= limit) return undefined;
        places.set(value, place);
        distinct.push(value);
      }
      lastValue = value;
      lastPlace = place;
    }
    indexes[i] = lastPlace;
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
