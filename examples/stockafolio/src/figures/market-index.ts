import type { IndexLevels } from '../books/benchmark.js';
import type { PriceAt } from './day-prices.js';
import type { Closes } from './day-closes.js';
import type { Quote } from './quotes.js';

/** The level of the index before its first change. */
export const FIRST_LEVEL = 100;

/**
 * An index of symbols at the closes of days, and what is needed for the day after them.
 *
 * Every symbol has the same weight, set anew at each close: the change of a day is the mean of price / last close over all
 * symbols that have an earlier close. One that was not traded on the day counts as unchanged. It is a price index: without
 * dividends. Levels are ratios, so floating point.
 */
export interface MarketIndex {
  /** Days with trades and the level at their close, in order. */
  readonly levels: readonly { readonly day: string; readonly level: number }[];
  /** The last close of each symbol. */
  readonly last: ReadonlyMap<string, number>;
}

/**
 * The index of these closes, of days before one.
 *
 * @param closes by symbol
 * @example
 * // A goes from 10 to 11, B from 100 to 100: the mean is 1.05
 * marketIndex(closes, '2026-01-07').levels; // [{ day: '2026-01-05', level: 100 }, { day: '2026-01-06', level: 105 }]
 */
export function marketIndex(closes: Iterable<readonly [symbol: string, Closes]>, before: string): MarketIndex {
  const moves = new Map<string, { sum: number; starting: number }>();
  const last = new Map<string, number>();
  const of = (day: string): { sum: number; starting: number } => {
    const known = moves.get(day) ?? { sum: 0, starting: 0 };
    moves.set(day, known);
    return known;
  };
  for (const [symbol, own] of closes) {
    for (const { day, price } of own) {
      if (day >= before) break;
      const earlier = last.get(symbol);
      if (earlier === undefined) of(day).starting += 1;
      else of(day).sum += price / earlier - 1;
      last.set(symbol, price);
    }
  }
  let [level, symbols] = [FIRST_LEVEL, 0];
  const levels = [...moves]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, { sum, starting }]) => {
      if (symbols > 0) level *= 1 + sum / symbols;
      symbols += starting;
      return { day, level };
    });
  return { levels, last };
}

/** The level after the last close, at these prices. A symbol without an earlier close counts from `base`, if it has one. */
export function levelAt(
  index: MarketIndex,
  priceOf: (symbol: string) => number | undefined,
  bases: ReadonlyMap<string, number> = index.last,
): number {
  let sum = 0;
  for (const [symbol, base] of bases) sum += (priceOf(symbol) ?? base) / base - 1;
  return (index.levels.at(-1)?.level ?? FIRST_LEVEL) * (bases.size === 0 ? 1 : 1 + sum / bases.size);
}

/** The levels at the closes of days, and on the newest day at the latest prices; a day without trades has the level before. */
export function levelsOf(index: MarketIndex, quotes: ReadonlyMap<string, Quote>, newest: string): IndexLevels {
  const now = index.last.size === 0 ? undefined : levelAt(index, (symbol) => quotes.get(symbol)?.price);
  const first = index.levels[0] ?? { day: newest };
  return (day) => {
    if (day >= newest) return now ?? (quotes.size === 0 ? undefined : FIRST_LEVEL);
    if (day < first.day) return undefined;
    return index.levels.findLast((each) => each.day <= day)?.level;
  };
}

/**
 * The level over a day. A symbol without a close before counts from its first price of the day.
 *
 * @param prices of the day by symbol, in order of time
 * @param momentOf the moment of a time, as `at` of the levels that are looked up
 */
export function levelsOverDay(
  index: MarketIndex,
  prices: ReadonlyMap<string, readonly PriceAt[]>,
  momentOf: (time: number) => string,
): IndexLevels {
  const bases = new Map(index.last);
  for (const [symbol, [first]] of prices) if (first !== undefined && !bases.has(symbol)) bases.set(symbol, first.price);
  const timed = new Map(
    [...prices].map(([symbol, own]) => [symbol, own.map((each) => ({ ...each, at: momentOf(each.time) }))]),
  );
  return (at) => {
    const priceOf = (symbol: string): number | undefined => timed.get(symbol)?.findLast((each) => each.at <= at)?.price;
    return bases.size === 0 ? undefined : levelAt(index, priceOf, bases);
  };
}
