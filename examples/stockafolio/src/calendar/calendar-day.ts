import { dateOf } from './trading-day.js';

/** New York's days of all times that a trade may have, see `Trade`: what lies outside is no day of any table. */
export const FIRST_DAY = '1989-12-31';
export const LAST_DAY = '2200-12-31';

/** Whether it is the date of a day that exists, as `YYYY-MM-DD`, and that there can be trades of. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < FIRST_DAY || text > LAST_DAY) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // February 31st is taken for March 3rd.
  return !Number.isNaN(time) && dateOf(time / 86_400_000) === text;
}
