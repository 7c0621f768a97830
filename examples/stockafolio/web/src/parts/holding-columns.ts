import type { WireHolding } from '@stockafolio/example/api';
import { unitsOf } from '../figures/money.js';

/** The columns of the holdings, in order; numbers are first sorted in descending order. */
export const columns = [
  { name: 'symbol', title: 'Symbol', number: false },
  { name: 'sector', title: 'Sector', number: false },
  { name: 'quantity', title: 'Shares', number: true },
  { name: 'averageCost', title: 'Average cost', number: true },
  { name: 'price', title: 'Last price', number: true },
  { name: 'marketValue', title: 'Value', number: true },
  { name: 'unrealized', title: 'Unrealized', number: true },
  { name: 'dayChange', title: 'Day’s P&L', number: true },
  { name: 'weight', title: 'Weight', number: true },
] as const;

export type ColumnName = (typeof columns)[number]['name'];

/** The rows in the order of a column, ties by symbol; unknown values come last. */
export function sortedBy(rows: readonly WireHolding[], by: ColumnName, down: boolean): WireHolding[] {
  const keys = new Map(rows.map((row) => [row, keyOf(row, by)]));
  return [...rows].sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)];
    if (x === y || x === undefined || y === undefined) {
      if (x !== y) return x === undefined ? 1 : -1;
      return a.symbol < b.symbol ? -1 : 1;
    }
    return x < y !== down ? -1 : 1;
  });
}

function keyOf(row: WireHolding, by: ColumnName): bigint | number | string | undefined {
  if (by === 'symbol' || by === 'sector') return row[by];
  if (by === 'quantity') return unitsOf(String(row.quantity), 8);
  if (by === 'weight') return row.weight ?? undefined;
  const value = row[by];
  return value === null ? undefined : unitsOf(value);
}

/** Whether it is a short position. */
export function isShort({ quantity }: Pick<WireHolding, 'quantity'>): boolean {
  return String(quantity).startsWith('-');
}
