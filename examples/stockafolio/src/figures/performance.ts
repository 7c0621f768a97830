import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { benchmarkReturns, type BenchmarkReturns, type IndexLevels } from '../books/benchmark.js';
import { moneyWeighted, paymentsOf, timeWeighted, type Return, type ValuedDay } from '../books/returns.js';
import type { AccountAt } from './account-line.js';

/** How far a line of results goes back: `YTD` from the last close of the year before, `ALL` from the first event. */
export type Range = '1D' | '1W' | '1M' | 'YTD' | '1Y' | 'ALL';
export const ranges: readonly Range[] = ['1D', '1W', '1M', 'YTD', '1Y', 'ALL'];

/** What an account has brought up to a moment, since the beginning of a range. Money in 1e-4 USD. */
export interface PerformanceAt {
  readonly at: string;
  readonly value: number | undefined;
  /** Paid in, net, since the first event of the account. */
  readonly invested: number | undefined;
  /** value - value at the beginning - what was paid in since then. */
  readonly profit: number | undefined;
  /** 1 + the time-weighted return since the beginning; undefined if there is none. */
  readonly growth: number | undefined;
  /** The same of the market, since the first moment of which its level is known. */
  readonly market: number | undefined;
  /** What the account would be worth if all payments since the beginning had gone into the market. */
  readonly marketValue: number | undefined;
  readonly unpriced: number;
  readonly earlier: number;
}

export interface Performance {
  /** The first is the beginning: profit 0, growth 1. */
  readonly points: readonly PerformanceAt[];
  readonly timeWeighted: Return;
  /** A rate of a year; see {@link moneyWeighted}. */
  readonly moneyWeighted: Return;
  readonly market: BenchmarkReturns;
}

/** The last day before a range that ends on a day: results count from its close. `ALL` has none. */
export function beforeRange(range: Exclude<Range, '1D'>, newest: string): string {
  if (range === 'ALL') return '';
  if (range === '1W') return dateOfDays(daysOfDate(newest) - 7);
  const [year, month, day] = newest.split('-').map(Number) as [number, number, number];
  if (range === 'YTD') return `${String(year - 1)}-12-31`;
  return range === '1Y'
    ? lastOf(year - 1, month, day)
    : lastOf(month === 1 ? year - 1 : year, ((month + 10) % 12) + 1, day);
}

/** That day of a month, or its last day if it has no such day. */
function lastOf(year: number, month: number, day: number): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return [String(year), pad(month), pad(Math.min(day, last))].join('-');
}

const pad = (number: number): string => String(number).padStart(2, '0');

/**
 * What an account has brought since a moment. A value that is not known is never 0: it has no profit, and there are no rates
 * from then on.
 *
 * Payments count as in {@link timeWeighted}, from the start of their day. Of an account whose cash is not known the flows are
 * its trades: there, what was sold counts at the end of its day, because it stayed invested until then, and the market is
 * bought at the close of the day.
 *
 * @param line from the first event on
 * @param before results count from the last moment up to this one; from nothing if there is none
 * @param levels of the market, at the same moments
 */
export function performance(
  line: readonly AccountAt[],
  before: string,
  levels: IndexLevels,
  hasCash: boolean,
): Performance {
  const begin = line.findLastIndex(({ at }) => at <= before);
  const first = line[begin + 1];
  const opening = line[begin] ?? {
    at: dayBefore(first?.at ?? '1970-01-02'),
    value: 0,
    flow: 0,
    unpriced: 0,
    earlier: 0,
  };
  const days = line.slice(begin + 1);
  const flows = hasCash ? 'start' : 'end';
  const state = {
    invested: sumOfFlows(line.slice(0, begin + 1)),
    paid: 0 as number | undefined,
    growth: 1 as number | undefined,
  };
  let base = levels(opening.at);
  let [level, worth] = [base, base === undefined ? undefined : opening.value];
  const points = [
    pointAt(opening, {
      ...state,
      profit: opening.value === undefined ? undefined : 0,
      ...{ market: base === undefined ? undefined : 1, marketValue: worth },
    }),
  ];
  let last = opening.value;
  for (const day of days) {
    const { at, value, flow } = day;
    state.invested = plus(state.invested, flow);
    state.paid = plus(state.paid, flow);
    state.growth = times(state.growth, growthOf(at, last, value, flow, hasCash));
    last = value;
    const before = level;
    level = levels(at);
    // What was paid before the index is known buys it then.
    worth =
      base === undefined
        ? ifKnown(level, plus(opening.value, state.paid))
        : bought(worth, flow, dividedBy(level, before), flows);
    base ??= level;
    points.push(
      pointAt(day, {
        ...state,
        profit: profitOf(value, opening.value, state.paid),
        ...{ market: dividedBy(level, base), marketValue: worth },
      }),
    );
  }
  return { points, ...ratesOf(opening, days, state.growth, { levels, flows }) };
}

