import { daysOfDate, type RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR } from '../account-stream.js';
import { newYorkMoment } from '../calendar/new-york-time.js';
import { tradingDay } from '../calendar/trading-day.js';
import { positions, tradesByUser, userTotals } from '../tables.js';
import { closesBefore, type CloseOf } from './closes.js';
import { lastPriceIn } from './day-prices.js';
import { dayTotals, type DayTotals } from './day-totals.js';
import { holdingOf, type Holding } from './holding.js';
import { quotesOf, type QuoteOf } from './quotes.js';
import { readRow, readRows } from './read-rows.js';
import { changedSince } from './share-actions.js';
import { tradesSince, type TradeRow } from './trades-since.js';
import { tradingDays } from './trading-days.js';

/** With more trades on a day, the day's gain of a user is not computed: it would be read again for every change. */
export const MOST_TODAY = 5_000;

/** A user's all-time figures, and the present holdings. Money in 1e-4 USD. */
export interface PortfolioTotals {
  readonly trades: number;
  /** In 1e-8 shares. */
  readonly volume: bigint;
  readonly value: number;
  readonly realized: number;
  readonly openPositions: number;
  readonly marketValue: bigint;
  /** Of positions in US dollars, as are all sums. */
  readonly cost: bigint;
  /** The sum of the absolute costs of holdings with a price: the base for `unrealized` as a percentage. */
  readonly grossCost: bigint;
  readonly unrealized: bigint;
  /** What the day has gained, realized or not. */
  readonly day: DayTotals;
  /** The sum of the absolute market values: the base of a holding's weight. */
  readonly gross: bigint;
}

/** The content of a user's dashboard. */
export interface PortfolioFigures extends PortfolioTotals {
  readonly user: string;
  /** Open positions, greatest absolute market value first; ties by symbol. */
  readonly holdings: readonly Holding[];
  /** Positions of which nothing is held any more, by symbol. */
  readonly closed: readonly Holding[];
  /** Absolute market value by sector, greatest first. */
  readonly sectors: readonly { readonly sector: string; readonly value: bigint }[];
  /** Newest first. */
  readonly latest: readonly TradeRow[];
}

/** A user's rows in the tables, without prices. */
export interface PortfolioRows {
  readonly totals: RowOf<typeof userTotals>;
  readonly positions: readonly RowOf<typeof positions>[];
  readonly latest: readonly TradeRow[];
  /** The New York day whose gain is computed. */
  readonly day: string;
  /** The trades of that day, newest first; undefined if there are too many. */
  readonly today: readonly TradeRow[] | undefined;
  /** The symbols of which shares have changed on that day other than by trades. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Reads a user's figures; undefined for a user who has never traded.
 *
 * @param day the New York day whose gain is computed; defaults to that of the newest price of the user's symbols
 */
export async function portfolioFigures(
  tables: Tables,
  user: string,
  newest = 8,
  day?: string,
): Promise<PortfolioFigures | undefined> {
  const held = await readRows(tables, positions, [user]);
  const symbols = held.map(({ symbol }) => symbol);
  const quoteOf = await quotesOf(tables, symbols);
  const newestPrice = Math.max(0, ...symbols.map((symbol) => quoteOf(symbol)?.time ?? 0));
  const rows = await portfolioRows(tables, user, newest, day ?? tradingDay(newestPrice));
  if (rows === undefined) return undefined;
  const days = await tradingDays(tables, rows.day);
  const closes = await closesBefore(lastPriceIn(tables), needClose(rows, quoteOf), rows.day, days);
  return valuedAt(rows, quoteOf, closes);
}

/** Reads a user's rows, with this many of the newest trades; undefined for a user who has never traded. */
export async function portfolioRows(
  tables: Tables,
  user: string,
  newest: number,
  day: string,
): Promise<PortfolioRows | undefined> {
  const totals = await readRow(tables, userTotals, [user]);
  if (totals === undefined) return undefined;
  const start = newYorkMoment(daysOfDate(day), 0);
  const [held, latest, changed] = await Promise.all([
    readRows(tables, positions, [user]),
    readRows(tables, tradesByUser, [user], newest),
    changedSince(tables, user, start),
  ]);
  const all = latest.length < newest || (latest.at(-1)?.time ?? 0) < start;
  const today = all ? latest.filter(({ time }) => time >= start) : await tradesSince(tables, user, start, MOST_TODAY);
  return { totals, positions: held, latest, day, today, changed };
}

/** The symbols whose close changes the figures: those in use that were traded on the day. */
export function needClose({ positions, today, day }: PortfolioRows, quoteOf: QuoteOf): string[] {
  const traded = new Set((today ?? []).map(({ symbol }) => symbol));
  return positions
    .filter(({ symbol, quantity }) => quantity !== 0 || traded.has(symbol))
    .map(({ symbol }) => symbol)
    .filter((symbol) => (quoteOf(symbol)?.day ?? '') >= day);
}

/** The figures of a user at these prices, and since these closes. */
export function valuedAt(rows: PortfolioRows, quoteOf: QuoteOf, closeOf: CloseOf): PortfolioFigures {
  const today = bySymbol(rows.today ?? []);
  const all = rows.positions.map((row) =>
    holdingOf(row, quoteOf(row.symbol), {
      ...{ day: rows.day, close: closeOf(row.symbol) },
      trades: rows.today === undefined || rows.changed.has(row.symbol) ? undefined : (today.get(row.symbol) ?? []),
    }),
  );
  const holdings = all.filter(({ quantity }) => quantity !== 0);
  holdings.sort((a, b) => descending(size(a), size(b)) || (a.symbol < b.symbol ? -1 : 1));
  const { user, trades, volume, value, realized, openPositions } = rows.totals;
  // Amounts of different currencies are never added.
  const cost = holdings.reduce((sum, held) => sum + (held.currency === DOLLAR ? BigInt(held.cost) : 0n), 0n);
  const add = (of: 'marketValue' | 'unrealized'): bigint =>
    holdings.reduce((sum, holding) => sum + (holding[of] ?? 0n), 0n);
  return {
    ...{ user, trades, volume, value, realized, openPositions, cost },
    grossCost: holdings.reduce(
      (sum, { price, cost }) => sum + (price === undefined ? 0n : magnitude(BigInt(cost))),
      0n,
    ),
    marketValue: add('marketValue'),
    unrealized: add('unrealized'),
    day: dayTotals(rows.day, rows.today !== undefined, [
      ...holdings,
      ...all.filter(({ quantity, symbol }) => quantity === 0 && today.has(symbol)),
    ]),
    gross: holdings.reduce((sum, holding) => sum + size(holding), 0n),
    holdings,
    closed: all.filter(({ quantity }) => quantity === 0),
    sectors: bySector(holdings),
    latest: rows.latest,
  };
}

function bySymbol(trades: readonly TradeRow[]): ReadonlyMap<string, readonly TradeRow[]> {
  const of = new Map<string, TradeRow[]>();
  for (const trade of trades) {
    const known = of.get(trade.symbol);
    if (known === undefined) of.set(trade.symbol, [trade]);
    else known.push(trade);
  }
  return of;
}

function bySector(holdings: readonly Holding[]): { sector: string; value: bigint }[] {
  const sums = new Map<string, bigint>();
  for (const holding of holdings) sums.set(holding.sector, (sums.get(holding.sector) ?? 0n) + size(holding));
  return [...sums]
    .map(([sector, value]) => ({ sector, value }))
    .sort((a, b) => descending(a.value, b.value) || (a.sector < b.sector ? -1 : 1));
}

function size({ marketValue = 0n }: Holding): bigint {
  return magnitude(marketValue);
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}
