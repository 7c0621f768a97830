import { rowObject, type Table } from '@stockafolio/core';
import type { StoredRow, Tables } from '@stockafolio/core/ports';
import { latestPrices, positions, tradesByUser, userTotals } from '../tables.js';
import { listingOf } from '../universe/universe.js';

/** A symbol's price over all shards. Money in 1e-4 USD, times in epoch milliseconds. */
export interface Quote {
  readonly price: number;
  readonly time: number;
  readonly dayOpen: number;
}

export interface Holding {
  readonly symbol: string;
  readonly name: string;
  readonly sector: string;
  /** Shares; negative where short. */
  readonly quantity: number;
  readonly cost: number;
  readonly realized: number;
  /** Quantity x latest price; undefined where no price is known. */
  readonly marketValue: number | undefined;
}

/** What a user's dashboard shows. Money in 1e-4 USD. */
export interface PortfolioFigures {
  readonly user: string;
  readonly trades: number;
  readonly volume: number;
  readonly value: number;
  readonly realized: number;
  readonly marketValue: number;
  readonly cost: number;
  /** Open positions, the greatest market value first. */
  readonly holdings: readonly Holding[];
  /** Absolute market value by sector, the greatest first. */
  readonly sectors: readonly { readonly sector: string; readonly value: number }[];
  /** The newest first. */
  readonly latest: readonly Readonly<Record<string, unknown>>[];
}

type Row = Readonly<Record<string, unknown>>;

/** Reads a user's figures; undefined for a user who never traded. */
export async function portfolioFigures(
  tables: Tables,
  user: string,
  newest = 8,
): Promise<PortfolioFigures | undefined> {
  const totals = await tables.get(userTotals, [user]);
  if (totals === undefined) return undefined;
  const rows = await rowsOf(tables, positions, [user]);
  const holdings: Holding[] = [];
  for (const row of rows) {
    if (row['quantity'] === 0) continue;
    const symbol = String(row['symbol']);
    const quote = await quoteOf(tables, symbol);
    const quantity = Number(row['quantity']);
    holdings.push({
      symbol,
      name: listingOf(symbol)?.name ?? symbol,
      sector: String(row['sector']),
      quantity,
      cost: Number(row['cost']),
      realized: Number(row['realized']),
      marketValue: quote === undefined ? undefined : quantity * quote.price,
    });
  }
  holdings.sort((a, b) => Math.abs(b.marketValue ?? 0) - Math.abs(a.marketValue ?? 0));
  const total = rowObject(userTotals, totals.values) as Row;
  return {
    user,
    trades: Number(total['trades']),
    volume: Number(total['volume']),
    value: Number(total['value']),
    realized: Number(total['realized']),
    marketValue: holdings.reduce((sum, { marketValue }) => sum + (marketValue ?? 0), 0),
    cost: holdings.reduce((sum, { cost }) => sum + cost, 0),
    holdings,
    sectors: bySector(holdings),
    latest: await rowsOf(tables, tradesByUser, [user], newest),
  };
}

/** A symbol's price over all shards: see the table `latest_prices`. */
export async function quoteOf(tables: Tables, symbol: string): Promise<Quote | undefined> {
  const rows = await rowsOf(tables, latestPrices, [symbol]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const latest = rows.reduce((best, row) => (Number(row['time']) > Number(best['time']) ? row : best), first);
  const today = rows.filter((row) => row['day'] === latest['day']);
  const open = today.reduce(
    (best, row) => (Number(row['dayOpenTime']) < Number(best['dayOpenTime']) ? row : best),
    latest,
  );
  return { price: Number(latest['price']), time: Number(latest['time']), dayOpen: Number(open['dayOpen']) };
}

/** The rows of a place in a table, as plain objects. */
export async function rowsOf(tables: Tables, table: Table, prefix: readonly string[], limit?: number): Promise<Row[]> {
  const rows: Row[] = [];
  const found: AsyncIterable<StoredRow> = tables.scan(table, prefix, limit === undefined ? {} : { limit });
  for await (const { values } of found) rows.push(rowObject(table, values));
  return rows;
}

function bySector(holdings: readonly Holding[]): { sector: string; value: number }[] {
  const sums = new Map<string, number>();
  for (const { sector, marketValue } of holdings)
    sums.set(sector, (sums.get(sector) ?? 0) + Math.abs(marketValue ?? 0));
  return [...sums].map(([sector, value]) => ({ sector, value })).sort((a, b) => b.value - a.value);
}
