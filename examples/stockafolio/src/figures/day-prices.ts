import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { symbolPrices } from '../tables.js';
import { readRows } from './read-rows.js';

export type PriceRow = RowOf<typeof symbolPrices>;

/** The price of a trade; `price` in 1e-4 USD, `time` in epoch milliseconds. */
export interface PriceAt {
  readonly time: number;
  readonly price: number;
}

/**
 * The price of a symbol's newest trade in each ten minutes of a New York day, in order of time. Over all shards it is
 * that of the newest trade; for equal times the lower shard decides.
 */
export async function pricesOfDay(tables: Tables, symbol: string, day: string): Promise<PriceRow[]> {
  const slots = new Map<number, PriceRow>();
  for (const row of await readRows(tables, symbolPrices, [day, symbol])) {
    const best = slots.get(row.minute);
    if (best === undefined || row.time > best.time) slots.set(row.minute, row);
  }
  return [...slots.values()];
}

/** Looks up the last price of a symbol on a day; undefined if it was not traded. */
export type LastPriceOf = (symbol: string, day: string) => Promise<PriceAt | undefined>;

/** The last price of a symbol on a day, read from the table `symbol_prices`. */
export function lastPriceIn(tables: Tables): LastPriceOf {
  return async (symbol, day) => {
    const last = (await pricesOfDay(tables, symbol, day)).at(-1);
    return last === undefined ? undefined : { time: last.time, price: last.price };
  };
}
