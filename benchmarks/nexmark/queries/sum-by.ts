import type { Row } from '../query.js';

/** Sums the columns of rows that agree in their keys: the parts of figures, from the shards of one or several tables. */
export function sumBy(rows: readonly Row[], keys: readonly string[]): Row[] {
  const figures = new Map<string, Record<string, string | number>>();
  for (const row of rows) {
    const id = JSON.stringify(keys.map((key) => row[key]));
    const figure = figures.get(id) ?? {};
    for (const [name, value] of Object.entries(row))
      figure[name] = keys.includes(name) ? value : Number(figure[name] ?? 0) + Number(value);
    figures.set(id, figure);
  }
  return [...figures.values()];
}
