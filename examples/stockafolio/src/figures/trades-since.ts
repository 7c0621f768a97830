import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { tradesByUser } from '../tables.js';

export type TradeRow = RowOf<typeof tradesByUser>;

/**
 * A user's trades since a time, newest first; undefined if there are more than `most`.
 *
 * @param since epoch milliseconds
 */
export async function tradesSince(
  tables: Tables,
  user: string,
  since: number,
  most: number,
): Promise<TradeRow[] | undefined> {
  const trades: TradeRow[] = [];
  for await (const { values } of tables.scan(tradesByUser, [user], { limit: most + 1 })) {
    const trade = rowObject(tradesByUser, values) as TradeRow;
    if (trade.time < since) return trades;
    trades.push(trade);
  }
  return trades.length > most ? undefined : trades;
}

/** A user's newest trades of one symbol, newest first, among the newest `search` trades of all symbols. */
export async function newestOfSymbol(
  tables: Tables,
  user: string,
  symbol: string,
  newest: number,
  search: number,
): Promise<TradeRow[]> {
  const trades: TradeRow[] = [];
  for await (const { values } of tables.scan(tradesByUser, [user], { limit: search })) {
    const trade = rowObject(tradesByUser, values) as TradeRow;
    if (trade.symbol === symbol && trades.push(trade) === newest) break;
  }
  return trades;
}
