import { bigMoney, date, days, int32, int64, money, optional, shard, table, text, timestamp } from '@stockafolio/core';
import { accountEvents, accounts } from './account-tables.js';
import { quantity, volume } from './quantity.js';

/*
 * The columns, in the words that all tables share:
 *
 * - `trades` is a number of trades, `volume` the sum of their quantities in 1e-8 shares, `value` the sum of their values:
 *   quantity x price, of each trade rounded once, half to even.
 * - `day` is the New York calendar day of the trade's time (for a window: of its start), `minute` the minute of that
 *   day in local time, 0 to 1439. When the clocks go back, an hour of minutes occurs twice, and the two share their
 *   rows.
 * - `shard` is the source partition that the row was made from: readers add up, or compare, the rows of all shards.
 * - Money is in US dollars, unless a row names a `currency`. Figures of a firm, and sums of a user's money, are of trades in
 *   dollars alone: amounts in different currencies are never added.
 * - Nothing depends on the order of trades of different users, except where a tie is broken by the source's order.
 */

/**
 * A user's position in a symbol, by the average cost method (see cost/average-cost.ts). A row stays when all is sold.
 *
 * - `sector`: that of the newest trade in the source's order
 * - `quantity`: in 1e-8 shares, negative if short
 * - `cost`: what the held shares were bought for; negative if short: what was received for them; without commissions
 * - `realized`: profit of closed shares, minus losses
 * - `lastTime`: the greatest time of its trades, and of other events that changed its shares
 * - `currency`: of its money; absent if it is in US dollars
 * - `transferred`: what the shares cost that came from other accounts, minus those that left; absent if none did
 */
export const positions = table(
  'positions',
  { partitionBy: ['user'], clusterBy: ['symbol'] },
  {
    user: text(),
    symbol: text(),
    sector: text(),
    quantity: quantity(),
    cost: money(),
    realized: money(),
    lastTime: timestamp(),
    currency: optional(text()),
    transferred: optional(money()),
  },
);

/**
 * A user's all-time trade figures.
 *
 * - `value`: of trades in dollars; `trades` and `volume` count all
 * - `realized`: the sum of `realized` over the user's positions in dollars
 * - `openPositions`: how many of them have a quantity other than 0
 */
export const userTotals = table(
  'user_totals',
  { partitionBy: ['user'] },
  { user: text(), trades: int64(), volume: volume(), value: money(), realized: money(), openPositions: int64() },
);

/** A user's trades, newest first, unchanged; `value` is what was paid without costs, see Trade. Kept for 12 days. */
export const tradesByUser = table(
  'trades_by_user',
  { partitionBy: ['user'], clusterBy: ['time', 'id'], descending: ['time'], ttl: days(12) },
  {
    user: text(),
    time: timestamp(),
    id: text(),
    symbol: text(),
    sector: text(),
    side: text(),
    quantity: quantity(),
    price: money(),
    value: money(),
    currency: optional(text()),
    commission: optional(money()),
  },
);

/** A sector's trades in one second of event time; `second` is the time at which it begins. */
export const sectorSeconds = table(
  'sector_seconds',
  { partitionBy: ['day', 'minute'], clusterBy: ['second', 'sector', 'shard'] },
  {
    day: date(),
    minute: int32(),
    second: timestamp(),
    sector: text(),
    shard: shard(),
    trades: int64(),
    volume: volume(),
    value: bigMoney(),
  },
);

/** A sector's trades of a day; `buyValue` is the part of `value` that was bought, the rest was sold. */
export const sectorTotals = table(
  'sector_totals',
  { partitionBy: ['day'], clusterBy: ['sector', 'shard'] },
  {
    day: date(),
    sector: text(),
    shard: shard(),
    trades: int64(),
    volume: volume(),
    value: bigMoney(),
    buyValue: bigMoney(),
  },
);

/** A symbol's trades of a day; `buyValue` as in sector_totals. */
export const symbolTotals = table(
  'symbol_totals',
  { partitionBy: ['day'], clusterBy: ['symbol', 'shard'] },
  {
    day: date(),
    symbol: text(),
    shard: shard(),
    trades: int64(),
    volume: volume(),
    value: bigMoney(),
    buyValue: bigMoney(),
  },
);

/**
 * The price of a symbol's newest trade in each ten minutes of a day, used to compute a portfolio's value over the day;
 * `minute` is the minute of the day at which they begin.
 *
 * Over all shards, the price is that of the row with the greatest `time`; for equal times the lower shard decides.
 */
export const symbolPrices = table(
  'symbol_prices',
  { partitionBy: ['day', 'symbol'], clusterBy: ['minute', 'shard'] },
  { day: date(), symbol: text(), minute: int32(), shard: shard(), price: money(), time: timestamp() },
);

/** The firm's trades of a minute; `buyValue` as in sector_totals. */
export const minuteTotals = table(
  'minute_totals',
  { partitionBy: ['day'], clusterBy: ['minute', 'shard'] },
  {
    day: date(),
    minute: int32(),
    shard: shard(),
    trades: int64(),
    volume: volume(),
    value: bigMoney(),
    buyValue: bigMoney(),
  },
);

/** The shape of a ranking of users; each ranking is a table of its own. */
const ranking = [
  { partitionBy: ['day'], clusterBy: ['shard', 'rank'] },
  {
    day: date(),
    shard: shard(),
    rank: int32(),
    user: text(),
    value: money(),
    volume: volume(),
    trades: int64(),
  },
] as const;

/**
 * The 100 users of a day and shard with the greatest `value`, from rank 1; equal values rank by user, ascending by
 * Unicode code points. A user is in one shard only, so the best of all shards are the firm's best.
 */
export const topTraders = table('top_traders', ...ranking);

/** The same by `volume`. */
export const topTradersByVolume = table('top_traders_by_volume', ...ranking);

/** The same by `trades`. */
export const topTradersByTrades = table('top_traders_by_trades', ...ranking);

/**
 * The price of a symbol's newest trade, and the base of its change over the day.
 *
 * - `price`, `time`: of the trade with the greatest time; for equal times the later in the source's order
 * - `day`: the New York day of `time`
 * - `dayOpen`, `dayOpenTime`: of the trade of that day with the least time; for equal times the earlier in the source's
 *   order
 *
 * Over all shards, the symbol's price is that of the row with the greatest `time`. Its open is that of the least
 * `dayOpenTime` among the rows of the same `day`. For equal times the lower shard decides.
 */
export const latestPrices = table(
  'latest_prices',
  { partitionBy: ['symbol'], clusterBy: ['shard'] },
  {
    symbol: text(),
    shard: shard(),
    price: money(),
    time: timestamp(),
    day: date(),
    dayOpen: money(),
    dayOpenTime: timestamp(),
  },
);

/** Every table of Stockafolio; `progress` and the dead letters belong to the library. */
export const stockafolioTables = [
  positions,
  userTotals,
  tradesByUser,
  sectorSeconds,
  sectorTotals,
  symbolTotals,
  symbolPrices,
  minuteTotals,
  topTraders,
  topTradersByVolume,
  topTradersByTrades,
  latestPrices,
  accounts,
  accountEvents,
] as const;
