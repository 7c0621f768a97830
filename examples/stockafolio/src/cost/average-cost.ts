import { StockafolioError } from '@stockafolio/core';
import { shareOf } from '../books/exact.js';
import { tradeValue } from '../quantity.js';
import type { Side } from '../trade.js';

/** What a cost method keeps of a position. Quantities are in 1e-8 shares, negative if short; money in 1e-4 USD. */
export interface CostState {
  quantity: number;
  /** What the held shares were bought for; negative if short: what was received for them. 0 if quantity is 0. */
  cost: number;
  /** Profit of closed shares, minus losses. */
  realized: number;
}

/**
 * A way to compute the cost of a position: it applies one trade of `quantity` >= 1 (1e-8 shares) at `price` >= 1
 * (1e-4 USD a share). `value` is what was paid for all of it, without costs; by default quantity x price, rounded once.
 */
export type CostMethod = (position: CostState, side: Side, quantity: number, price: number, value?: number) => void;

/**
 * The average cost method: shares leave a position at the average cost of those in it.
 *
 * Closing q of Q shares with cost C removes C x q / Q from the cost, computed exactly and rounded half to even; the
 * proceeds minus that are realized. A short position mirrors it. A trade that crosses zero closes the whole position
 * with that part of its value, shared by quantity as in the books, and opens the rest with the rest of it. The tests prove this law: over any
 * trades, the sum of their signed values is cost - realized, to the unit.
 *
 * @throws ERR_OVERFLOW if a figure would pass 2^53; the position is then unchanged
 * @example
 * const position = { quantity: 0, cost: 0, realized: 0 };
 * applyAverageCost(position, 'buy', 3 * SHARE, 10_0000);
 * applyAverageCost(position, 'sell', SHARE, 11_0000); // { quantity: 2 * SHARE, cost: 20_0000, realized: 1_0000 }
 */
export const applyAverageCost: CostMethod = (
  position,
  side,
  quantity,
  price,
  exchanged = tradeValue(quantity, price),
) => {
  const sign = side === 'buy' ? 1 : -1;
  const value = safe(exchanged);
  const held = position.quantity * -sign;
  if (held <= 0) {
    const total = safe(position.quantity + sign * quantity);
    position.cost = safe(position.cost + sign * value);
    position.quantity = total;
    return;
  }
  const closed = Math.min(held, quantity);
  const proceeds = shareOf(value, closed, quantity);
  const removed = closed === held ? position.cost : shareOf(position.cost, closed, held);
  const realized = safe(position.realized + safe(-sign * proceeds - removed));
  position.quantity += sign * quantity;
  position.cost = (closed === held ? 0 : position.cost - removed) + sign * (value - proceeds);
  position.realized = realized;
};

function safe(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new StockafolioError('ERR_OVERFLOW', 'a figure of the position is past 2^53', {
    hint: 'split the trade, or the account: money is exact up to about 900 billion USD, a position up to 90 million shares',
  });
}
