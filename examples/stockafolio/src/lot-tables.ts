import { int64, money, oneOf, optional, record, table, text, timestamp } from '@stockafolio/core';
import { quantity } from './quantity.js';

/** The columns of {@link lots}. */
export const OpenLot = record('open_lot', {
  user: text(),
  symbol: text(),
  number: int64(),
  lot: text({ max: 128 }),
  opened: timestamp(),
  quantity: quantity(),
  basis: optional(money()),
  currency: optional(text()),
});

/** The columns of {@link realizedGains}. */
export const RealizedGain = record('realized_gain', {
  user: text(),
  closed: timestamp(),
  symbol: text(),
  number: int64(),
  trade: text(),
  lot: text({ max: 128 }),
  opened: timestamp(),
  quantity: quantity(),
  proceeds: money(),
  basis: money(),
  gain: money(),
  term: oneOf('short', 'long'),
  currency: optional(text()),
});

/**
 * The open lots of a user: shares that were opened together, see docs/books. A lot that is closed has no row.
 *
 * - `number`: of the open lots of a symbol, the oldest has the least
 * - `lot`: the id of the trade that opened it; `opened`: its time
 * - `quantity`: what is left of it, in 1e-8 shares, negative if short
 * - `basis`: what was paid for that, with commissions; negative if short: what was received. Absent with the average method, where all lots
 *   share the cost of the position by quantity
 * - `currency`: of its money; absent for US dollars
 */
export const lots = table('lots', { partitionBy: ['user'], clusterBy: ['symbol', 'number'] }, OpenLot.fields);

/**
 * What a user gained, by the lot that was closed, newest first.
 *
 * - `closed`: the time of the closing trade; `trade`: its id; `lot`, `opened`: as in lots
 * - `number`: counts what was closed of a symbol
 * - `quantity`: what was closed, in 1e-8 shares, negative if it was short
 * - `gain`: proceeds - basis; of a short lot the proceeds are what was received when it was opened
 * - `term`: `long` if it was held for more than a year
 */
export const realizedGains = table(
  'realized_gains',
  { partitionBy: ['user'], clusterBy: ['closed', 'symbol', 'number'], descending: ['closed'] },
  RealizedGain.fields,
);
