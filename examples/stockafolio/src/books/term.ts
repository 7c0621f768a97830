import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { tradingDay } from '../calendar/trading-day.js';

/** How long something was held: more than one year is `long`. */
export type Term = 'short' | 'long';

const DAY = 86_400_000;
/** No year of the calendar is shorter or longer than this, whatever clocks do in the night. */
const SURELY_SHORT = 364 * DAY;
const SURELY_LONG = 368 * DAY;

/**
 * The term of shares that were bought and later sold, by the calendar dates in New York.
 *
 * The holding period begins on the day after the purchase, and is long if the sale is on or after the same date of the
 * next year (IRC 1222; Rev. Rul. 66-7). Where that year has no 29 February, it is 1 March. The days of a holding period
 * that was taken over (IRC 1223) are added before.
 *
 * @param opened time of the purchase, epoch milliseconds
 * @param tacked days that were taken over, usually 0
 * @param closed time of the sale
 * @example termOf(Date.UTC(2025, 2, 3, 15), 0, Date.UTC(2026, 2, 3, 15)) // 'short': one year, and not more
 */
export function termOf(opened: number, tacked: number, closed: number): Term {
  const held = closed - opened + tacked * DAY;
  if (held < SURELY_SHORT) return 'short';
  if (held > SURELY_LONG) return 'long';
  const first = dateOfDays(daysOfDate(tradingDay(opened)) + 1 - tacked);
  const afterYear = `${String(Number(first.slice(0, 4)) + 1).padStart(4, '0')}${first.slice(4)}`;
  return tradingDay(closed) >= afterYear ? 'long' : 'short';
}

/** The days from the purchase to the sale, by the calendar dates in New York, with those taken over. */
export function daysHeld(opened: number, tacked: number, closed: number): number {
  return daysOfDate(tradingDay(closed)) - daysOfDate(tradingDay(opened)) + tacked;
}
