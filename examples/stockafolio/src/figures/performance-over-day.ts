import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { newYorkMoment } from '../calendar/new-york-time.js';
import { minuteOfDay, tradingDay } from '../calendar/trading-day.js';
import { DOLLAR } from '../account-stream.js';
import { accountAt, type AccountRows } from './account-line.js';
import { closeAt, type Closes } from './day-closes.js';
import { dayEntries } from './day-entries.js';
import type { PriceAt } from './day-prices.js';
import { levelsOverDay, type MarketIndex } from './market-index.js';
import { performance, type Performance } from './performance.js';
import type { TradeRow } from './trades-since.js';

/** Minutes between two moments, as those of a row of symbol_prices. */
const SLOT = 10;

/** What the line of a day is computed from. */
export interface DayRows {
  readonly day: string;
  /** All trades of that day and later; results by day have only their sums. */
  readonly trades: readonly TradeRow[];
  /** Of the user's symbols, in order of time. */
  readonly prices: ReadonlyMap<string, readonly PriceAt[]>;
  readonly closes: ReadonlyMap<string, Closes>;
  /** The market before that day, and its prices of the day. */
  readonly index: MarketIndex;
  readonly market: ReadonlyMap<string, readonly PriceAt[]>;
}

/**
 * What an account has brought over a New York day, since the close before, every ten minutes; the last point is at the newest
 * price. Before its first trade of the day a symbol counts at its close, and without one at its first price of the day.
 */
export function performanceOverDay(rows: AccountRows, of: DayRows): Performance {
  const { day, closes, prices } = of;
  const earlier = rows.trades.filter(({ at }) => at < day);
  const now = of.trades.map(({ symbol, currency = DOLLAR, side, quantity, value, commission = 0, time }) => ({
    ...{ at: textOf(time), symbol, currency, costs: commission },
    quantity: side === 'buy' ? quantity : 0 - quantity,
    paid: side === 'buy' ? value : 0 - value,
  }));
  const momentOf = (time: number): string => (tradingDay(time) < day ? tradingDay(time) : textOf(time));
  const account = dayEntries([...earlier, ...now], rows.events, rows.hasCash, momentOf);
  const before = dateOfDays(daysOfDate(day) - 1);
  const timed = new Map(
    [...prices].map(([symbol, own]) => [symbol, own.map((each) => ({ ...each, at: textOf(each.time) }))]),
  );
  const moments = momentsOf(day, [...prices.values()].flat(), of.trades, rows.events);
  const line = accountAt(account, [before, ...moments.map(({ key }) => key)], (symbol, at) => {
    const own = timed.get(symbol) ?? [];
    const price = own.findLast((each) => each.at <= at);
    if (price !== undefined) return { price: price.price, day };
    const close = closeAt(closes.get(symbol) ?? [], before, account.splits.get(symbol));
    return close ?? (own[0] === undefined ? undefined : { price: own[0].price, day });
  });
  const levels = levelsOverDay(of.index, of.market, textOf);
  const { points, ...rates } = performance(line, before, levels, rows.hasCash);
  return { points: points.map((point, n) => ({ ...point, at: moments[n - 1]?.shown ?? point.at })), ...rates };
}

interface Moment {
  /** In the order of the times of trades. */
  readonly key: string;
  readonly shown: string;
}

/** The end of each ten minutes from the first price or event on, which are complete; finally the newest of them. */
function momentsOf(day: string, ...all: readonly (readonly { readonly time: number }[])[]): Moment[] {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const { time } of all.flat()) {
    if (tradingDay(time) === day) [first, last] = [Math.min(first, time), Math.max(last, time)];
  }
  if (last === 0) return [];
  const moments: Moment[] = [];
  const from = minuteOfDay(first);
  for (let minute = from - (from % SLOT) + SLOT; minute < 24 * 60; minute += SLOT) {
    const moment = newYorkMoment(daysOfDate(day), minute);
    if (moment >= last) break;
    moments.push({ key: textOf(moment - 1), shown: textOf(moment) });
  }
  return [...moments, { key: textOf(last), shown: textOf(last) }];
}

const textOf = (time: number): string => new Date(time).toISOString();
