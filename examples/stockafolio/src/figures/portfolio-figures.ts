import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { worth } from '../quantity.js';
import { positions, tradesByUser, userTotals } from '../tables.js';
import { listingOf } from '../universe/universe.js';
import { quotesOf, type QuoteOf } from './quotes.js';
import { readRow, readRows } from './read-rows.js';

/** A user's holding of a symbol. Money in 1e-4 USD. */
export interface Holding {
  readonly symbol: string;
  /** The company's name; the symbol if it is not in the S&P 500. */
  readonly name: string;
  readonly sector: string;
  /** In 1e-8 shares; negative if short. */
  readonly quantity: number;
  /** What they were bought for; negative if short: what was received for them. */
  readonly cost: number;
  /** Profit of closed shares. */
  readonly realized: number;
  /** The latest price; it and the following fields are undefined if no price is known. */
  readonly price: number | undefined;
  /** Quantity x price; negative if short. */
  readonly marketValue: bigint | undefined;
  /** Market value minus cost. */
  readonly unrealized: bigint | undefined;
  /** Quantity x (price minus the first price of its day). */
  readonly dayChange: bigint | undefined;
}

/** A user's all-time figures, and the present holdings. Money in 1e-4 USD. */
export interface PortfolioTotals {
  readonly trades: number;
  /** In 1e-8 shares. */
  readonly volume: bigint;
  readonly value: number;
  readonly realized: number;
  readonly openPositions: number;
  readonly marketValue: bigint;
  readonly cost: bigint;
  /** The sum of the absolute costs of holdings with a price: the base for `unrealized` as a percentage. */
  readonly grossCost: bigint;
  readonly unrealized: bigint;
  readonly dayChange: bigint;
  /** The sum of the absolute market values: the base of a holding's weight. */
  readonly gross: bigint;
}

/** The content of a user's dashboard. */
export interface PortfolioFigures extends PortfolioTotals {
  readonly user: string;
  /** Open positions, greatest absolute market value first; ties by symbol. */
  readonly holdings: readonly Holding[];
  /** Absolute market value by sector, greatest first. */
  readonly sectors: readonly { readonly sector: string; readonly value: bigint }[];
  /** Newest first. */
  readonly latest: readonly RowOf<typeof tradesByUser>[];
}

/** A user's rows in the tables, without prices. */
export interface PortfolioRows {
  readonly totals: RowOf<typeof userTotals>;
  readonly positions: readonly RowOf<typeof positions>[];
  readonly latest: readonly RowOf<typeof tradesByUser>[];
}

/** Reads a user's figures; undefined for a user who has never traded. */
export async function portfolioFigures(
  tables: Tables,
  user: string,
  newest = 8,
): Promise<PortfolioFigures | undefined> {
  const rows = await portfolioRows(tables, user, newest);
  if (rows === undefined) return undefined;
  const open = rows.positions.filter(({ quantity }) => quantity !== 0);
  return valuedAt(
    rows,
    await quotesOf(
      tables,
      open.map(({ symbol }) => symbol),
    ),
  );
}

/** Reads a user's rows, with this many of the newest trades; undefined for a user who has never traded. */
export async function portfolioRows(tables: Tables, user: string, newest: number): Promise<PortfolioRows | undefined> {
  const totals = await readRow(tables, userTotals, [user]);
  if (totals === undefined) return undefined;
  const [held, latest] = await Promise.all([
    readRows(tables, positions, [user]),
    readRows(tables, tradesByUser, [user], newest),
  ]);
  return { totals, positions: held, latest };
}

/** The figures of a user at these prices. */
export function valuedAt({ totals, positions, latest }: PortfolioRows, quote: QuoteOf): PortfolioFigures {
  const holdings: Holding[] = [];
  for (const row of positions) if (row.quantity !== 0) holdings.push(holdingOf(row, quote));
  holdings.sort((a, b) => descending(size(a), size(b)) || (a.symbol < b.symbol ? -1 : 1));
  const { user, trades, volume, value, realized, openPositions } = totals;
  const cost = holdings.reduce((sum, holding) => sum + BigInt(holding.cost), 0n);
  const add = (of: 'marketValue' | 'unrealized' | 'dayChange'): bigint =>
    holdings.reduce((sum, holding) => sum + (holding[of] ?? 0n), 0n);
  return {
    ...{ user, trades, volume, value, realized, openPositions, cost },
    grossCost: holdings.reduce(
      (sum, { price, cost }) => sum + (price === undefined ? 0n : magnitude(BigInt(cost))),
      0n,
    ),
    marketValue: add('marketValue'),
    unrealized: add('unrealized'),
    dayChange: add('dayChange'),
    gross: holdings.reduce((sum, holding) => sum + size(holding), 0n),
    holdings,
    sectors: bySector(holdings),
    latest,
  };
}

function holdingOf(row: RowOf<typeof positions>, quoteOf: QuoteOf): Holding {
  const { symbol, sector, quantity, cost, realized } = row;
  const quote = quoteOf(symbol);
  const marketValue = quote === undefined ? undefined : worth(quantity, quote.price);
  return {
    ...{ symbol, name: listingOf(symbol)?.name ?? symbol, sector, quantity, cost, realized },
    price: quote?.price,
    marketValue,
    unrealized: marketValue === undefined ? undefined : marketValue - BigInt(cost),
    dayChange: quote === undefined ? undefined : worth(quantity, quote.price - quote.dayOpen),
  };
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
