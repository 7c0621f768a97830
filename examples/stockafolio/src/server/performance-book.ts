import { dateOfDays, daysOfDate, isStockafolioError } from '@stockafolio/core';
import type { Clock, Tables } from '@stockafolio/core/ports';
import { newYorkMoment } from '../calendar/new-york-time.js';
import {
  accountLine,
  accountRows,
  dividendsBetween,
  symbolsOf,
  type AccountLine,
  type AccountRows,
  type Dividends,
} from '../figures/account-line.js';
import { closesOf, type Closes } from '../figures/day-closes.js';
import { pricesOfDay, type PriceAt } from '../figures/day-prices.js';
import { levelsOf, marketIndex, type MarketIndex } from '../figures/market-index.js';
import { beforeRange, performance, type Performance, type Range } from '../figures/performance.js';
import { performanceOverDay } from '../figures/performance-over-day.js';
import type { Quote } from '../figures/quotes.js';
import { sideBySide } from '../figures/side-by-side.js';
import { tradesSince } from '../figures/trades-since.js';
import { universe } from '../universe/universe.js';
import { Remembered } from './remembered.js';
import { wireNoPerformance, wirePerformance } from './wire/performance.js';
import type { WireAsOf, WirePerformance } from './wire/types.js';

/** How long closes of days that are over are valid: late trades may change them. */
const PAST_HOLDS = 300_000;
/** How long the prices of all symbols on the day are valid. */
const DAY_HOLDS = 30_000;
const LINE_HOLDS = 2_000;
/** Symbols whose closes are kept. */
const SYMBOLS = 2_000;
/** The largest number of trades of a day whose line is computed. */
const MOST_TODAY = 20_000;

const NOT_KEPT = 'the pipeline keeps no results by day: run stream and batch with --app @stockafolio/example/with-days';

/** The newest day and the latest prices. */
export interface Now {
  readonly day: string;
  readonly quotes: ReadonlyMap<string, Quote>;
}

/** The results of an account over a range, and what they do not include. */
export interface RangeFigures extends Omit<AccountLine, 'days'> {
  readonly performance: Performance;
  readonly dividends: readonly Omit<Dividends, 'day'>[];
}

/** The results of accounts by day. Closes and the index are shared by all users. */
export class PerformanceBook {
  readonly #live: Tables;
  readonly #closes: Remembered<Closes>;
  readonly #index: Remembered<MarketIndex>;
  readonly #market: Remembered<ReadonlyMap<string, readonly PriceAt[]>>;
  readonly #accounts: Remembered<{ readonly rows: AccountRows; readonly closes: ReadonlyMap<string, Closes> }>;

  constructor(live: Tables, clock: Clock, pace: number) {
    this.#live = live;
    this.#closes = new Remembered(clock, { ms: PAST_HOLDS, most: SYMBOLS });
    this.#index = new Remembered(clock, { ms: PAST_HOLDS, most: 2 });
    this.#market = new Remembered(clock, { ms: DAY_HOLDS, most: 1, pace });
    this.#accounts = new Remembered(clock, { ms: LINE_HOLDS, most: 200, pace });
  }

  /** The answer of the API. */
  async wired(user: string, range: Range, now: Now, progress: WireAsOf): Promise<WirePerformance> {
    const of = { user, range, day: now.day };
    try {
      const found = await this.performance(user, range, now);
      return found === undefined
        ? wireNoPerformance(of, true, 'there are more than 20,000 trades on the day', progress)
        : wirePerformance(of, found, progress);
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
      return wireNoPerformance(of, false, NOT_KEPT, progress);
    }
  }

  /**
   * @throws ERR_TABLE_UNKNOWN if the pipeline does not keep results by day
   * @returns undefined for the day of a user who has too many trades on it
   */
  async performance(user: string, range: Range, now: Now): Promise<RangeFigures | undefined> {
    const { day, quotes } = now;
    const [{ rows, closes }, index] = await Promise.all([
      this.#accounts.get(`${day} ${user}`, '', () => this.#account(user, day)),
      this.#index.get(day, '', () => this.#indexBefore(day)),
    ]);
    const latest = new Map([...closes].map(([symbol, own]) => [symbol, withLatest(own, quotes.get(symbol), day)]));
    const { days, ...line } = accountLine(rows, latest, day);
    const before = range === '1D' ? dateOfDays(daysOfDate(day) - 1) : beforeRange(range, day);
    const account = { ...line, dividends: dividendsBetween(rows.dividends, before, day) };
    if (range !== '1D') {
      return { performance: performance(days, before, levelsOf(index, quotes, day), rows.hasCash), ...account };
    }
    const trades = await tradesSince(this.#live, user, newYorkMoment(daysOfDate(day), 0), MOST_TODAY);
    if (trades === undefined) return undefined;
    const symbols = [...closes.keys()];
    const [prices, market] = await Promise.all([
      this.#pricesOf(symbols, day),
      this.#market.get(day, '', () =>
        this.#pricesOf(
          universe.map(({ symbol }) => symbol),
          day,
        ),
      ),
    ]);
    return { performance: performanceOverDay(rows, { day, trades, prices, closes, index, market }), ...account };
  }

  async #account(
    user: string,
    day: string,
  ): Promise<{ readonly rows: AccountRows; readonly closes: ReadonlyMap<string, Closes> }> {
    const rows = await accountRows(this.#live, user);
    const closes = await sideBySide(
      symbolsOf(rows),
      async (symbol) => [symbol, await this.#closesOf(symbol, day)] as const,
    );
    return { rows, closes: new Map(closes) };
  }

  /** The closes of a symbol before a day. */
  #closesOf(symbol: string, day: string): Promise<Closes> {
    return this.#closes.get(symbol, day, async () =>
      (await closesOf(this.#live, symbol)).filter((close) => close.day < day),
    );
  }

  async #indexBefore(day: string): Promise<MarketIndex> {
    const closes = await sideBySide(
      universe,
      async ({ symbol }) => [symbol, await this.#closesOf(symbol, day)] as const,
    );
    return marketIndex(closes, day);
  }

  async #pricesOf(symbols: readonly string[], day: string): Promise<ReadonlyMap<string, readonly PriceAt[]>> {
    return new Map(
      await sideBySide(symbols, async (symbol) => [symbol, await pricesOfDay(this.#live, symbol, day)] as const),
    );
  }
}

/** The closes with the latest price, if that is newer. */
function withLatest(closes: Closes, quote: Quote | undefined, newest: string): Closes {
  const last = closes.at(-1)?.day ?? '';
  return quote === undefined || quote.day <= last || quote.day > newest ? closes : [...closes, quote];
}
