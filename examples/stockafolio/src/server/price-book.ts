import { formatMoney } from '@stockafolio/core';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { closesBefore } from '../figures/closes.js';
import { lastPriceIn, pricesOfDay, type PriceAt, type LastPriceOf } from '../figures/day-prices.js';
import { needClose, valuedAt, type PortfolioFigures, type PortfolioRows } from '../figures/portfolio-figures.js';
import { allQuotes, type Quote, type QuoteOf } from '../figures/quotes.js';
import { sideBySide } from '../figures/side-by-side.js';
import { symbolLine, type Span, type SymbolLine } from '../figures/symbol-figures.js';
import { tradingDays } from '../figures/trading-days.js';
import { Remembered, type RememberedOptions } from './remembered.js';

/** The latest prices, at least as new as the tables with this many records. */
interface Quotes {
  readonly records: number;
  readonly prices: ReadonlyMap<string, Quote>;
}

/** How long a last price of a day that is over, and which days have trades, are valid: late trades may change them. */
const PAST_HOLDS = 300_000;
/** How many of them are kept: fifty days of the S&P 500. */
const LASTS = 25_000;
const LINE_HOLDS = 5_000;
const LINES = 200;

/** The prices of symbols: the latest, the closes, and those over some time. All are shared by all users. */
export class PriceBook {
  readonly #live: Tables;
  readonly #quotes: Remembered<Quotes>;
  readonly #last: Remembered<PriceAt | undefined>;
  readonly #earlier: Remembered<readonly string[]>;
  readonly #lines: Remembered<SymbolLine>;
  readonly #days: Remembered<readonly string[]>;

  constructor(
    live: Tables,
    clock: Clock,
    { holds, ...paced }: { readonly holds: number } & Omit<RememberedOptions, 'ms' | 'most'>,
  ) {
    this.#live = live;
    const { pace = 0 } = paced;
    this.#quotes = new Remembered(clock, { ms: holds, most: 1, ...paced });
    this.#last = new Remembered(clock, { ms: PAST_HOLDS, most: LASTS });
    this.#earlier = new Remembered(clock, { ms: PAST_HOLDS, most: 4 });
    this.#lines = new Remembered(clock, { ms: LINE_HOLDS, most: LINES, pace });
    this.#days = new Remembered(clock, { ms: LINE_HOLDS, most: LINES * 10, pace });
  }

  /** The latest prices of all symbols, at least of this step of the tables unless that would be too soon. */
  quotes(records: number): Promise<Quotes> {
    return this.#quotes.get('', String(records), async () => ({ records, prices: await allQuotes(this.#live) }));
  }

  /** The figures of these rows. */
  async valued(rows: PortfolioRows, quoteOf: QuoteOf): Promise<PortfolioFigures> {
    const days = await this.#earlier.get(rows.day, '', () => tradingDays(this.#live, rows.day));
    const closes = await closesBefore(this.#lastPriceOf, needClose(rows, quoteOf), rows.day, days);
    return valuedAt(rows, quoteOf, closes);
  }

  line(of: {
    readonly user: string;
    readonly symbol: string;
    readonly span: Span;
    readonly day: string;
  }): Promise<SymbolLine> {
    const { user, symbol, span, day } = of;
    return this.#lines.get(JSON.stringify([user, symbol, span, day]), '', () =>
      // The last price of the day itself is not over: it is read again.
      symbolLine(
        this.#live,
        (name, on) => (on === day ? lastPriceIn(this.#live)(name, on) : this.#lastPriceOf(name, on)),
        of,
      ),
    );
  }

  /** The prices of these symbols on a day, every ten minutes. */
  lines(symbols: readonly string[], day: string): Promise<{ symbol: string; prices: readonly string[] }[]> {
    return sideBySide(symbols, async (symbol) => ({
      symbol,
      prices: await this.#days.get(`${day} ${symbol}`, '', async () =>
        (await pricesOfDay(this.#live, symbol, day)).map(({ price }) => formatMoney(price)),
      ),
    }));
  }

  readonly #lastPriceOf: LastPriceOf = (symbol, day) =>
    this.#last.get(`${day} ${symbol}`, '', () => lastPriceIn(this.#live)(symbol, day));
}
