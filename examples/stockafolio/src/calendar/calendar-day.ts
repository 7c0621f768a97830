import { dateOf } from './trading-day.js';

/** The New York days of all times that a trade can have, see `Trade`: no table has a day outside of this range. */
export const FIRST_DAY = '1989-12-31';
export const LAST_DAY = '2200-12-31';

/** Whether it is an existing date, as `YYYY-MM-DD`, that can have trades. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < FIRST_DAY || text > LAST_DAY) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // February 31st is parsed as March 3rd.
  return !Number.isNaN(time) && dateOf(time / 86_400_000) === text;
}
