import type { Answer, Row } from '../query.js';

/** What closes the input has ids from here on. Its own windows are still open here, but Flink closes them at the end of its input. */
const CLOSING = 2_000_000_000;

/** The column by which a row of the closing events is known, and the columns that only one of the answers has. */
const shapes: Readonly<Record<string, { readonly id?: string; readonly dropped?: readonly string[] }>> = {
  q5: { id: 'auction', dropped: ['end'] },
  q7: { id: 'auction' },
  q8: { id: 'id' },
};

/** How two answers of a query differ, in words; undefined if they are the same rows. */
export function difference(query: string, ours: Answer, flinks: Answer): string | undefined {
  const { id, dropped = [] } = shapes[query] ?? {};
  const texts = (answer: Answer): string[] =>
    answer
      .filter((row) => id === undefined || Number(row[id]) < CLOSING)
      .map((row) => textOf(row, dropped))
      .sort();
  const [a, b] = [texts(ours), texts(flinks)];
  if (a.length === 0) return 'there are no rows to compare';
  const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, n) => a[n] !== b[n]);
  if (at < 0) return undefined;
  return `${a.length} rows and Flink's ${b.length}; at row ${at}: ${a[at] ?? 'nothing'}, and Flink's ${b[at] ?? 'nothing'}`;
}

function textOf(row: Row, dropped: readonly string[]): string {
  const kept = Object.entries(row).filter(([name]) => !dropped.includes(name));
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
