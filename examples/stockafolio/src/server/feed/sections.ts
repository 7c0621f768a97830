/** What a page shows, in parts: the rows of each, as JSON, by a key that stays the same while the row changes. */
export type Sections = Readonly<Record<string, ReadonlyMap<string, string>>>;

/** A part of one row only. */
export function single(row: unknown): ReadonlyMap<string, string> {
  return new Map([['', JSON.stringify(row)]]);
}

/** A part of rows that are known by their place in the list. */
export function ranked(rows: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row, n) => [String(n), JSON.stringify(row)]));
}

/** A part of rows that are known by a key of their own. */
export function keyed<R>(rows: readonly R[], keyOf: (row: R) => string): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [keyOf(row), JSON.stringify(row)]));
}

/** Everything, as `{"set":{PART:{KEY:ROW}}}`. */
export function wholeText(sections: Sections): string {
  return `{"set":{${Object.entries(sections)
    .map(([part, rows]) => `${JSON.stringify(part)}:{${membersOf([...rows])}}`)
    .join(',')}}}`;
}

/**
 * What has to be done to the one to have the other: `{"set":{PART:{KEY:ROW}},"gone":{PART:[KEY]}}`; undefined where
 * nothing has.
 */
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
