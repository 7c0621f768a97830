import { dateOfDays, daysOfDate } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { pricesOfDay, type LastPriceOf, type PriceAt } from './day-prices.js';
import { sideBySide } from './side-by-side.js';

/** Days in a line of a week: days with trades. */
const WEEK = 5;
/** How many calendar days a line goes back at most. */
const YEAR = 366;
/** A symbol that was not traded for this many calendar days has no earlier prices. */
const GAP = 31;

/** A week of prices, every ten minutes: of the last five days on which the symbol was traded. */
export async function weekLine(
  tables: Tables,
  lastPriceOf: LastPriceOf,
  symbol: string,
  last: string,
): Promise<PriceAt[]> {
  const days: string[] = [];
  for await (const { day } of daysBack(lastPriceOf, symbol, last)) if (days.unshift(day) === WEEK) break;
  const lines = await sideBySide(days, (day) => pricesOfDay(tables, symbol, day));
  return lines.flat().map(({ time, price }) => ({ time, price }));
}

/** The last price of each day, for up to a year, as far as the tables have them; the last point is of the day `last`. */
export async function yearLine(lastPriceOf: LastPriceOf, symbol: string, last: string): Promise<PriceAt[]> {
  const line: PriceAt[] = [];
  for await (const { price, time } of daysBack(lastPriceOf, symbol, last)) line.unshift({ time, price });
  return line;
}

/** The days on which a symbol was traded with their last prices, newest first. */
async function* daysBack(
  lastPriceOf: LastPriceOf,
  symbol: string,
  last: string,
): AsyncGenerator<PriceAt & { readonly day: string }> {
  for (let back = 0; back < YEAR; back += GAP) {
    const days = Array.from({ length: Math.min(GAP, YEAR - back) }, (_, n) => dateOfDays(daysOfDate(last) - back - n));
    const found = await sideBySide(days, async (day) => ({ day, at: await lastPriceOf(symbol, day) }));
    let empty = true;
    for (const { day, at } of found) {
      if (at === undefined) continue;
      empty = false;
      yield { day, ...at };
    }
    if (empty) return;
  }
}
