import type { WireSymbolDay } from '@stockafolio/example/api';
import { ratio, unitsOf } from '../figures/money.js';

/** The columns of the symbols of a day, in order; numbers are first sorted in descending order. */
export const symbolColumns = [
  { name: 'symbol', title: 'Symbol', number: false },
  { name: 'sector', title: 'Sector', number: false },
  { name: 'value', title: 'Value', number: true },
  { name: 'trades', title: 'Trades', number: true },
  { name: 'shares', title: 'Shares', number: true },
  { name: 'bought', title: 'Bought', number: true },
  { name: 'price', title: 'Last price', number: true },
  { name: 'change', title: 'Change', number: true },
] as const;

export type SymbolColumn = (typeof symbolColumns)[number]['name'];

/** How the rows can be sorted, as an address says it: `price`, or in descending order `-price`. */
export const symbolSorts = symbolColumns.flatMap(({ name }) => [name, `-${name}`] as const);

/** The part of a symbol's value that was bought, in hundredths of a per cent; undefined of nothing. */
export function boughtPart({ buyValue, value }: WireSymbolDay): number | undefined {
  return ratio(buyValue, value);
}

/** The symbols in the order of a column, ties by symbol; unknown values come last either way. */
export function sortedSymbols(rows: readonly WireSymbolDay[], by: SymbolColumn, down: boolean): WireSymbolDay[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row, by) }));
  keyed.sort((a, b) => {
    if (a.key === b.key) return a.row.symbol < b.row.symbol ? -1 : 1;
    if (a.key === undefined || b.key === undefined) return a.key === undefined ? 1 : -1;
    return a.key < b.key === down ? 1 : -1;
  });
  return keyed.map(({ row }) => row);
}

function keyOf(row: WireSymbolDay, by: SymbolColumn): bigint | number | string | undefined {
  switch (by) {
    case 'symbol':
      return row.symbol;
    case 'sector':
      return row.sector ?? undefined;
    case 'value':
      return unitsOf(row.value);
    case 'trades':
      return Number(row.trades);
    case 'shares':
      return unitsOf(String(row.volume), 8);
    case 'bought':
      return boughtPart(row);
    case 'price':
      return row.price === null ? undefined : unitsOf(row.price);
    case 'change':
      return row.basisPoints ?? undefined;
  }
}
