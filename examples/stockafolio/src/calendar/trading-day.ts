import { dateOfDays, days, minutes } from '@stockafolio/core';
import { newYork, newYorkMoment } from './new-york-time.js';

const MINUTE = minutes(1);
const DAY = days(1);
/** Bounds the memory for times from many years. */
const KEPT = 4096;

interface Day {
  readonly from: number;
  readonly until: number;
  readonly text: string;
}

const kept = new Map<number, Day>();
let last: Day = { from: 0, until: 0, text: '' };

/**
 * The New York calendar date of a time, as `YYYY-MM-DD`.
 *
 * Called for every trade: the day of the last call costs two comparisons.
 *
 * @param time epoch milliseconds
 * @throws RangeError if `time` is not a valid time
 * @example tradingDay(Date.UTC(2026, 0, 6, 4, 59)) // '2026-01-05': 23:59 in New York
 */
export function tradingDay(time: number): string {
  if (time >= last.from && time < last.until) return last.text;
  const number = Math.floor((time + newYork.offsetAt(time)) / DAY);
  let day = kept.get(number);
  if (day === undefined) {
    if (kept.size >= KEPT) kept.clear();
    day = { from: newYorkMoment(number, 0), until: newYorkMoment(number + 1, 0), text: dateOfDays(number) };
    kept.set(number, day);
  }
  last = day;
  return day.text;
}

/** The minute of the New York day that the wall clock shows, 0 to 1439. */
export function minuteOfDay(time: number): number {
  const local = time + newYork.offsetAt(time);
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
}

/** The end of the New York day of a time, in epoch milliseconds: the next midnight there. */
export function dayEnd(time: number): number {
  tradingDay(time);
  return last.until;
}
