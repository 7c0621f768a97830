import { daysOfDate } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { newYorkMoment } from '../calendar/new-york-time.js';
import { tradingDay } from '../calendar/trading-day.js';
import { pricesOfDay, type LastPriceOf, type PriceAt } from './day-prices.js';
import type { Holding } from './holding.js';
import type { PortfolioFigures } from './portfolio-figures.js';
import { weekLine, yearLine } from './price-line.js';
import { newestOfSymbol, type TradeRow } from './trades-since.js';

/** How many of a user's newest trades are searched for those of a symbol. */
const SEARCHED = 20_000;
/** The largest number of trades beside a line. */
const MOST_MARKS = 1_000;

/** A user's position in a symbol, held or closed, with the newest trades of it. */
export interface SymbolFigures {
  readonly position: Holding;
  /** The sum of the absolute market values of the portfolio: the base of the weight. */
  readonly gross: bigint;
  /** Newest first. */
  readonly trades: readonly TradeRow[];
}

/** How long a line of prices is: a day or a week of ten minutes, or a year of days. */
export type Span = 'day' | 'week' | 'year';

/** The prices of a symbol over some time, in order, and a user's trades of it in that time. */
export interface SymbolLine {
  readonly points: readonly PriceAt[];
  readonly trades: readonly TradeRow[];
}

/** The position of a symbol in a portfolio; undefined if the user has never traded it. */
export function positionIn({ holdings, closed }: PortfolioFigures, symbol: string): Holding | undefined {
  return holdings.find((held) => held.symbol === symbol) ?? closed.find((held) => held.symbol === symbol);
}

/** A user's newest trades of a symbol, among the newest 20,000 of all symbols. */
export function newestTrades(tables: Tables, user: string, symbol: string, newest: number): Promise<TradeRow[]> {
  return newestOfSymbol(tables, user, symbol, newest, SEARCHED);
}

/** A symbol's prices up to the end of a day, and the user's trades of it since their first day. */
export async function symbolLine(
  tables: Tables,
  lastPriceOf: LastPriceOf,
  {
    user,
    symbol,
    span,
    day,
  }: { readonly user: string; readonly symbol: string; readonly span: Span; readonly day: string },
): Promise<SymbolLine> {
  const points =
    span === 'day'
      ? (await pricesOfDay(tables, symbol, day)).map(({ time, price }) => ({ time, price }))
      : span === 'week'
        ? await weekLine(tables, lastPriceOf, symbol, day)
        : await yearLine(lastPriceOf, symbol, day);
  const first = points[0];
  if (first === undefined) return { points, trades: [] };
  const since = newYorkMoment(daysOfDate(tradingDay(first.time)), 0);
  const trades = await newestTrades(tables, user, symbol, MOST_MARKS);
  return { points, trades: trades.filter(({ time }) => time >= since).reverse() };
}
