import type { Clock, Source, Tables } from '@stockafolio/core/ports';
import { tradingDay } from '../calendar/trading-day.js';
import { biggestMoves, firmFigures, type FirmFigures } from '../figures/firm-figures.js';
import { portfolioRows, type PortfolioFigures, type PortfolioRows } from '../figures/portfolio-figures.js';
import { progressFigures, type ProgressFigures } from '../figures/progress-figures.js';
import type { Range } from '../figures/performance.js';
import type { Quote } from '../figures/quotes.js';
import { newestTrades, positionIn, type Span } from '../figures/symbol-figures.js';
import { tradingDays } from '../figures/trading-days.js';
import { valueOverDay, type ValueAt } from '../figures/value-over-day.js';
import { PerformanceBook } from './performance-book.js';
import { PriceBook } from './price-book.js';
import { RateMeter } from './rate-meter.js';
import { Remembered } from './remembered.js';
import { SourceEnds } from './source-ends.js';
import { wireAsOf, wireClose, wireFirmDay, wireProgress, type WireFirmDay } from './wire/firm.js';
import { wirePortfolio } from './wire/portfolio.js';
import { wirePrices, wireSymbol } from './wire/symbol.js';
import { wireSymbols } from './wire/symbols.js';
import type * as wire from './wire/types.js';

/** Number of trades on a new page. */
export const NEWEST = 50;
const MOVES = 20;
/**
 * After a read, the next one waits this many times as long as it took: four steps of a quick store, seconds of a slow
 * one.
 */
const PACE = 3;
/** How long an answer is valid while the tables have not advanced: rows repaired by hand show after that. */
const HOLDS = 1_000;

interface FirmOfDay {
  readonly figures: FirmFigures;
  readonly live: WireFirmDay;
  readonly close: wire.WireClose | null;
}

/** Tables that take longer to answer count as unreadable for clients; milliseconds. */
const READABLE_WITHIN = 5_000;

export interface BooksOptions {
  readonly live: Tables;
  /** The tables of the daily batch. */
  readonly close?: Tables;
  /** The source of the live tables. */
  readonly source?: Pick<Source, 'ranges'>;
  /** The pipeline whose `progress` tells how far the tables are. */
  readonly pipeline: string;
  readonly clock: Clock;
  /** Shortest time, in milliseconds, between two reads of the tables' progress. */
  readonly pollMs: number;
}

/**
 * The content of the pages, read from the tables. An answer is read again only when the tables have advanced, which
 * their `progress` tells: so any number of readers cost one read for every step of the tables.
 */
export class Books {
  readonly #options: BooksOptions;
  readonly #progress: Remembered<ProgressFigures>;
  readonly #prices: PriceBook;
  readonly #firms: Remembered<FirmOfDay>;
  readonly #closes: Remembered<wire.WireClose>;
  readonly #portfolios: Remembered<PortfolioFigures | undefined>;
  readonly #lines: Remembered<ValueAt[]>;
  readonly #days: Remembered<string[]>;
  readonly #performances: PerformanceBook;
  readonly #rate = new RateMeter();
  readonly #ends: SourceEnds | undefined;
  #old = 0;

