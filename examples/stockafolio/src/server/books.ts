import type { Clock, Source, Tables } from '@stockafolio/core/ports';
import { tradingDay } from '../calendar/trading-day.js';
import { biggestMoves, firmFigures } from '../figures/firm-figures.js';
import { portfolioRows, valuedAt } from '../figures/portfolio-figures.js';
import { progressFigures, type ProgressFigures } from '../figures/progress-figures.js';
import { allQuotes, type Quote } from '../figures/quotes.js';
import { tradingDays } from '../figures/trading-days.js';
import { valueOverDay, type ValueAt } from '../figures/value-over-day.js';
import { RateMeter } from './rate-meter.js';
import { Remembered } from './remembered.js';
import { SourceEnds } from './source-ends.js';
import { wireAsOf, wireClose, wireFirmDay, wireProgress, type WireFirmDay } from './wire/firm.js';
import { wirePortfolio } from './wire/portfolio.js';
import type { WireAsOf, WireClose, WireFirm, WirePortfolio, WireProgress } from './wire/types.js';

/** Trades that a page begins with. */
export const NEWEST = 50;
const MOVES = 20;
/** Reading something rests for so many times as long as it took: four steps of a quick store, seconds of a slow one. */
const PACE = 3;
/** How long an answer holds while the tables have not moved on: what is mended by hand shows after that. */
const HOLDS = 1_000;

interface FirmOfDay {
  readonly live: WireFirmDay;
  readonly close: WireClose | null;
}

/** Tables that take longer to answer cannot be read, as far as anybody who asks is concerned; milliseconds. */
const READABLE_WITHIN = 5_000;

/** The latest prices, at least as new as the tables were with so many records. */
interface Quotes {
  readonly records: number;
  readonly prices: ReadonlyMap<string, Quote>;
}

export interface BooksOptions {
  readonly live: Tables;
  /** The tables of the daily batch. */
  readonly close?: Tables;
  /** What the live tables are made from. */
  readonly source?: Pick<Source, 'ranges'>;
  /** Whose `progress` tells how far the tables are. */
  readonly pipeline: string;
  readonly clock: Clock;
  /** How often, in milliseconds, the tables may be asked how far they are. */
  readonly pollMs: number;
}

/**
 * What the pages show, read from the tables. An answer is read again only when the tables have moved on, which their
 * `progress` tells: so any number of readers cost one read for every step of the tables.
 */
export class Books {
  readonly #options: BooksOptions;
  readonly #progress: Remembered<ProgressFigures>;
  readonly #quotes: Remembered<Quotes>;
  readonly #firms: Remembered<FirmOfDay>;
  readonly #closes: Remembered<WireClose>;
  readonly #portfolios: Remembered<WirePortfolio | undefined>;
  readonly #lines: Remembered<ValueAt[]>;
  readonly #days: Remembered<string[]>;
  readonly #rate = new RateMeter();
  readonly #ends: SourceEnds | undefined;
  #old = 0;

