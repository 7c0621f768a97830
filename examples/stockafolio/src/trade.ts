import { money, oneOf, optional, record, text, timestamp, type Infer } from '@stockafolio/core';
import { quantity, tradeValue } from './quantity.js';

/** The fields of a trade, which other events of an account share. */
export const eventFields = {
  id: text({ min: 1, max: 64 }),
  user: text({ min: 1, max: 64 }),
  symbol: text({ min: 1, max: 16 }),
  sector: text({ min: 1, max: 64 }),
  side: oneOf('buy', 'sell'),
  quantity: quantity({ min: 1 }),
  price: money({ min: 1 }),
  time: timestamp({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2201, 0, 1) - 1 }),
  lot: text({ min: 1, max: 128 }),
  currency: text({ min: 3, max: 5 }),
  value: money({ min: 0 }),
  commission: money(),
};

/**
 * One execution: `user` bought or sold `quantity` shares of `symbol` at `price` each. Fields are in wire order.
 *
 * - `quantity` is in 1e-8 shares, `price` in 1e-4 of the currency, `time` in epoch milliseconds. Years outside 1990 to 2200
 *   count as a broken clock (an unset one says 1970).
 * - `lot` is the id of the trade whose shares it closes, where lots are kept; without it the method chooses.
 * - `currency` is an ISO code, or as the source has it: `GBX` is a penny. Without it money is in US dollars.
 * - `value` is what was paid for the shares, if that is not quantity x price: where the price has more than four decimals.
 * - `commission` are costs in the same currency, beside the value; negative for a rebate.
 */
export const Trade = record(
  'trade',
  {
    id: eventFields.id,
    user: eventFields.user,
    symbol: eventFields.symbol,
    sector: eventFields.sector,
    side: eventFields.side,
    quantity: eventFields.quantity,
    price: eventFields.price,
    time: eventFields.time,
    kind: optional(oneOf('new')),
    lot: optional(eventFields.lot),
    currency: optional(eventFields.currency),
    value: optional(eventFields.value),
    commission: optional(eventFields.commission),
  },
  { check: tradeProblem },
);

export type Trade = Infer<typeof Trade>;

export type Side = Trade['side'];

interface Terms {
  readonly side?: 'buy' | 'sell' | undefined;
  readonly quantity: number;
  readonly price: number;
  readonly value?: number | undefined;
  readonly commission?: number | undefined;
}

/** Why a trade cannot be, or undefined. */
export function tradeProblem(trade: Terms): string | undefined {
  const value = valueOf(trade);
  if (value > Number.MAX_SAFE_INTEGER) return 'quantity * price is past 2^53 units of 1e-4 USD';
  const { commission } = trade;
  if (commission === undefined || (trade.side === 'sell' ? commission <= value : value + commission >= 0))
    return undefined;
  return "commission: is more than the value: send what is beyond it as an event of the kind 'commission'";
}

/** What was paid for a trade's shares, in 1e-4 of its currency, without costs; see {@link tradeValue}. */
export function valueOf({ quantity, price, value }: Terms): number {
  return value ?? tradeValue(quantity, price);
}
