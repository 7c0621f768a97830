import { daysOfDate } from '@stockafolio/core';
import { closesEarly, dayAfter, isHoliday, weekdayOf } from './holidays.js';
import { newYorkMoment } from './new-york-time.js';
import { tradingDay } from './trading-day.js';

const OPEN = 9 * 60 + 30;
const CLOSE = 16 * 60;
const EARLY_CLOSE = 13 * 60;

/** When New York trades on a day: `open` (inclusive) to `close` (exclusive), epoch milliseconds. */
export interface Session {
  readonly day: string;
  readonly open: number;
  readonly close: number;
}

/** One entry for every requested day: even two centuries are few. */
const kept = new Map<string, Session | undefined>();

/**
 * The trading session of a New York day: 9:30 to 16:00, or to 13:00 on days with an early close; undefined at weekends
 * and on holidays.
 *
 * @param day `YYYY-MM-DD`
 */
export function sessionOf(day: string): Session | undefined {
  if (kept.has(day)) return kept.get(day);
  const session = compute(day);
  kept.set(day, session);
  return session;
}

/** The session at this time, or otherwise the first that begins after it. */
export function nextSession(time: number): Session {
  let day = tradingDay(time);
  for (;;) {
    const session = sessionOf(day);
    if (session !== undefined && time < session.close) return session;
    day = dayAfter(day);
  }
}

/** The first close of trading after a time, and its day. */
export function nextClose(after: number): { readonly day: string; readonly time: number } {
  const { day, close } = nextSession(after);
  return { day, time: close };
}

function compute(day: string): Session | undefined {
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6 || isHoliday(day)) return undefined;
  const close = closesEarly(day) ? EARLY_CLOSE : CLOSE;
  return { day, open: newYorkMoment(daysOfDate(day), OPEN), close: newYorkMoment(daysOfDate(day), close) };
}