  constructor(options: BooksOptions) {
    this.#options = options;
    const { clock, pollMs } = options;
    const paced = { pace: PACE, onOld: (): void => void this.#old++ };
    this.#ends = options.source === undefined ? undefined : new SourceEnds(options.source, clock);
    this.#progress = new Remembered(clock, { ms: pollMs, most: 2 });
    this.#prices = new PriceBook(options.live, clock, { holds: HOLDS, ...paced });
    this.#firms = new Remembered(clock, { ms: HOLDS, most: 4, ...paced });
    this.#closes = new Remembered(clock, { ms: HOLDS, most: 4, ...paced });
    this.#portfolios = new Remembered(clock, { ms: HOLDS, most: 500, ...paced });
    this.#lines = new Remembered(clock, { ms: 5_000, most: 200, pace: PACE });
    this.#performances = new PerformanceBook(options.live, clock, PACE);
    this.#days = new Remembered(clock, { ms: 5_000, most: 1, pace: PACE });
  }

  /** How often a reader got figures older than the tables, because reading them again would have been too soon. */
  get givenOld(): number {
    return this.#old;
  }

  /** The same, read again: for the one poll on which all streams depend. */
  async look(): Promise<ProgressFigures> {
    this.#progress.forget('live');
    return this.progress();
  }

  progress(): Promise<ProgressFigures> {
    const { live, pipeline, clock } = this.#options;
    return this.#progress.get('live', '', async () => {
      const figures = await progressFigures(live, pipeline);
      this.#rate.sample(clock.elapsed(), figures.records);
      return figures;
    });
  }

  async wireProgress(): Promise<wire.WireProgress> {
    const progress = await this.progress();
    return wireProgress(progress, this.#rate.rate(), (await this.#ends?.behind(progress.offsets)) ?? null);
  }

  /** The market time that the live tables have reached. */
  async asOf(): Promise<wire.WireAsOf> {
    return wireAsOf(await this.progress());
  }

  /** Whether the tables answer, and quickly. */
  async readable(): Promise<boolean> {
    const enough = new AbortController();
    const answered = this.progress().then(
      () => true,
      () => false,
    );
    const waited = this.#options.clock.sleep(READABLE_WITHIN, enough.signal).then(() => false);
    try {
      return await Promise.race([answered, waited]);
    } finally {
      enough.abort();
    }
  }

  /** Up to where the batch's tables are exact; undefined without them. */
  async closeProgress(): Promise<ProgressFigures | undefined> {
    const { close, pipeline } = this.#options;
    return close === undefined ? undefined : this.#progress.get('close', '', () => progressFigures(close, pipeline));
  }

  /** The New York day that the tables have reached. */
  async newestDay(): Promise<string> {
    return tradingDay((await this.progress()).newest ?? this.#options.clock.now());
  }

  /** The latest prices of all symbols. */
  async quotes(): Promise<ReadonlyMap<string, Quote>> {
    return (await this.#quotes()).prices;
  }

  /** The firm's figures of a day; of the newest one if none is named. */
  async firm(asked: string | undefined): Promise<wire.WireFirm> {
    const progress = await this.progress();
    const newestDay = await this.newestDay();
    const day = asked ?? newestDay;
    const { live, close } = await this.#firmOf(day);
    return {
      ...{ ...live, newestDay, close, hasClose: this.#options.close !== undefined },
      // The present progress does not belong to a day that is over.
      progress: day === newestDay ? await this.wireProgress() : wireProgress(progress),
    };
  }

  /** All symbols that were traded on a day; on the newest one if none is named. */
  async symbols(asked: string | undefined): Promise<wire.WireSymbols> {
    const newestDay = await this.newestDay();
    const day = asked ?? newestDay;
    const { figures } = await this.#firmOf(day);
    return { day, newestDay, symbols: wireSymbols(figures, await this.quotes()) };
  }

  /** A user's portfolio at the latest prices; undefined for a user who has never traded. */
  async portfolio(user: string): Promise<wire.WirePortfolio | undefined> {
    const figures = await this.#portfolio(user);
    return figures === undefined ? undefined : wirePortfolio(figures, await this.asOf());
  }

  /** A user's position in a symbol, with the newest trades of it; undefined if the user has never traded it. */
  async symbol(user: string, symbol: string): Promise<wire.WireSymbol | undefined> {
    const figures = await this.#portfolio(user);
    const position = figures === undefined ? undefined : positionIn(figures, symbol);
    if (figures === undefined || position === undefined) return undefined;
    const trades = await newestTrades(this.#options.live, user, symbol, NEWEST);
    return wireSymbol(user, { position, gross: figures.gross, trades }, await this.asOf());
  }

  /** The prices of a symbol and a user's trades of it; undefined if the user has never traded it. */
  async prices(user: string, symbol: string, span: Span): Promise<wire.WirePrices | undefined> {
    const figures = await this.#portfolio(user);
    if (figures === undefined || positionIn(figures, symbol) === undefined) return undefined;
    const day = await this.newestDay();
    return wirePrices(symbol, span, day, await this.#prices.line({ user, symbol, span, day }));
  }

  /** The day's prices of these symbols, of those that the user has traded. */
  async lines(user: string, symbols: readonly string[]): Promise<wire.WireLines> {
    const figures = await this.#portfolio(user);
    const day = await this.newestDay();
    const own = symbols.filter((symbol) => figures !== undefined && positionIn(figures, symbol) !== undefined);
    return { day, lines: await this.#prices.lines(own, day) };
  }

  /** The figures of these rows at the latest prices. */
  async valued(rows: PortfolioRows): Promise<PortfolioFigures> {
    const quotes = await this.quotes();
    return this.#prices.valued(rows, (symbol) => quotes.get(symbol));
  }

  valueOverDay(user: string, day: string): Promise<ValueAt[]> {
    return this.#lines.get(`${day} ${user}`, '', async () => {
      const prices = await this.quotes();
      return valueOverDay(this.#options.live, user, day, (symbol) => prices.get(symbol));
    });
  }

  /**
   * What an account has brought over a range; or why that is not known.
   */
  async performance(user: string, range: Range): Promise<wire.WirePerformance> {
    const progress = await this.asOf();
    const day = await this.newestDay();
    return this.#performances.wired(user, range, { day, quotes: await this.quotes() }, progress);
  }

  /** The days with trades, newest first. */
  async days(): Promise<string[]> {
    const newest = await this.newestDay();
    return this.#days.get(newest, '', () => tradingDays(this.#options.live, newest));
  }

  async #firmOf(day: string): Promise<FirmOfDay> {
    const progress = await this.progress();
    const closed = (await this.closeProgress())?.records ?? 0;
    const { prices, records } = await this.#quotes();
    return this.#firms.get(day, `${progress.records} ${closed} ${records}`, async () => {
      const figures = await firmFigures(this.#options.live, day);
      return { figures, live: wireFirmDay(figures, biggestMoves(prices, day, MOVES)), close: await this.#close(day) };
    });
  }

  async #quotes(): Promise<{ readonly records: number; readonly prices: ReadonlyMap<string, Quote> }> {
    return this.#prices.quotes((await this.progress()).records);
  }

  async #portfolio(user: string): Promise<PortfolioFigures | undefined> {
    const progress = await this.progress();
    const { records } = await this.#quotes();
    return this.#portfolios.get(user, `${progress.records} ${records}`, async () => {
      const rows = await portfolioRows(this.#options.live, user, NEWEST, await this.newestDay());
      return rows === undefined ? undefined : this.valued(rows);
    });
  }

  async #close(day: string): Promise<wire.WireClose | null> {
    const { close } = this.#options;
    const progress = await this.closeProgress();
    if (close === undefined || progress === undefined || progress.records === 0) return null;
    const figures = await this.#closes.get(day, String(progress.records), async () =>
      wireClose(await firmFigures(close, day), wireProgress(progress)),
    );
    // The batch has only reached other days: without trades there are no closing figures.
    return figures.total.trades === 0 ? null : figures;
  }
}
