import type { RowOf } from '@stockafolio/core';
import { DOLLAR } from '../account-stream.js';
import { worth } from '../quantity.js';
import type { positions } from '../tables.js';
import { listingOf } from '../universe/universe.js';
import type { Close } from './closes.js';
import { dayBaseOf, dayGain, type DayBase, type DayGain } from './day-gain.js';
import type { Quote } from './quotes.js';
import type { TradeRow } from './trades-since.js';

/** A user's position in a symbol at its latest price. Money in 1e-4 of its currency. */
export interface Holding {
  readonly symbol: string;
  /** The company's name; the symbol if it is not in the S&P 500. */
  readonly name: string;
  readonly sector: string;
  /** Prices are known in US dollars alone. */
  readonly currency: string;
  /** In 1e-8 shares; negative if short. */
  readonly quantity: number;
  /** What they were bought for; negative if short: what was received for them. */
  readonly cost: number;
  /** Profit of closed shares. */
  readonly realized: number;
  /** The latest price; it and the following fields are undefined if no price is known. */
  readonly price: number | undefined;
  /** When that was, in epoch milliseconds. */
  readonly priceTime: number | undefined;
  /** Quantity x price; negative if short. */
  readonly marketValue: bigint | undefined;
  /** Market value minus cost. */
  readonly unrealized: bigint | undefined;
  /** The price from which the day counts. */
  readonly dayBase: DayBase | undefined;
  /** Undefined also if the shares have changed on the day other than by trades, or the user has too many of them. */
  readonly dayGain: DayGain | undefined;
}

/** What is needed for the gain of a day. */
export interface DayOfHolding {
  readonly day: string;
  readonly close: Close | undefined;
  /** Those of the position on that day, newest first; undefined if they do not tell how the shares have changed. */
  readonly trades: readonly TradeRow[] | undefined;
}

/** A position at a price, with its gain of a day. */
export function holdingOf(
  row: RowOf<typeof positions>,
  known: Quote | undefined,
  { day, close, trades }: DayOfHolding,
): Holding {
  const { symbol, sector, quantity, cost, realized, currency = DOLLAR } = row;
  const quote = currency === DOLLAR ? known : undefined;
  const marketValue = quote === undefined ? undefined : worth(quantity, quote.price);
  // Without the trades it is not known either whether a split has changed the price.
  const dayBase = quote === undefined || trades === undefined ? undefined : dayBaseOf(quote, close, day);
  return {
    ...{ symbol, name: listingOf(symbol)?.name ?? symbol, sector, currency, quantity, cost, realized },
    ...{ price: quote?.price, priceTime: quote?.time, marketValue, dayBase },
    unrealized: marketValue === undefined ? undefined : marketValue - BigInt(cost),
    dayGain:
      quote === undefined || dayBase === undefined || trades === undefined
        ? undefined
        : dayGain(quantity, trades, quote.price, dayBase),
  };
}
