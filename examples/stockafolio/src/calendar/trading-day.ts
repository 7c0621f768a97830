import { newYorkMoment, newYorkOffset } from './new-york-time.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
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
  const days = Math.floor((time + newYorkOffset(time)) / DAY);
  let day = kept.get(days);
  if (day === undefined) {
    if (kept.size >= KEPT) kept.clear();
    day = { from: newYorkMoment(days, 0), until: newYorkMoment(days + 1, 0), text: dateOf(days) };
    kept.set(days, day);
  }
  last = day;
  return day.text;
}

/** The minute of the New York day that the wall clock shows, 0 to 1439. */
export function minuteOfDay(time: number): number {
  const local = time + newYorkOffset(time);
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
}

/** Days since 1970-01-01 of a date `YYYY-MM-DD`. */
export function daysOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

/** The date `YYYY-MM-DD` of this many days since 1970-01-01. */
export function dateOf(days: number): string {
  return new Date(days * DAY).toISOString().slice(0, 10);
}

/** The end of the New York day of a time, in epoch milliseconds: the next midnight there. */
export function dayEnd(time: number): number {
  tradingDay(time);
  return last.until;
}
