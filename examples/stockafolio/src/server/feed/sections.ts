/**
 * The content of a page, in sections: the rows of each, as JSON, by a key that stays the same while the row changes.
 */
export type Sections = Readonly<Record<string, ReadonlyMap<string, string>>>;

/** A section with a single row. */
export function single(row: unknown): ReadonlyMap<string, string> {
  return new Map([['', JSON.stringify(row)]]);
}

/** A section whose rows are identified by their rank. */
export function ranked(rows: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row, n) => [String(n), JSON.stringify(row)]));
}

/** A section whose rows have their own keys. */
export function keyed<R>(rows: readonly R[], keyOf: (row: R) => string): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [keyOf(row), JSON.stringify(row)]));
}

/** The full content, as `{"set":{PART:{KEY:ROW}}}`. */
export function wholeText(sections: Sections): string {
  return `{"set":{${Object.entries(sections)
    .map(([part, rows]) => `${JSON.stringify(part)}:{${membersOf([...rows])}}`)
    .join(',')}}}`;
}

/** The difference between two contents: `{"set":{PART:{KEY:ROW}},"gone":{PART:[KEY]}}`; undefined if they are equal. */
export function changeText(before: Sections, after: Sections): string | undefined {
  const set: string[] = [];
  const gone: string[] = [];
  for (const part of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, rows] = [before[part], after[part]];
    const changed = [...(rows ?? [])].filter(([key, row]) => old?.get(key) !== row);
    if (changed.length > 0) set.push(`${JSON.stringify(part)}:{${membersOf(changed)}}`);
    const missing = [...(old?.keys() ?? [])].filter((key) => rows?.has(key) !== true);
    if (missing.length > 0) gone.push(`${JSON.stringify(part)}:${JSON.stringify(missing)}`);
  }
  if (set.length === 0 && gone.length === 0) return undefined;
  return `{"set":{${set.join(',')}}${gone.length === 0 ? '' : `,"gone":{${gone.join(',')}}`}}`;
}

function membersOf(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([key, row]) => `${JSON.stringify(key)}:${row}`).join(',');
}
