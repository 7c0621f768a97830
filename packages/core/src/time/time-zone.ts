import { StockafolioError } from '../errors/index.js';
import { DAY, daysOf } from './civil.js';

/** What the clocks of a time zone show. */
export interface TimeZone {
  readonly name: string;
  /**
   * Milliseconds that local time is ahead of UTC at this time; negative in the west.
   *
   * @throws RangeError if it is not a time
   */
  offsetAt(ms: number): number;
  /**
   * The time at which the clocks show a local time, given in milliseconds as if it were UTC. A local time that occurs twice is its first occurrence. For a
   * skipped local time the offset before the skip is used (so 02:30 in the spring gap is 03:30 summer time).
   */
  momentOf(local: number): number;
}

/** Every zone in use today changes its offset at a full quarter of an hour. */
const QUARTER = 900_000;
const CACHED = 16_384;

/**
 * A time zone by its IANA name, according to the platform's Intl. Offsets are remembered, so a call costs little.
 *
 * @example
 * const newYork = timeZone('America/New_York');
 * const minuteOfDay = (time: number) => Math.floor(((time + newYork.offsetAt(time)) % days(1)) / minutes(1));
 *
 * @throws ERR_SCHEMA_INVALID if the platform knows no such zone
 */
export function timeZone(name: string): TimeZone {
  const format = formatOf(name);
  const offsets = new Map<number, number>();
  const locals = new Map<number, number>();
  let lastQuarter = Number.NaN;
  let lastOffset = 0;
  let lastLocal = Number.NaN;
  let lastLocalOffset = 0;

  const offsetAt = (ms: number): number => {
    const quarter = Math.floor(ms / QUARTER);
    if (quarter !== lastQuarter) {
      lastOffset = cached(offsets, quarter, (q) => offsetFrom(format, q * QUARTER));
      lastQuarter = quarter;
    }
    return lastOffset;
  };

  const offsetOfLocal = (local: number): number => {
    const before = offsetAt(local - DAY);
    const after = offsetAt(local + DAY);
    if (before === after || offsetAt(local - before) === before) return before;
    return offsetAt(local - after) === after ? after : before;
  };

  return {
    name,
    offsetAt,
    momentOf(local) {
      const quarter = Math.floor(local / QUARTER);
      if (quarter !== lastLocal) {
        lastLocalOffset = cached(locals, quarter, (q) => offsetOfLocal(q * QUARTER));
        lastLocal = quarter;
      }
      return local - lastLocalOffset;
    },
  };
}

function cached(cache: Map<number, number>, key: number, compute: (key: number) => number): number {
  let value = cache.get(key);
  if (value === undefined) {
    if (cache.size >= CACHED) cache.clear();
    value = compute(key);
    cache.set(key, value);
  }
  return value;
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new StockafolioError('ERR_SCHEMA_INVALID', `'${name}' is not a time zone`, {
      hint: 'use an IANA name such as America/New_York',
      cause,
    });
  }
}

function offsetFrom(format: Intl.DateTimeFormat, ms: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) parts[type] = value;
  const part = (type: string): number => Number(parts[type] ?? 0);
  const year = parts['era'] === 'BC' ? 1 - part('year') : part('year');
  const seconds = part('hour') * 3600 + part('minute') * 60 + part('second');
  return daysOf(year, part('month'), part('day')) * DAY + seconds * 1000 - ms;
}
