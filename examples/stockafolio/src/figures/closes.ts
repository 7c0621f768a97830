import { sideBySide } from './side-by-side.js';
import type { LastPriceOf } from './day-prices.js';

/** How many earlier days with trades are searched for a close. */
const BACK = 5;

/** A symbol's last price before a day. `price` in 1e-4 USD. */
export interface Close {
  readonly price: number;
  /** The New York day of that price. */
  readonly day: string;
}

/** Looks up the close of a symbol; undefined if none is known. */
export type CloseOf = (symbol: string) => Close | undefined;

/** For tables in which no close is known. */
export const noCloses: CloseOf = () => undefined;

/**
 * The last prices of symbols before a day: of the newest of the five earlier days with trades on which each was traded.
 *
 * @param days the days with trades, newest first, as `tradingDays` gives them
 */
export async function closesBefore(
  lastPriceOf: LastPriceOf,
  symbols: readonly string[],
  day: string,
  days: readonly string[],
): Promise<CloseOf> {
  const earlier = days.filter((each) => each < day).slice(0, BACK);
  if (earlier.length === 0) return noCloses;
  const found = await sideBySide(
    symbols,
    async (symbol) => [symbol, await closeIn(lastPriceOf, symbol, earlier)] as const,
  );
  const closes = new Map(found);
  return (symbol) => closes.get(symbol);
}

async function closeIn(lastPriceOf: LastPriceOf, symbol: string, days: readonly string[]): Promise<Close | undefined> {
  for (const day of days) {
    const last = await lastPriceOf(symbol, day);
    if (last !== undefined) return { price: last.price, day };
  }
  return undefined;
}
