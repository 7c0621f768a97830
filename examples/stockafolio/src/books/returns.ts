import { StockafolioError, daysOfDate } from '@stockafolio/core';
import { rootsOf, type Term } from './exponential-roots.js';

/** A day of an account: its date, what the account is worth at its end, and what was paid in that day (out: below 0). */
export interface ValuedDay {
  readonly day: string;
  readonly value: number;
  readonly flow: number;
}

/** A payment into an account (above 0), or out of it. What it is worth at the end counts as paid out. */
export interface Payment {
  readonly day: string;
  readonly amount: number;
}

/** A return as a ratio: 0.05 is 5 %. If there is none, or several rates are right, it says so. */
export type Return =
  | { readonly kind: 'rate'; readonly rate: number }
  | { readonly kind: 'several'; readonly rates: readonly number[] }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The time-weighted return of days, whatever was paid in and out: the product of the days' own returns.
 *
 * A payment counts from the start of its day: a day's return is value / (value of the day before + flow) - 1. Then
 * money that was paid in and invested on that day earns on the capital that it is. Deposits are before the trades that
 * they pay for, so counting them at the end would give a first day no capital at all. With `flows: 'end'` a day's return
 * is (value - flow) / value of the day before - 1, as where money arrives after the close.
 *
 * A day that starts without capital and ends without value returns 0.
 *
 * @param before what the account was worth before the first day
 * @example
 * const days = [
 *   { day: '2026-01-05', value: 110, flow: 100 },
 *   { day: '2026-01-06', value: 231, flow: 100 },
 * ];
 * timeWeighted(0, days); // 1.10 x 1.10 - 1: { kind: 'rate', rate: 0.21 }
 */
export function timeWeighted(before: number, days: readonly ValuedDay[], flows: 'start' | 'end' = 'start'): Return {
  let growth = 1;
  let last = before;
  for (const { day, value, flow } of days) {
    const capital = flows === 'start' ? last + flow : last;
    const result = flows === 'start' ? value : value - flow;
    last = value;
    if (capital === 0 && result === 0) continue;
    if (capital <= 0) return { kind: 'none', why: `${day} starts without capital of its own` };
    growth *= result / capital;
  }
  return { kind: 'rate', rate: growth - 1 };
}

/** The rate of a year that gives the same as a rate of some days, with 365 days to the year. */
export function yearly(rate: number, days: number): number {
  return (1 + rate) ** (365 / days) - 1;
}

/** Other solutions are no rates of a year that anyone would mean: a loss of more than all but a millionth, or 1e11 %. */
const LEAST = -0.999999;
const GREATEST = 1e9;

/**
 * The money-weighted return of payments (XIRR): the yearly rate r at which the sum of amount / (1 + r)^(days / 365) is
 * 0, with the days since the first payment (act/365).
 *
 * All rates from -0.999999 to 1e9 that solve it are found, so there is no guess to start from. If the payments change their sign
 * more than once, there may be several: it says so, and names them. If there is none, it says why.
 *
 * @throws ERR_BAD_RECORD if a day does not exist, or an amount is no number
 * @example
 * moneyWeighted([
 *   { day: '2025-01-01', amount: 1000 },
 *   { day: '2026-01-01', amount: -1100 },
 * ]); // { kind: 'rate', rate: 0.1 }
 */
export function moneyWeighted(payments: readonly Payment[]): Return {
  const terms = termsOf(payments);
  if (!terms.some(({ sign }) => sign > 0) || !terms.some(({ sign }) => sign < 0)) {
    return { kind: 'none', why: 'money went in one direction only' };
  }
  const rates = rootsOf(terms, Math.log1p(LEAST), Math.log1p(GREATEST)).map((x) => Math.expm1(x));
  const [rate, another] = rates;
  if (rate === undefined)
    return { kind: 'none', why: `no rate from ${LEAST} to ${GREATEST} makes what came out equal to what went in` };
  return another === undefined ? { kind: 'rate', rate } : { kind: 'several', rates };
}

/**
 * The payments of an account for {@link moneyWeighted}: its value at first, the flows of its days, and what it is worth
 * at the end as paid out.
 */
export function paymentsOf(
  opening: { readonly day: string; readonly value: number },
  days: readonly ValuedDay[],
  worth: number,
): readonly Payment[] {
  const paid = [{ day: opening.day, amount: opening.value }, ...days.map(({ day, flow }) => ({ day, amount: flow }))];
  const end = days.at(-1)?.day ?? opening.day;
  return [...paid.filter(({ amount }) => amount !== 0), { day: end, amount: 0 - worth }];
}

/** The value of payments at the first day, at a yearly rate (XNPV). */
export function presentValue(rate: number, payments: readonly Payment[]): number {
  const first = firstDay(payments);
  return payments.reduce((sum, { day, amount }) => sum + amount / (1 + rate) ** ((dayOf(day) - first) / 365), 0);
}

/** The payments by day, in order, without days that come to 0. */
function termsOf(payments: readonly Payment[]): readonly Term[] {
  const first = firstDay(payments);
  const byDay = new Map<number, number>();
  for (const { day, amount } of payments) {
    if (!Number.isFinite(amount)) throw wrong(`${amount} is no amount of a payment`);
    const number = dayOf(day);
    byDay.set(number, (byDay.get(number) ?? 0) + amount);
  }
  return [...byDay]
    .filter(([, amount]) => amount !== 0)
    .sort(([a], [b]) => a - b)
    .map(([day, amount]) => ({ log: Math.log(Math.abs(amount)), sign: Math.sign(amount), t: (day - first) / 365 }));
}

const firstDay = (payments: readonly Payment[]): number =>
  payments.reduce((first, { day }) => Math.min(first, dayOf(day)), Infinity);

function dayOf(day: string): number {
  const number = daysOfDate(day);
  if (Number.isNaN(number)) throw wrong(`'${day}' is no day of the calendar`);
  return number;
}

function wrong(problem: string): StockafolioError {
  return new StockafolioError('ERR_BAD_RECORD', problem, { hint: 'give days as YYYY-MM-DD, and amounts as numbers' });
}
