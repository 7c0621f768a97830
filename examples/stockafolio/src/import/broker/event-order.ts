import type { Preset } from './preset.js';
import type { ReadRow } from './read-row.js';

export type FileOrder = Preset['order'];

/** Rows in the order of their events. */
export interface Ordered {
  readonly rows: readonly ReadRow[];
  /** The order of the file, as its times show it. */
  readonly order: FileOrder;
}

/** A row and its time, which is that of the row before it if it has none. */
interface Timed {
  readonly row: ReadRow;
  readonly ms: number;
}

/**
 * Sorts rows by time, each table on its own: where most times go down, the table is newest first, and rows with equal times
 * are turned round too. Tables whose times are all equal have the order of the preset. Rows without a time stay behind the
 * row before them.
 */
export function inEventOrder(rows: readonly ReadRow[], preset: Preset): Ordered {
  const tables = new Map<string, ReadRow[]>();
  for (const row of rows) {
    const title = row.row.table.title ?? '';
    const table = tables.get(title);
    if (table === undefined) tables.set(title, [row]);
    else table.push(row);
  }
  const orders = new Map<FileOrder, number>();
  const all: Timed[] = [];
  for (const table of tables.values()) {
    const order = orderOf(table, preset.order);
    orders.set(order, (orders.get(order) ?? 0) + table.filter(({ kind }) => kind === 'trade').length);
    const timed = withTimes(table);
    all.push(...(order === 'newest-first' ? timed.reverse() : timed));
  }
  const order = [...orders].sort(([, a], [, b]) => b - a)[0]?.[0] ?? preset.order;
  // A stable sort: equal times stay in the order of their table.
  return { rows: all.sort((a, b) => Math.sign(a.ms - b.ms)).map(({ row }) => row), order };
}

function withTimes(rows: readonly ReadRow[]): Timed[] {
  let last = rows.find(({ time }) => time !== undefined)?.time?.ms ?? 0;
  return rows.map((row) => {
    // The balance with which a statement begins is before all.
    if (row.kind === 'opening' && row.time === undefined) return { row, ms: Number.MIN_SAFE_INTEGER };
    return { row, ms: (last = row.time?.ms ?? last) };
  });
}

function orderOf(rows: readonly ReadRow[], order: FileOrder): FileOrder {
  if (order === 'by-time') return order;
  let before: number | undefined;
  let ups = 0;
  for (const { time } of rows) {
    if (time === undefined) continue;
    if (before !== undefined) ups += Math.sign(time.ms - before);
    before = time.ms;
  }
  return ups === 0 ? order : ups < 0 ? 'newest-first' : 'oldest-first';
}