  constructor(options: BooksOptions) {
    this.#options = options;
    const { clock, pollMs } = options;
    const paced = { pace: PACE, onOld: (): void => void this.#old++ };
    this.#ends = options.source === undefined ? undefined : new SourceEnds(options.source, clock);
    this.#progress = new Remembered(clock, { ms: pollMs, most: 2 });
    this.#quotes = new Remembered(clock, { ms: HOLDS, most: 1, ...paced });
    this.#firms = new Remembered(clock, { ms: HOLDS, most: 4, ...paced });
    this.#closes = new Remembered(clock, { ms: HOLDS, most: 4, ...paced });
    this.#portfolios = new Remembered(clock, { ms: HOLDS, most: 500, ...paced });
    this.#lines = new Remembered(clock, { ms: 5_000, most: 200, pace: PACE });
    this.#days = new Remembered(clock, { ms: 5_000, most: 1, pace: PACE });
  }

  /** How often somebody was given figures older than the tables, because reading them anew would come too soon. */
  get givenOld(): number {
    return this.#old;
  }

  /** The same, read anew: for the one poll on which all streams depend. */
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

  async wireProgress(): Promise<WireProgress> {
    const progress = await this.progress();
    return wireProgress(progress, this.#rate.rate(), (await this.#ends?.behind(progress.offsets)) ?? null);
  }

  /** The market time that the live tables have come to. */
  async asOf(): Promise<WireAsOf> {
    return wireAsOf(await this.progress());
  }

  /** Whether the tables answer, and soon. */
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

  /** What the batch's tables are exact up to; undefined without them. */
  async closeProgress(): Promise<ProgressFigures | undefined> {
    const { close, pipeline } = this.#options;
    return close === undefined ? undefined : this.#progress.get('close', '', () => progressFigures(close, pipeline));
  }

  /** The New York day that the tables have come to. */
  async newestDay(): Promise<string> {
    return tradingDay((await this.progress()).newest ?? this.#options.clock.now());
  }

  /** The latest prices of all symbols. */
  async quotes(): Promise<ReadonlyMap<string, Quote>> {
    return (await this.#newestQuotes()).prices;
  }

  /** The firm's figures of a day; of the newest one where none is named. */
  async firm(asked: string | undefined): Promise<WireFirm> {
    const progress = await this.progress();
    const newestDay = await this.newestDay();
    const day = asked ?? newestDay;
    const closed = (await this.closeProgress())?.records ?? 0;
    const { prices, records } = await this.#newestQuotes();
    const { live, close } = await this.#firms.get(day, `${progress.records} ${closed} ${records}`, async () => {
      const figures = await firmFigures(this.#options.live, day);
      return { live: wireFirmDay(figures, biggestMoves(prices, day, MOVES)), close: await this.#close(day) };
    });
    return {
      ...{ ...live, newestDay, close, hasClose: this.#options.close !== undefined },
      // What goes on now is not of a day that is over.
      progress: day === newestDay ? await this.wireProgress() : wireProgress(progress),
    };
  }

  /** A user's portfolio at the latest prices; undefined for one who never traded. */
  async portfolio(user: string): Promise<WirePortfolio | undefined> {
    const progress = await this.progress();
    const { prices, records } = await this.#newestQuotes();
    const portfolio = await this.#portfolios.get(user, `${progress.records} ${records}`, async () => {
      const rows = await portfolioRows(this.#options.live, user, NEWEST);
      if (rows === undefined) return undefined;
      return wirePortfolio(
        valuedAt(rows, (symbol) => prices.get(symbol)),
        wireAsOf(progress),
      );
    });
    return portfolio === undefined ? undefined : { ...portfolio, progress: await this.asOf() };
  }

  valueOverDay(user: string, day: string): Promise<ValueAt[]> {
    return this.#lines.get(`${day} ${user}`, '', async () => {
      const prices = await this.quotes();
      return valueOverDay(this.#options.live, user, day, (symbol) => prices.get(symbol));
    });
  }

  /** The days that there are trades of, the newest first. */
  async days(): Promise<string[]> {
    const newest = await this.newestDay();
    return this.#days.get(newest, '', () => tradingDays(this.#options.live, newest));
  }

  async #newestQuotes(): Promise<Quotes> {
    const { records } = await this.progress();
    return this.#quotes.get('', String(records), async () => ({
      records,
      prices: await allQuotes(this.#options.live),
    }));
  }

  async #close(day: string): Promise<WireClose | null> {
    const { close } = this.#options;
    const progress = await this.closeProgress();
    if (close === undefined || progress === undefined || progress.records === 0) return null;
    const figures = await this.#closes.get(day, String(progress.records), async () =>
      wireClose(await firmFigures(close, day), wireProgress(progress)),
    );
    // The batch has come to other days alone: figures of nothing are no close.
    return figures.total.trades === 0 ? null : figures;
  }
}
