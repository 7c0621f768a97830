import { daysOfDate } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { newYorkMoment } from '../calendar/new-york-time.js';
import { minuteOfDay, tradingDay } from '../calendar/trading-day.js';
import { worth } from '../quantity.js';
import { positions } from '../tables.js';
import { pricesOfDay, type PriceRow } from './day-prices.js';
import { quotesOf, type QuoteOf } from './quotes.js';
import { readRows } from './read-rows.js';
import { sideBySide } from './side-by-side.js';
import { tradesSince } from './trades-since.js';

/** Minutes in a row of symbol_prices. */
const SLOT = 10;

/** The largest number of trades of a day and later ones that are processed; a user with more has no such line. */
const MOST_TRADES = 20_000;

/** A portfolio's market value at a time; `time` in epoch milliseconds, `value` in 1e-4 USD. */
export interface ValueAt {
  readonly time: number;
  readonly value: bigint;
}

/**
 * A user's market value over a New York day, every ten minutes, computed from three tables. The present holdings, minus
 * later trades, give the holdings at a time. These are multiplied by the price of each symbol's newest trade up to
 * then, on that day. Before its first trade of the day a symbol counts at its first price of the day. If it was not
 * traded on that day at all, it counts at its latest known price.
 *
 * The last point is at the newest of these prices. `known` are the latest prices, if they have been read already. Empty
 * if nobody traded on that day, and for a user with too many trades.
 */
export async function valueOverDay(tables: Tables, user: string, day: string, known?: QuoteOf): Promise<ValueAt[]> {
  const start = newYorkMoment(daysOfDate(day), 0);
  const trades = await tradesSince(tables, user, start, MOST_TRADES);
  if (trades === undefined) return [];
  const held = new Map((await readRows(tables, positions, [user])).map((row) => [row.symbol, row.quantity]));
  const symbols = [...held.keys()].filter(
    (symbol) => held.get(symbol) !== 0 || trades.some((t) => t.symbol === symbol),
  );
  const prices = new Map(
    await sideBySide(symbols, async (symbol) => [symbol, await pricesOfDay(tables, symbol, day)] as const),
  );
  const latest = known ?? (await quotesOf(tables, symbols));

  const moments = momentsOf([...prices.values()].flat(), trades, day);
  const values: ValueAt[] = [];
  let undone = 0;
  for (const [n, time] of [...moments.entries()].reverse()) {
    // Ten minutes end before the next ones begin; the last point includes the newest price itself.
    const end = n === moments.length - 1 ? time + 1 : time;
    for (let trade = trades[undone]; trade !== undefined && trade.time >= end; trade = trades[++undone]) {
      const sign = trade.side === 'buy' ? -1 : 1;
      held.set(trade.symbol, (held.get(trade.symbol) ?? 0) + sign * trade.quantity);
    }
    values.push({ time, value: valueOf(held, symbols, end, prices, latest) });
  }
  return values.reverse();
}

/** The end of each ten minutes from the first price or trade of the day on; finally the newest of them. */
function momentsOf(prices: readonly PriceRow[], trades: readonly { readonly time: number }[], day: string): number[] {
  const times = [...prices, ...trades].map(({ time }) => time).filter((time) => tradingDay(time) === day);
  if (times.length === 0) return [];
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const time of times) [first, last] = [Math.min(first, time), Math.max(last, time)];
  const moments: number[] = [];
  const from = minuteOfDay(first) - (minuteOfDay(first) % SLOT);
  for (let minute = from; minute < 24 * 60; minute += SLOT) {
    const moment = newYorkMoment(daysOfDate(day), minute);
    if (moment >= last) break;
    moments.push(moment);
  }
  return [...moments, last];
}

function valueOf(
  held: ReadonlyMap<string, number>,
  symbols: readonly string[],
  end: number,
  prices: ReadonlyMap<string, readonly PriceRow[]>,
  latest: QuoteOf,
): bigint {
  let value = 0n;
  for (const symbol of symbols) {
    const quantity = held.get(symbol) ?? 0;
    if (quantity === 0) continue;
    const ofDay = prices.get(symbol) ?? [];
    const price = ofDay.findLast((row) => row.time < end) ?? ofDay[0];
    value += worth(quantity, price?.price ?? latest(symbol)?.price ?? 0);
  }
  return value;
}