function pointAt(
  { at, value, unpriced, earlier }: AccountAt,
  figures: Pick<PerformanceAt, 'invested' | 'profit' | 'growth' | 'market' | 'marketValue'>,
): PerformanceAt {
  const { invested, profit, growth, market, marketValue } = figures;
  return { at, value, invested, profit, growth, market, marketValue, unpriced, earlier };
}

/** A day's growth by the law of the time-weighted return. */
function growthOf(
  at: string,
  last: number | undefined,
  value: number | undefined,
  flow: number | undefined,
  hasCash: boolean,
): number | undefined {
  if (last === undefined || value === undefined || flow === undefined) return undefined;
  const of = timeWeighted(last, [{ day: at, value, flow }], hasCash || flow > 0 ? 'start' : 'end');
  return of.kind === 'rate' ? 1 + of.rate : undefined;
}

const ifKnown = (level: number | undefined, worth: number | undefined): number | undefined =>
  level === undefined ? undefined : worth;
const dividedBy = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;
const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
const bought = (
  worth: number | undefined,
  flow: number | undefined,
  growth: number | undefined,
  flows: 'start' | 'end',
): number | undefined => (flows === 'start' ? times(plus(worth, flow), growth) : plus(times(worth, growth), flow));
const times = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a * b;

function profitOf(value: number | undefined, before: number | undefined, paid: number | undefined): number | undefined {
  return value === undefined || before === undefined || paid === undefined ? undefined : value - before - paid;
}

function sumOfFlows(line: readonly AccountAt[]): number | undefined {
  return line.reduce<number | undefined>((sum, { flow }) => plus(sum, flow), 0);
}

/** Of moments of a day there is no money-weighted rate: it is one of a year. */
function ratesOf(
  opening: AccountAt,
  line: readonly AccountAt[],
  growth: number | undefined,
  { levels, flows }: { readonly levels: IndexLevels; readonly flows: 'start' | 'end' },
): Omit<Performance, 'points'> {
  const unknown = [opening, ...line].find(({ value, flow }) => value === undefined || flow === undefined);
  if (unknown !== undefined) {
    const none: Return = { kind: 'none', why: `${pricesMissing(unknown.unpriced)} on ${unknown.at}` };
    return { timeWeighted: none, moneyWeighted: none, market: { timeWeighted: none, moneyWeighted: none } };
  }
  const days = line.map(({ at, value = 0, flow = 0 }): ValuedDay => ({ day: at, value, flow }));
  const start = { day: opening.at, value: opening.value ?? 0 };
  const isOfDays = days.every(({ day }) => day.length === 10);
  const none: Return = { kind: 'none', why: 'a day is too short for a rate of a year' };
  const ofDays = isOfDays ? moneyWeighted(paymentsOf(start, days, days.at(-1)?.value ?? start.value)) : none;
  return {
    timeWeighted:
      growth === undefined
        ? { kind: 'none', why: 'a day starts without capital of its own' }
        : { kind: 'rate', rate: growth - 1 },
    moneyWeighted: ofDays,
    market: isOfDays ? benchmarkReturns(levels, start, days, flows) : marketOfDay(levels, start.day, days, none),
  };
}

function pricesMissing(positions: number): string {
  return positions === 1 ? '1 position has no price' : `${positions} positions have no price`;
}

function marketOfDay(levels: IndexLevels, from: string, days: readonly ValuedDay[], none: Return): BenchmarkReturns {
  const [first, last] = [levels(from), levels(days.at(-1)?.day ?? from)];
  if (first === undefined || last === undefined) {
    const why: Return = { kind: 'none', why: 'the index has no level' };
    return { timeWeighted: why, moneyWeighted: why };
  }
  return { timeWeighted: { kind: 'rate', rate: last / first - 1 }, moneyWeighted: none };
}

function dayBefore(at: string): string {
  return dateOfDays(daysOfDate(at.slice(0, 10)) - 1);
}
