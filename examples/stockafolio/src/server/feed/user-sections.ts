import { portfolioRows, valuedAt, type PortfolioRows } from '../../figures/portfolio-figures.js';
import { userTotals } from '../../tables.js';
import type { Tables } from '@stockafolio/core/ports';
import { NEWEST, type Books } from '../books.js';
import { wirePortfolio } from '../wire/portfolio.js';
import { keyed, ranked, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';

/**
 * Reads a user's page. The rows are read again only if the user has traded, which the version of the totals tells, and
 * once more at the next step: a commit's rows may be visible before all of them are written. Prices are read at every
 * step.
 */
export function userSections(books: Books, tables: Tables, user: string): ReadSections {
  let rows: PortfolioRows | undefined;
  let version: number | undefined;
  let settled = false;
  return async () => {
    // Only the times: a user must not see how much others trade.
    const progress = await books.asOf();
    const found = await tables.get(userTotals, [user]);
    if (found?.version !== version || !settled) {
      rows = await portfolioRows(tables, user, NEWEST);
      // Only now: a failed read is repeated, however often it fails.
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
