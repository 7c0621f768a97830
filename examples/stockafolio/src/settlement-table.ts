import { date, money, optional, record, table, text } from '@stockafolio/core';
import { quantity } from './quantity.js';

/** What is traded and not settled, of a user's symbol and a day on which it settles. */
export const Unsettled = record('unsettled', {
  quantity: quantity(),
  amount: money(),
  currency: optional(text()),
});

/**
 * What a user has traded and what is not settled yet, by the day on which it settles. A row is there until that day begins in
 * New York.
 *
 * - `quantity`: shares to come, in 1e-8, negative for shares to deliver; after a split what they became
 * - `amount`: cash to come, in 1e-4 of the currency, negative for what is to be paid, commissions among it
 * - `currency`: of its money; absent for US dollars
 *
 * So what is settled of a position is its quantity minus the quantities of its rows here, and the settled cash of an account is
 * its cash minus their amounts.
 */
export const unsettled = table(
  'unsettled',
  { partitionBy: ['user'], clusterBy: ['symbol', 'settles'] },
  { user: text(), symbol: text(), settles: date(), ...Unsettled.fields },
);
