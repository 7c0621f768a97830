import { date, int64, money, shard, table, text, timestamp } from '@stockafolio/core';
import { quantity } from './quantity.js';

/*
 * Results by day are computed from these tables when they are read: see figures/performance. A pipeline has them if
 * its option `byDay` is set.
 */

/**
 * What a user's trades and dividends did on a New York day, by symbol and currency. All columns are sums of effects, so
 * rows add up in any order, and a record with the opposite signs undoes one.
 *
 * - `part`: 0 is the sum of a day. A record of a day before the newest one of its position and currency is a row of its
 *   own, numbered from 1 by the position: readers add up the rows of a day
 * - `quantity`: the net change of the shares by trades, in 1e-8 shares: bought above 0, sold below. Splits, dividends in
 *   shares and transfers are in account_events
 * - `paid`: the values of what was bought minus those of what was sold, without costs
 * - `costs`: commissions of these trades, above 0 if they were paid
 * - `dividends`: what dividends of the symbol brought
 */
export const positionDays = table(
  'position_days',
  { partitionBy: ['user'], clusterBy: ['day', 'symbol', 'currency', 'part'], descending: ['day'] },
  {
    user: text(),
    day: date(),
    symbol: text(),
    currency: text(),
    part: int64(),
    quantity: quantity(),
    paid: money(),
    costs: money(),
    dividends: money(),
  },
);

/**
 * The last price of a symbol on each New York day on which it was traded, newest day first, in US dollars.
 *
 * - `price`, `time`: of the trade with the greatest time; for equal times the later in the source's order
 *
 * Over all shards, the close is that of the row with the greatest `time`; for equal times the lower shard decides.
 */
export const symbolCloses = table(
  'symbol_closes',
  { partitionBy: ['symbol'], clusterBy: ['day', 'shard'], descending: ['day'] },
  { symbol: text(), day: date(), shard: shard(), price: money(), time: timestamp() },
);

/** The tables that a pipeline has with results by day. */
export const dayTables = [positionDays, symbolCloses] as const;
