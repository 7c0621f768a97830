import type { Books } from '../books.js';
import { keyed, single, type Sections } from './sections.js';
import type { ReadSections } from './topic.js';

/** Reads the symbols of a day; of the newest day if none is named. */
export function symbolsSections(books: Books, day: string | undefined): ReadSections {
  return async () => {
    const { symbols, ...rest } = await books.symbols(day);
    return {
      day: single(rest.day),
      newestDay: single(rest.newestDay),
      symbols: keyed(symbols, ({ symbol }) => symbol),
    } satisfies Sections;
  };
}
