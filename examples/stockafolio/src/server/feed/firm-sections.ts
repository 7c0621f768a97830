import type { Books } from '../books.js';
import { keyed, ranked, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';

/**
 * Reads what the firm's page shows of a day; of the newest one, whichever that is, where none is named. How far the tables
 * are now says nothing of another day, so there it is left out.
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
