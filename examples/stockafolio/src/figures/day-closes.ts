import { mulDivHalfEven } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { symbolCloses } from '../day-tables.js';
import type { Close } from './closes.js';
import { readRows } from './read-rows.js';

/** The closes of a symbol by New York day, in order. `price` in 1e-4 USD. */
export type Closes = readonly Close[];

/**
 * The closes of a symbol, read from the table `symbol_closes`. Over all shards it is the price of the newest trade of a
 * day; for equal times the lower shard decides.
 */
export async function closesOf(tables: Tables, symbol: string): Promise<Closes> {
  const byDay = new Map<string, { readonly time: number; readonly price: number }>();
  for (const { day, time, price } of await readRows(tables, symbolCloses, [symbol])) {
    const best = byDay.get(day);
    if (best === undefined || time > best.time) byDay.set(day, { time, price });
  }
  return [...byDay].map(([day, { price }]) => ({ day, price })).reverse();
}

/** A split that a user has had of a symbol. */
export interface SplitOfDay {
  readonly day: string;
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The last close of a symbol up to a day; undefined if there is none. Where it is of an earlier day, the splits since then
 * divide it: the price that is missing would be that of the new shares.
 */
export function closeAt(closes: Closes, day: string, splits: readonly SplitOfDay[] = []): Close | undefined {
  const last = lastUpTo(closes, day);
  if (last === undefined || last.day === day) return last;
  const since = splits.filter((split) => split.day > last.day && split.day <= day);
  const price = since.reduce((now, split) => mulDivHalfEven(now, split.denominator, split.numerator), last.price);
  return { day: last.day, price };
}

/** The newest close that is not after a day, by halving. */
function lastUpTo(closes: Closes, day: string): Close | undefined {
  let [low, high] = [0, closes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((closes[middle]?.day ?? '') <= day) low = middle + 1;
    else high = middle;
  }
  return closes[low - 1];
}
