/** The proleptic Gregorian calendar in whole numbers, after Howard Hinnant, "chrono-compatible low-level date algorithms". */

export const DAY = 86_400_000;

/** Days since 1970-01-01 of an existing day. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day that is this many days after 1970-01-01. */
export function civilOf(days: number): CivilDay {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

/** The number of days in a month. */
export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01, or NaN if there is no such day. Years 0000 to 9999. */
export function checkedDays(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  return daysOf(year, month, day);
}

/** Days since 1970-01-01 of `YYYY-MM-DD`, or NaN if that is not a day of the years 0001 to 9999. */
export function daysOfDate(text: string): number {
  if (text.length !== 10 || text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  return year === 0 ? Number.NaN : checkedDays(year, twoDigits(text, 5), twoDigits(text, 8));
}

const HYPHEN = 0x2d;

/** The number that two digits write, or NaN if they are not digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** `YYYY-MM-DD` of this many days since 1970-01-01, for the years 0000 to 9999. */
export function dateOfDays(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The first and the last millisecond that ISO 8601 writes with a four-digit year. */
export const ISO_MIN = daysOf(0, 1, 1) * DAY;
export const ISO_MAX = daysOf(10_000, 1, 1) * DAY - 1;

/** ISO 8601 in UTC with milliseconds; years outside 0000 to 9999 with a sign and six digits, as ECMAScript writes them. */
export function isoOf(ms: number): string {
  const days = Math.floor(ms / DAY);
  const rest = ms - days * DAY;
  const clock = `T${clockOf(rest)}.${String(rest % 1000).padStart(3, '0')}Z`;
  if (ms >= ISO_MIN && ms <= ISO_MAX) return dateOfDays(days) + clock;
  const { year, month, day } = civilOf(days);
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}-${two(month)}-${two(day)}${clock}`;
}

/** `HH:MM:SS` of this many milliseconds after midnight. */
export function clockOf(ms: number): string {
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}
