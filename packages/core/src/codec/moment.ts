import { DAY, ISO_MAX, ISO_MIN, checkedDays, clockOf, dateOfDays } from '../time/civil.js';
import type { TimeZone } from '../time/time-zone.js';

const grammar = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * The time that an ISO 8601 text represents, in epoch milliseconds. Anything finer than a millisecond is cut off, not
 * rounded, so that no time moves into the next second. Without an offset it is a local time of the zone.
 *
 * @returns a description of the error, as a string, if it is not such a time
 */
export function momentOf(text: string, zone: TimeZone | undefined): number | string {
  const match = grammar.exec(text);
  if (match === null) return 'is not an ISO 8601 time, such as 2017-01-20T15:00:00.000Z';
  const days = checkedDays(Number(match[1]), Number(match[2]), Number(match[3]));
  if (Number.isNaN(days)) return 'is a day that does not exist';
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return 'is a time of day that does not exist';
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = days * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds;
  const offset = match[8];
  if (offset === undefined) {
    return zone === undefined ? 'has no time zone; end it with Z or an offset such as -05:00' : zone.momentOf(local);
  }
  if (offset === 'Z' || offset === 'z') return local;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return 'has an offset that does not exist';
  const ahead = hours * 3_600_000 + minutes * 60_000;
  return offset.startsWith('-') ? local + ahead : local - ahead;
}

/**
 * The local form `YYYY-MM-DD HH:MM:SS` (with milliseconds if not zero), or undefined if it would not be read back as
 * the same time: in the second of two equal hours in autumn, and at the ends of the years 0000 to 9999.
 */
export function localOf(ms: number, zone: TimeZone): string | undefined {
  if (!(ms > ISO_MIN + DAY && ms < ISO_MAX - DAY)) return undefined;
  const local = ms + zone.offsetAt(ms);
  if (zone.momentOf(local) !== ms) return undefined;
  const days = Math.floor(local / DAY);
  const rest = local - days * DAY;
  const fraction = rest % 1000 === 0 ? '' : `.${String(rest % 1000).padStart(3, '0')}`;
  return `${dateOfDays(days)} ${clockOf(rest)}${fraction}`;
}
