import { daysOfDate } from '@stockafolio/core';

/** The New York days of all times that a trade can have, see `Trade`: no table has a day outside of this range. */
export const FIRST_DAY = '1989-12-31';
export const LAST_DAY = '2200-12-31';

/** Whether it is an existing date, as `YYYY-MM-DD`, that can have trades. */
export function isCalendarDay(text: string): boolean {
  return !Number.isNaN(daysOfDate(text)) && text >= FIRST_DAY && text <= LAST_DAY;
}
