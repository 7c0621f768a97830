import { rowObject, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { latestPrices } from '../tables.js';
import { readRows } from './read-rows.js';
import { sideBySide } from './side-by-side.js';

/** A symbol's price over all shards. Money in 1e-4 USD, times in epoch milliseconds. */
export interface Quote {
  readonly price: number;
  readonly time: number;
  /** The New York day of `time`. */
  readonly day: string;
  /** The first price of that day. */
  readonly dayOpen: number;
}

/** Looks up the price of a symbol; undefined if none is known. */
export type QuoteOf = (symbol: string) => Quote | undefined;

type PriceRow = RowOf<typeof latestPrices>;

/** A symbol's price, read from the table `latest_prices`. */
export async function quoteOf(tables: Tables, symbol: string): Promise<Quote | undefined> {
  return merged(await readRows(tables, latestPrices, [symbol]));
}

/** The prices of these symbols. */
export async function quotesOf(tables: Tables, symbols: readonly string[]): Promise<QuoteOf> {
  const found = await sideBySide(symbols, async (symbol) => [symbol, await quoteOf(tables, symbol)] as const);
  const quotes = new Map(found);
  return (symbol) => quotes.get(symbol);
}

/** The prices of all symbols that were ever traded. */
export async function allQuotes(tables: Tables): Promise<ReadonlyMap<string, Quote>> {
  const rows = new Map<string, PriceRow[]>();
  for await (const { values } of tables.scanAll(latestPrices)) {
    const row = rowObject(latestPrices, values) as PriceRow;
    const of = rows.get(row.symbol);
    if (of === undefined) rows.set(row.symbol, [row]);
    else of.push(row);
  }
  const quotes = new Map<string, Quote>();
  for (const [symbol, parts] of rows) {
    const quote = merged(parts);
    if (quote !== undefined) quotes.set(symbol, quote);
  }
  return quotes;
}

/** The newest price over all shards, and the first of its day; for equal times the lower shard decides. */
function merged(rows: readonly PriceRow[]): Quote | undefined {
  let newest = rows[0];
  if (newest === undefined) return undefined;
  for (const row of rows) if (row.time > newest.time) newest = row;
  const { day } = newest;
  const first = rows
    .filter((row) => row.day === day)
    .reduce((best, row) => (row.dayOpenTime < best.dayOpenTime ? row : best));
  return { price: newest.price, time: newest.time, day, dayOpen: first.dayOpen };
}
