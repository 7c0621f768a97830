import type { RowOf } from '@stockafolio/core';
import { bigMulDivHalfEven } from '@stockafolio/core';
import { worth } from '../quantity.js';
import type { tradesByUser } from '../tables.js';
import type { Close } from './closes.js';
import type { Quote } from './quotes.js';

type TradeRow = RowOf<typeof tradesByUser>;

/** The price from which a day's gain of a symbol counts. */
export interface DayBase {
  readonly price: number;
  /** `close`: the last price of an earlier day. `first price`: of the day itself, because no close is known. */
  readonly kind: 'close' | 'first price';
  /** The New York day of that price. */
  readonly day: string;
}

/** What a position has gained on a day, realized or not. Money in 1e-4 USD. */
export interface DayGain {
  /** Undefined if nothing was held when the day began: then no price before the trades matters. */
  readonly base: DayBase | undefined;
  /** The value, at the base, of what was held when the day began; negative if short. */
  readonly before: bigint;
  /** The values of the day's trades. */
  readonly bought: bigint;
  readonly sold: bigint;
  readonly trades: number;
  /** The value at the latest price; negative if short. */
  readonly now: bigint;
  /** `now` minus `before`, minus `bought`, plus `sold`. */
  readonly gain: bigint;
  /** The absolute value of `before`, plus the value of all that the day's trades have opened: the base of a percentage. */
  readonly atStake: bigint;
}

/**
 * The price from which a symbol's day counts: its last price of an earlier day; if that is unknown, the first price of
 * the day. A symbol that was not traded on the day still has its last price.
 */
export function dayBaseOf(quote: Quote, close: Close | undefined, day: string): DayBase {
  if (quote.day < day) return { price: quote.price, kind: 'close', day: quote.day };
  if (close !== undefined) return { price: close.price, kind: 'close', day: close.day };
  return { price: quote.dayOpen, kind: 'first price', day: quote.day };
}

/**
 * What a position has gained on a day: the change of its value, less what was bought, plus what was sold. This is the
 * change of unrealized and realized profit together, whatever the cost method, because cost minus realized profit is
 * the sum of all that was paid.
 *
 * @param quantity the present one, in 1e-8 shares, negative if short
 * @param trades those of the position on the day, newest first
 * @param price the latest price, in 1e-4 USD
 * @example
 * // 10 shares held at a close of 100, 4 of them sold at 103, now at 102: 6 x 2 + 4 x 3
 * dayGain(6 * SHARE, [sale], 102_0000, { price: 100_0000, kind: 'close', day }).gain; // 24_0000n
 */
export function dayGain(quantity: number, trades: readonly TradeRow[], price: number, base: DayBase): DayGain {
  let [bought, sold] = [0n, 0n];
  let held = quantity;
  for (const { side, value, quantity: traded } of trades) {
    if (side === 'buy') bought += BigInt(value);
    else sold += BigInt(value);
    held -= side === 'buy' ? traded : -traded;
  }
  const [before, now] = [worth(held, base.price), worth(quantity, price)];
  return {
    ...{ base: held === 0 ? undefined : base, before, bought, sold, trades: trades.length, now },
    gain: now - before - bought + sold,
    atStake: (before < 0n ? -before : before) + openedBy(trades, held),
  };
}

/** The value of the parts of trades that made a position larger, long or short. */
function openedBy(trades: readonly TradeRow[], began: number): bigint {
  let held = began;
  let opened = 0n;
  for (const { side, value, quantity } of [...trades].reverse()) {
    const signed = side === 'buy' ? quantity : -quantity;
    const closing = Math.sign(held) === -Math.sign(signed) ? Math.min(Math.abs(held), quantity) : 0;
    opened += bigMulDivHalfEven(BigInt(value), BigInt(quantity - closing), BigInt(quantity));
    held += signed;
  }
  return opened;
}
