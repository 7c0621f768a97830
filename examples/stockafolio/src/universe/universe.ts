import { communicationServices } from './sectors/communication-services.js';
import { consumerDiscretionary } from './sectors/consumer-discretionary.js';
import { consumerStaples } from './sectors/consumer-staples.js';
import { energy } from './sectors/energy.js';
import { financials } from './sectors/financials.js';
import { healthCare } from './sectors/health-care.js';
import { industrials } from './sectors/industrials.js';
import { informationTechnology } from './sectors/information-technology.js';
import { materials } from './sectors/materials.js';
import { realEstate } from './sectors/real-estate.js';
import { utilities } from './sectors/utilities.js';

/** A traded share. */
export interface Listing {
  readonly symbol: string;
  readonly name: string;
  /** Sector by the Global Industry Classification Standard. */
  readonly sector: string;
  /** The price at which a generated market begins, in 1e-4 USD, a whole number of cents: invented, not a quote. */
  readonly open: number;
}

const members: readonly (readonly [sector: string, lines: string])[] = [
  ['Communication Services', communicationServices],
  ['Consumer Discretionary', consumerDiscretionary],
  ['Consumer Staples', consumerStaples],
  ['Energy', energy],
  ['Financials', financials],
  ['Health Care', healthCare],
  ['Industrials', industrials],
  ['Information Technology', informationTechnology],
  ['Materials', materials],
  ['Real Estate', realEstate],
  ['Utilities', utilities],
];

/** The names of the sectors, in order. */
export const sectors: readonly string[] = members.map(([sector]) => sector);

/** The members of the S&P 500 (August 2026, after a public list under PDDL 1.0), by symbol. */
export const universe: readonly Listing[] = members
  .flatMap(([sector, lines]) =>
    lines
      .trim()
      .split('\n')
      .map((line) => listing(sector, line)),
  )
  .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));

const bySymbol: ReadonlyMap<string, Listing> = new Map(universe.map((l) => [l.symbol, l]));

/** The member with this symbol, or undefined. */
export function listingOf(symbol: string): Listing | undefined {
  return bySymbol.get(symbol);
}

function listing(sector: string, line: string): Listing {
  const [symbol = '', price = '', ...name] = line.split(' ');
  return Object.freeze({ symbol, name: name.join(' '), sector, open: Math.round(Number(price) * 100) * 100 });
}
