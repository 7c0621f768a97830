import type { Tables } from '@stockafolio/core/ports';
import { portfolioRows } from '../../figures/portfolio-figures.js';
import { newestTrades, positionIn } from '../../figures/symbol-figures.js';
import { NEWEST, type Books } from '../books.js';
import { wirePortfolio } from '../wire/portfolio.js';
import { wireSymbol } from '../wire/symbol.js';
import { keyed, ranked, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';
import { watchedRows } from './watched-rows.js';

/** Reads a user's page: the rows if the user has traded, the prices at every step. */
export function userSections(books: Books, tables: Tables, user: string): ReadSections {
  const rowsOn = watchedRows(tables, user, (day) => portfolioRows(tables, user, NEWEST, day));
  return async () => {
    // Only the times: a user must not see how much others trade.
    const progress = await books.asOf();
    const rows = await rowsOn(await books.newestDay());
    if (rows === undefined) return { known: single(false), progress: single(progress) };
    const { totals, holdings, sectors, trades } = wirePortfolio(await books.valued(rows), progress);
    return {
      known: single(true),
      progress: single(progress),
      totals: single(totals),
      holdings: keyed(holdings, ({ symbol }) => symbol),
      sectors: ranked(sectors),
      trades: keyed(trades, ({ time, id }) => `${time} ${id}`),
    } satisfies Sections;
  };
}

/** Reads a user's page of a symbol, in the same way. */
export function symbolSections(books: Books, tables: Tables, user: string, symbol: string): ReadSections {
  const rowsOn = watchedRows(tables, user, async (day) => {
    const rows = await portfolioRows(tables, user, 1, day);
    return rows === undefined ? undefined : { rows, trades: await newestTrades(tables, user, symbol, NEWEST) };
  });
  return async () => {
    const progress = await books.asOf();
    const read = await rowsOn(await books.newestDay());
    const figures = read === undefined ? undefined : await books.valued(read.rows);
    const position = figures === undefined ? undefined : positionIn(figures, symbol);
    if (read === undefined || figures === undefined || position === undefined) {
      return { known: single(false), progress: single(progress) };
    }
    const wire = wireSymbol(user, { position, gross: figures.gross, trades: read.trades }, progress);
    return {
      known: single(true),
      progress: single(progress),
      position: single(wire.position),
      trades: keyed(wire.trades, ({ time, id }) => `${time} ${id}`),
    } satisfies Sections;
  };
}
