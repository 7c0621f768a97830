import type { Books } from '../books.js';
import { keyed, ranked, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';

/**
 * Reads the firm's page of a day; of the newest day if none is named. The present progress of the tables says nothing
 * about another day, so there it is left out.
 */
export function firmSections(books: Books, day: string | undefined): ReadSections {
  return async () => {
    const firm = await books.firm(day);
    return {
      day: single(firm.day),
      newestDay: single(firm.newestDay),
      session: single(firm.session),
      progress: firm.day === firm.newestDay ? single(firm.progress) : new Map<string, string>(),
      total: single(firm.total),
      byValue: ranked(firm.byValue),
      byVolume: ranked(firm.byVolume),
      byTrades: ranked(firm.byTrades),
      sectors: ranked(firm.sectors),
      symbols: ranked(firm.symbols),
      moves: ranked(firm.moves),
      minutes: keyed(firm.minutes, ({ minute }) => String(minute)),
      close: single(firm.close),
      hasClose: single(firm.hasClose),
    } satisfies Sections;
  };
}
