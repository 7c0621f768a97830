import { int64, money, optional, table, text, timestamp } from '@stockafolio/core';
import { quantity } from './quantity.js';

/** The columns of amounts of {@link accounts}. */
export const accountAmounts = {
  deposits: money(),
  withdrawals: money(),
  dividends: money(),
  interest: money(),
  fees: money(),
  commissions: money(),
  taxes: money(),
  exchanged: money(),
  options: money(),
  other: money(),
};

/**
 * What came into a user's account in a currency, and left it, other than by trades: each column is the sum of its effects on
 * cash, in 1e-4 of the currency, so costs are negative. There is a row once there was such an event.
 *
 * - `commissions`: also those of trades, which are in no cost of a position
 * - `exchanged`: of this currency, for others
 * - `options`: cash of contracts, which are not kept
 * - `other`: cash in lieu of fractions that the source closes by itself, and differences of its own amounts
 * - `lastTime`: the greatest time of these events
 *
 * The cash of the account is the sum of all columns, and of realized - cost + transferred over the user's positions in this
 * currency: trades are in these already, so none writes here but for its commission.
 */
export const accounts = table(
  'accounts',
  { partitionBy: ['user'], clusterBy: ['currency'] },
  {
    user: text(),
    currency: text(),
    ...accountAmounts,
    lastTime: timestamp(),
  },
);

/** A user's events other than trades, newest first; fields as in the stream, see StreamEvent. */
export const accountEvents = table(
  'account_events',
  { partitionBy: ['user'], clusterBy: ['time', 'id'], descending: ['time'] },
  {
    user: text(),
    time: timestamp(),
    id: text(),
    kind: text(),
    symbol: optional(text()),
    quantity: optional(quantity()),
    currency: text(),
    amount: optional(money()),
    value: optional(money()),
    numerator: optional(int64()),
    denominator: optional(int64()),
  },
);
