import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { getHolidays } from 'nyse-holidays';

/**
 * Days on which New York was closed for special reasons: mourning for a president (1994, 2004, 2007, 2018, 2025),
 * September 11, and a hurricane (2012).
 */
const closures: ReadonlySet<string> = new Set([
  '1994-04-27',
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
]);

const byYear = new Map<number, ReadonlySet<string>>();

/** Whether New York does not trade on this weekday: a holiday of the exchange, or a special closure. */
export function isHoliday(day: string): boolean {
  return closures.has(day) || holidaysOf(Number(day.slice(0, 4))).has(day);
}

/**
 * Whether New York closes at 13:00 on this day, if it trades at all, by the exchange's rules since 1993. These are the
 * day after Thanksgiving; Christmas Eve; and July 3rd before a holiday in the week. Until 2012 a short Friday followed
 * a Thursday's holiday instead. Early closes for a single occasion are not known.
 */
export function closesEarly(day: string): boolean {
  const year = Number(day.slice(0, 4));
  if (year < 1993) return false;
  const date = day.slice(5);
  const weekday = weekdayOf(day);
  if (date === '12-24') return weekday <= 4;
  if (date === '07-03') return weekday === 1 || weekday === 2 || weekday === 4 || (weekday === 3 && year >= 2013);
  if (date === '07-05') return weekday === 5 && year < 2013;
  return date >= '11-23' && date <= '11-29' && weekday === 5;
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: string): number {
  return (((daysOfDate(day) + 4) % 7) + 7) % 7;
}

function holidaysOf(year: number): ReadonlySet<string> {
  let days = byYear.get(year);
  if (days === undefined) {
    days = new Set(getHolidays(year).map((h) => h.dateString));
    byYear.set(year, days);
  }
  return days;
}

/** The day after this one. */
export function dayAfter(day: string): string {
  return dateOfDays(daysOfDate(day) + 1);
}
