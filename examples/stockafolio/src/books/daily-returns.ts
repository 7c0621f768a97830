import { StockafolioError, dateOfDays, daysOfDate } from '@stockafolio/core';
import { dayAfter } from '../calendar/holidays.js';
import { sessionOf } from '../calendar/sessions.js';
import type { AccountEvent } from './account-event.js';
import type { Rejected } from './amendments.js';
import { benchmarkReturns, type BenchmarkReturns, type IndexLevels } from './benchmark.js';
import type { LotMethod } from './choose-lot.js';
import type { ExchangeRates } from './conversion.js';
import {
  AccountDays,
  type ClosingPrices,
  type DayResult,
  type MissingQuote,
  type AccountResult,
} from './day-results.js';
import { safe } from './exact.js';
import { ledgerOf } from './ledger.js';
import { moneyWeighted, paymentsOf, timeWeighted, type Return } from './returns.js';

export interface DailyReturnsOptions {
  /** New York days, `YYYY-MM-DD`, both included. */
  readonly first: string;
  readonly last: string;
  /** The currency of all results. */
  readonly base: string;
  readonly method: LotMethod;
  readonly prices: ClosingPrices;
  /** In the base currency. Defaults to none: then what is in another currency has no known value. */
  readonly rates?: ExchangeRates;
  /** An index, to compare with. */
  readonly benchmark?: IndexLevels;
  /** Whether payments count from the start of their day, see {@link timeWeighted}. Defaults to `start`. */
  readonly flows?: 'start' | 'end';
  /** Days that have a close. Defaults to the trading days of New York. */
  readonly hasClose?: (day: string) => boolean;
}

export interface DailyReturns {
  /** The account at the last close before the first day; no value if it is not known. */
  readonly opening: { readonly day: string; readonly value: number | undefined };
  /** All days, or those before the first of which the value is not known. */
  readonly days: readonly DayResult[];
  /** The sums of these days. */
  readonly total: AccountResult;
  /** The day from which on the value is not known, and why. */
  readonly unknown?: { readonly day: string; readonly missing: readonly MissingQuote[] };
  /**
   * Amendments of nothing, and events up to the last day of which the lots do not know all: a gain may then be in the
   * wrong part, or on the wrong day.
   */
  readonly doubts: readonly Rejected[];
  readonly timeWeighted: Return;
  readonly moneyWeighted: Return;
  readonly benchmark?: BenchmarkReturns;
}

/**
 * What an account brought by day, from its events in any order of arrival, closing prices and rates of exchange.
 *
 * - `value` = cash, settled or not, and shares at their closing prices.
 * - `pnl` = value - value at the close before - flow. So shares that were bought on the day count from their own price.
 * - `unrealized` is the change of value - basis of the shares, but for what came with a transfer.
 * - An event of a day without a close belongs to the next one with a close.
 *
 * A price or a rate that is missing is never 0: results end before that day, and it is said what is missing. Rates of
 * return are then none.
 *
 * @example
 * const { days, timeWeighted } = dailyReturns(events, {
 *   first: '2026-01-05',
 *   last: '2026-01-30',
 *   base: 'USD',
 *   method: 'fifo',
 *   prices: (symbol, day) => closes.get(symbol)?.get(day), // { currency: 'USD', amount: 101_2500 }
 *   rates: (currency, day) => (currency === 'EUR' ? euros.get(day) : undefined),
 * });
 * @throws ERR_OVERFLOW if a figure is past 2^53, ERR_BAD_RECORD if a day does not exist or a rate is no decimal number
 */
export function dailyReturns(events: readonly AccountEvent[], options: DailyReturnsOptions): DailyReturns {
  const { first, last, hasClose = (day) => sessionOf(day) !== undefined } = options;
  checkDay(first);
  checkDay(last);
  const { entries, unknown: inDoubt, rejected } = ledgerOf(events, options.method);
  const later = new Set(entries.filter(({ day, kind }) => day > last && kind !== 'settlement').map(({ id }) => id));
  const doubts = [...rejected, ...inDoubt.filter(({ id }) => !later.has(id))];
  const account = new AccountDays(entries, options.base, options.prices, options.rates ?? (() => undefined));
  const opens = closeBefore(first, hasClose);
  const value = account.open(opens);
  const days: DayResult[] = [];
  let unknown = value.missing === undefined ? undefined : { day: opens, missing: value.missing };
  for (let day = first; day <= last && unknown === undefined; day = dayAfter(day)) {
    if (!hasClose(day)) continue;
    const { figure, missing } = account.next(day);
    if (missing === undefined) days.push(figure);
    else unknown = { day, missing };
  }
  const shared = { opening: { day: opens, value: value.figure }, days, total: totalOf(days), doubts };
  if (unknown === undefined && value.figure !== undefined) {
    return { ...shared, ...ratesOf({ day: opens, value: value.figure }, days, options) };
  }
  const { day = opens, missing = [] } = unknown ?? {};
  const none: Return = { kind: 'none', why: `the value is not known on ${day}: ${missing.map(named).join(', ')}` };
  return { ...shared, unknown: { day, missing }, timeWeighted: none, moneyWeighted: none };
}

function ratesOf(
  opening: { readonly day: string; readonly value: number },
  days: readonly DayResult[],
  { benchmark, flows }: DailyReturnsOptions,
): Pick<DailyReturns, 'timeWeighted' | 'moneyWeighted' | 'benchmark'> {
  const { value } = days.at(-1) ?? opening;
  return {
    timeWeighted: timeWeighted(opening.value, days, flows),
    moneyWeighted: moneyWeighted(paymentsOf(opening, days, value)),
    ...(benchmark === undefined ? {} : { benchmark: benchmarkReturns(benchmark, opening, days, flows) }),
  };
}

const named = (each: MissingQuote): string =>
  each.kind === 'price' ? `no price of ${each.symbol}` : `no rate of ${each.currency}`;

function totalOf(days: readonly DayResult[]): AccountResult {
  const sum = (of: (day: DayResult) => number): number => days.reduce((total, day) => safe(total + of(day)), 0);
  return {
    flow: sum(({ flow }) => flow),
    pnl: sum(({ pnl }) => pnl),
    realized: sum(({ realized }) => realized),
    unrealized: sum(({ unrealized }) => unrealized),
    dividends: sum(({ dividends }) => dividends),
    interest: sum(({ interest }) => interest),
    costs: sum(({ costs }) => costs),
    exchange: sum(({ exchange }) => exchange),
    unexplained: sum(({ unexplained }) => unexplained),
  };
}

/** No market is closed for so many days. */
const A_YEAR = 366;

/** The last day with a close; if there is none in a year, the day before. */
function closeBefore(first: string, hasClose: (day: string) => boolean): string {
  const number = daysOfDate(first);
  for (let back = 1; back <= A_YEAR; back++) {
    const day = dateOfDays(number - back);
    if (hasClose(day)) return day;
  }
  return dateOfDays(number - 1);
}

function checkDay(day: string): void {
  if (!Number.isNaN(daysOfDate(day))) return;
  throw new StockafolioError('ERR_BAD_RECORD', `'${day}' is no day of the calendar`, {
    hint: 'give the first and the last day as YYYY-MM-DD',
  });
}
