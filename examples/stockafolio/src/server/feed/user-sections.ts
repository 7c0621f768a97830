import { portfolioRows, valuedAt, type PortfolioRows } from '../../figures/portfolio-figures.js';
import { userTotals } from '../../tables.js';
import type { Tables } from '@stockafolio/core/ports';
import { NEWEST, type Books } from '../books.js';
import { wirePortfolio } from '../wire/portfolio.js';
import { keyed, ranked, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';

/**
 * Reads what a user's page shows. The rows are read again only where the user has traded, which the version of the totals
 * tells, and once more at the step after that: a commit's rows may be seen before all of them are written. Prices are new
 * at every step.
 */
export function userSections(books: Books, tables: Tables, user: string): ReadSections {
  let rows: PortfolioRows | undefined;
  let version: number | undefined;
  let settled = false;
  return async () => {
    // The times alone: how much others trade is nothing to a user.
    const progress = await books.asOf();
    const found = await tables.get(userTotals, [user]);
    if (found?.version !== version || !settled) {
      rows = await portfolioRows(tables, user, NEWEST);
      // Only now: what could not be read is read again, however often that fails.
      settled = found?.version === version;
      version = found?.version;
    }
    if (rows === undefined) return { known: single(false), progress: single(progress) };
    const quotes = await books.quotes();
    const { totals, holdings, sectors, trades } = wirePortfolio(
      valuedAt(rows, (symbol) => quotes.get(symbol)),
      progress,
    );
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
