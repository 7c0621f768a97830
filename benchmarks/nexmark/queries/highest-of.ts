/** Of the candidates of each group, all those with the highest value: what a reader of several partitions' rows does. */
export function highestOf<R, G extends keyof R, V extends keyof R>(
  rows: readonly (R & Readonly<Record<G | V, number>>)[],
  group: G,
  value: V,
): (R & Readonly<Record<G | V, number>>)[] {
  const highest = new Map<number, number>();
  for (const row of rows) highest.set(row[group], Math.max(highest.get(row[group]) ?? -Infinity, row[value]));
  return rows.filter((row) => row[value] === highest.get(row[group]));
}
