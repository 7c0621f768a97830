import { StockafolioError } from '../errors/index.js';
import { DAY, daysOf } from '../time/civil.js';

/** The offsets of a time zone. */
export interface Zone {
  readonly name: string;
  /** Milliseconds that local time is ahead of UTC at this time. */
  offsetAt(ms: number): number;
  /**
   * The time of a local time, given as if it were UTC. A local time that occurs twice is its first occurrence. For a
   * skipped local time the offset before the skip is used (so 02:30 in the spring gap is 03:30 summer time).
   */
  momentOf(local: number): number;
}

/** Every zone in use today changes its offset at a full quarter of an hour. */
const QUARTER = 900_000;
const CACHED = 16_384;

/**
 * A time zone by its IANA name, according to the platform's Intl.
 *
 * @throws ERR_SCHEMA_INVALID if the platform knows no such zone
 */
export function zoneOf(name: string): Zone {
  const format = formatOf(name);
  const offsets = new Map<number, number>();
  const locals = new Map<number, number>();
  let lastLocal = Number.NaN;
  let lastOffset = 0;

  const offsetAt = (ms: number): number =>
    cached(offsets, Math.floor(ms / QUARTER), (quarter) => offsetFrom(format, quarter * QUARTER));

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
        lastOffset = cached(locals, quarter, (q) => offsetOfLocal(q * QUARTER));
        lastLocal = quarter;
      }
      return local - lastOffset;
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
