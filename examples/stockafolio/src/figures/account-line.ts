import type { RowOf } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { DOLLAR, inDollars } from '../account-stream.js';
import { accountEvents, accounts } from '../account-tables.js';
import { AccountDays } from '../books/day-results.js';
import { safe } from '../books/exact.js';
import type { LedgerEntry } from '../books/ledger.js';
import { dayAfter } from '../calendar/holidays.js';
import { sessionOf } from '../calendar/sessions.js';
import { positionDays } from '../day-tables.js';
import { positions } from '../tables.js';
import { cashByCurrency } from './account-figures.js';
import type { Close } from './closes.js';
import { closeAt, type Closes } from './day-closes.js';
import { dayEntries, type DayEntries, type TradesAt } from './day-entries.js';
import { readRows } from './read-rows.js';

/** An account at a moment: the close of a day, or a moment of a day. Money in 1e-4 USD. */
export interface AccountAt {
  /** `YYYY-MM-DD`, or a later moment of that day: texts in the order of time. */
  readonly at: string;
  /** Undefined if a position has no price. */
  readonly value: number | undefined;
  /** Paid in since the moment before, net; undefined if shares came whose worth is not known. */
  readonly flow: number | undefined;
  /** How many positions have no price up to then, and how many count at the close of an earlier day. */
  readonly unpriced: number;
  readonly earlier: number;
}

/** What dividends of a symbol brought on a day, in 1e-4 of the currency. */
export interface Dividends {
  readonly day: string;
  readonly symbol: string;
  readonly currency: string;
  readonly amount: number;
}

/** A user's rows. */
export interface AccountRows {
  readonly trades: readonly TradesAt[];
  readonly events: readonly RowOf<typeof accountEvents>[];
  readonly held: readonly RowOf<typeof positions>[];
  /** By day, symbol and currency. */
  readonly dividends: readonly Dividends[];
  /** Whether its cash is known; see the table `accounts`. */
  readonly hasCash: boolean;
}

/** An account in dollars, day by day. */
export interface AccountLine {
  /** The days from the first event on that have a close, and the newest day. */
  readonly days: readonly AccountAt[];
  readonly hasCash: boolean;
  /** How many positions are in another currency, and are not included. */
  readonly otherCurrencies: number;
  /** How many positions have other shares now than their days add up to: such as after a split within a day of trades. */
  readonly differing: number;
}

/** @throws ERR_TABLE_UNKNOWN if the pipeline does not keep results by day */
export async function accountRows(tables: Tables, user: string): Promise<AccountRows> {
  const [days, events, held, cash] = await Promise.all([
    readRows(tables, positionDays, [user]),
    readRows(tables, accountEvents, [user]),
    readRows(tables, positions, [user]),
    readRows(tables, accounts, [user]),
  ]);
  const trades = days.map(({ day, symbol, currency, quantity, paid, costs }) => ({
    ...{ at: day, symbol, currency, quantity, paid, costs },
  }));
  const dividends = days
    .filter((row) => row.dividends !== 0)
    .map(({ day, symbol, currency, dividends: amount }) => ({ day, symbol, currency, amount }));
  return { trades, events, held, dividends, hasCash: cashByCurrency(cash, held).length > 0 };
}

/** The symbols in dollars of these rows. */
export function symbolsOf({ trades, events }: AccountRows): readonly string[] {
  const symbols = new Set(trades.filter(({ currency }) => currency === DOLLAR).map(({ symbol }) => symbol));
  for (const event of events)
    if (event.kind === 'transfer-in' && inDollars(event) && event.symbol !== undefined) symbols.add(event.symbol);
  return [...symbols].sort();
}

/** What dividends brought after a day and up to another, by symbol and currency. */
export function dividendsBetween(
  all: readonly Dividends[],
  after: string,
  last: string,
): readonly Omit<Dividends, 'day'>[] {
  const sums = new Map<string, Omit<Dividends, 'day'>>();
  for (const { day, symbol, currency, amount } of all) {
    if (day <= after || day > last) continue;
    const key = JSON.stringify([symbol, currency]);
    sums.set(key, { symbol, currency, amount: safe((sums.get(key)?.amount ?? 0) + amount) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** The account of these rows, up to the newest day. */
export function accountLine(rows: AccountRows, closes: ReadonlyMap<string, Closes>, newest: string): AccountLine {
  const account = dayEntries(rows.trades, rows.events, rows.hasCash);
  const own = rows.held.filter(({ currency }) => inDollars({ currency }));
  return {
    days: accountAt(account, daysFrom(account.entries[0]?.day, newest), closesIn(account, closes)),
    hasCash: rows.hasCash,
    otherCurrencies: rows.held.filter((row) => row.quantity !== 0 && !inDollars(row)).length,
    differing: own.filter(({ symbol, quantity }) => quantity !== (account.held.get(symbol) ?? 0)).length,
  };
}

/** Looks up the price of a symbol at a moment. */
export type PriceAtMoment = (symbol: string, at: string) => Close | undefined;

/** The closes, divided by the splits of an account where they are of an earlier day. */
export function closesIn({ splits }: DayEntries, closes: ReadonlyMap<string, Closes>): PriceAtMoment {
  return (symbol, at) => closeAt(closes.get(symbol) ?? [], at.slice(0, DAY_LENGTH), splits.get(symbol));
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** The account at moments, which are in order; the first begins with nothing. */
export function accountAt(
  { entries }: Pick<DayEntries, 'entries'>,
  moments: readonly string[],
  priceOf: PriceAtMoment,
): AccountAt[] {
  const counts = { unpriced: 0, earlier: 0 };
  const account = new AccountDays(
    entries,
    DOLLAR,
    (symbol, at) => {
      const price = priceOf(symbol, at);
      if (price === undefined) return undefined;
      if (price.day < at.slice(0, DAY_LENGTH)) counts.earlier += 1;
      return { currency: DOLLAR, amount: price.price };
    },
    () => undefined,
  );
  account.open('');
  let next = 0;
  return moments.map((at) => {
    counts.earlier = 0;
    const { figure, missing = [] } = account.next(at);
    const since = entriesBetween(entries, next, at);
    next += since.length;
    return {
      ...{ at, value: figure?.value, flow: figure?.flow ?? cashFlowOf(since) },
      ...{ unpriced: missing.length, earlier: counts.earlier },
    };
  });
}

function entriesBetween(entries: readonly LedgerEntry[], from: number, to: string): readonly LedgerEntry[] {
  let end = from;
  while (end < entries.length && (entries[end]?.day ?? '') <= to) end++;
  return entries.slice(from, end);
}

/** What entries paid in, in cash; undefined if shares came or went, because their worth is not known. */
function cashFlowOf(entries: readonly LedgerEntry[]): number | undefined {
  const postings = entries.flatMap((entry) => entry.postings);
  if (postings.some(({ kind, account }) => kind === 'shares' && account === 'equity:transfers')) return undefined;
  return postings.reduce((sum, { account, amount }) => (account === 'equity:deposits' ? sum - amount : sum), 0);
}

/** The days from a first one that have a close, and the newest. */
function daysFrom(first: string | undefined, newest: string): string[] {
  const days: string[] = [];
  if (first === undefined) return days;
  for (let day = first; day < newest; day = dayAfter(day)) if (sessionOf(day) !== undefined) days.push(day);
  return [...days, newest];
}
