import { latin1Of, at, textOf } from './bytes.js';
import { isDay, isText, MAX_SAFE } from '../schema/index.js';
import { DAY, checkedDays } from '../time/civil.js';
import { NotJson, numberEnd, tokenAt } from './scan-json.js';
import type { TimeZone } from '../time/time-zone.js';

/**
 * Readers of the usual forms of values, directly from the bytes. Each begins at byte `i`, returns the value and stores
 * the position of the byte after it in `cursor.end`. For anything unusual, right or wrong, it returns `undefined`
 * (numbers: NaN), and the slow path decides. So they need not be complete, but must never return another value than the
 * slow path.
 */
export class Cursor {
  end = 0;
}

/** Text, from its opening quote. */
export type TextReader = (bytes: Uint8Array, i: number, cursor: Cursor) => string | undefined;

const SLOTS = 4096;
/** Look-ups between two decisions on whether a field repeats its values often enough for the cache. */
const TRIAL = 4096;
const PAUSE = 15 * TRIAL;

/**
 * A reader that returns the same string object for equal bytes if a field's values repeat (symbols, sectors), and reads
 * without a cache if they do not (ids).
 */
export function textReader(min: number, max: number): TextReader {
  const slots: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  let lookups = 0;
  let hits = 0;
  let paused = 0;
  return (bytes, i, cursor) => {
    if (at(bytes, i) !== 0x22) return undefined;
    const start = i + 1;
    let end = start;
    let hash = 0;
    for (;;) {
      const c = at(bytes, end);
      if (c === 0x22) break;
      if (c < 0x20) return undefined;
      if (c > 0x7e || c === 0x5c) return otherText(bytes, i, min, max, cursor);
      hash = (Math.imul(hash, 31) + c) | 0;
      end++;
    }
    const length = end - start;
    if (length < min || length > max) return undefined;
    cursor.end = end + 1;
    if (paused > 0) {
      paused--;
      return latin1Of(bytes, start, end);
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = slots[slot];
    lookups++;
    if (known !== undefined && known.length === length && isSame(known, bytes, start)) {
      hits++;
      return known;
    }
    if (lookups >= TRIAL) {
      if (hits * 4 < lookups) paused = PAUSE;
      lookups = 0;
      hits = 0;
    }
    return (slots[slot] = latin1Of(bytes, start, end));
  };
}

/** Text that is not all plain ASCII; invalid text takes the slow path. */
function otherText(bytes: Uint8Array, i: number, min: number, max: number, cursor: Cursor): string | undefined {
  let end = i + 1;
  let escaped = false;
  for (let c = at(bytes, end); c !== 0x22; c = at(bytes, ++end)) {
    if (c < 0x20) return undefined;
    if (c !== 0x5c) continue;
    escaped = true;
    end++;
  }
  let text: string;
  try {
    text = escaped ? (JSON.parse(textOf(bytes.subarray(i, end + 1))) as string) : textOf(bytes.subarray(i + 1, end));
  } catch {
    return undefined;
  }
  if (text.length < min || text.length > max) return undefined;
  if (escaped && !isText(text)) return undefined;
  cursor.end = end + 1;
  return text;
}

/** The end of a value that no field has, in ASCII; -1 for anything else. */
export function skipValue(bytes: Uint8Array, i: number): number {
  try {
    const { end } = tokenAt(bytes, i);
    let all = 0;
    for (let j = i; j < end; j++) all |= at(bytes, j);
    return all < 0x80 ? end : -1;
  } catch (error) {
    if (error instanceof NotJson) return -1;
    throw error;
  }
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== at(bytes, start + i)) return false;
  }
  return true;
}

/** A whole number of at most 15 digits. */
export function fastWhole(bytes: Uint8Array, i: number, cursor: Cursor): number {
  const negative = at(bytes, i) === 0x2d;
  const start = negative ? i + 1 : i;
  let end = start;
  let value = 0;
  for (let c = at(bytes, end); c >= 0x30 && c <= 0x39; c = at(bytes, ++end)) value = value * 10 + (c - 0x30);
  if (!isWholeEnd(bytes, start, end)) return Number.NaN;
  const after = at(bytes, end);
  if (after === 0x2e || after === 0x65 || after === 0x45) return Number.NaN;
  cursor.end = end;
  return negative ? 0 - value : value;
}

function isWholeEnd(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = end - start;
  return digits > 0 && digits <= 15 && (digits === 1 || at(bytes, start) !== 0x30);
}

/** A reader of numbers in bytes: see {@link decimalReader}. */
export type NumberReader = (bytes: Uint8Array, i: number, cursor: Cursor) => number;

/**
 * A reader of decimal numbers, as a number or in quotes, in units of 10^-scale within 2^53.
 *
 * @param isRounded whether decimals past the last are rounded, a half to the even neighbour; else they are unusual
 */
export function decimalReader(scale: number, isRounded: boolean): NumberReader {
  // Exact up to 10^22. So is a product within 2^53, and another one is no smaller than that.
  const powers = Float64Array.from({ length: scale + 1 }, (_, n) => 10 ** n);
  return (bytes, i, cursor) => {
    const inQuotes = at(bytes, i) === 0x22;
    const first = inQuotes ? i + 1 : i;
    const negative = at(bytes, first) === 0x2d;
    const start = negative ? first + 1 : first;
    let end = start;
    let value = 0;
    let c = at(bytes, end);
    for (; c >= 0x30 && c <= 0x39; c = at(bytes, ++end)) value = value * 10 + (c - 0x30);
    if (!isWholeEnd(bytes, start, end)) return Number.NaN;
    let decimals = 0;
    if (c === 0x2e) {
      c = at(bytes, ++end);
      // Without any decimal it is no number; the first one of scale 0 is cut off below.
      if (!(c >= 0x30 && c <= 0x39)) return Number.NaN;
      for (; c >= 0x30 && c <= 0x39 && decimals < scale; c = at(bytes, ++end)) {
        value = value * 10 + (c - 0x30);
        decimals++;
      }
    }
    if (decimals < scale) value *= powers[scale - decimals] as number;
    if (c >= 0x30 && c <= 0x39) {
      if (!isRounded) return Number.NaN;
      // Compares the first of them with a half; if it is a half, later digits decide, otherwise the even neighbour.
      const half = c - 0x35;
      let rest = 0;
      for (c = at(bytes, ++end); c >= 0x30 && c <= 0x39; c = at(bytes, ++end)) rest |= c - 0x30;
      if (half > 0 || (half === 0 && (rest !== 0 || value % 2 === 1))) value += 1;
    }
    // Once it is past the safe integers, it never comes back.
    if (value > MAX_SAFE || c === 0x65 || c === 0x45) return Number.NaN;
    if (inQuotes && c !== 0x22) return Number.NaN;
    cursor.end = inQuotes ? end + 1 : end;
    return negative ? 0 - value : value;
  };
}

/** A finite double. */
export function fastDouble(bytes: Uint8Array, i: number, cursor: Cursor): number {
  let end: number;
  try {
    end = numberEnd(bytes, i);
  } catch (error) {
    if (error instanceof NotJson) return Number.NaN;
    throw error;
  }
  const value = Number(latin1Of(bytes, i, end));
  cursor.end = end;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** `true` or `false`. */
export function fastBoolean(bytes: Uint8Array, i: number, cursor: Cursor): boolean | undefined {
  if (at(bytes, i) === 0x74) {
    if (at(bytes, i + 1) !== 0x72 || at(bytes, i + 2) !== 0x75 || at(bytes, i + 3) !== 0x65) return undefined;
    cursor.end = i + 4;
    return true;
  }
  if (at(bytes, i) !== 0x66 || at(bytes, i + 1) !== 0x61 || at(bytes, i + 2) !== 0x6c) return undefined;
  if (at(bytes, i + 3) !== 0x73 || at(bytes, i + 4) !== 0x65) return undefined;
  cursor.end = i + 5;
  return false;
}

/** `"YYYY-MM-DD"`; consecutive equal days are the same string object. */
export function dateReader(): TextReader {
  let last: string | undefined;
  return (bytes, i, cursor) => {
    if (at(bytes, i) !== 0x22 || at(bytes, i + 11) !== 0x22) return undefined;
    if (last === undefined || !isSame(last, bytes, i + 1)) {
      for (let j = i + 1; j < i + 11; j++) if (at(bytes, j) >= 0x80) return undefined;
      const text = latin1Of(bytes, i + 1, i + 11);
      if (!isDay(text)) return undefined;
      last = text;
    }
    cursor.end = i + 12;
    return last;
  };
}

/**
 * Epoch milliseconds, or `"YYYY-MM-DDTHH:MM:SS"` with T or a space between, an optional fraction of a second, and Z or
 * an offset; with a zone, neither is needed. The day is computed once as long as it stays the same.
 */
export function timestampReader(zone: TimeZone | undefined): (bytes: Uint8Array, i: number, cursor: Cursor) => number {
  let yearKey = 0;
  let dayKey = 0;
  let dayStart = Number.NaN;
  return (bytes, i, cursor) => {
    if (at(bytes, i) !== 0x22) return fastWhole(bytes, i, cursor);
    const b = i + 1;
    const year = (at(bytes, b) << 24) | (at(bytes, b + 1) << 16) | (at(bytes, b + 2) << 8) | at(bytes, b + 3);
    const day = (at(bytes, b + 5) << 24) | (at(bytes, b + 6) << 16) | (at(bytes, b + 8) << 8) | at(bytes, b + 9);
    if (at(bytes, b + 4) !== 0x2d || at(bytes, b + 7) !== 0x2d) return Number.NaN;
    if (year !== yearKey || day !== dayKey) {
      const days = checkedDays(two(bytes, b) * 100 + two(bytes, b + 2), two(bytes, b + 5), two(bytes, b + 8));
      if (Number.isNaN(days)) return Number.NaN;
      yearKey = year;
      dayKey = day;
      dayStart = days * DAY;
    }
    const between = at(bytes, b + 10);
    if (between !== 0x54 && between !== 0x20) return Number.NaN;
    const hour = two(bytes, b + 11);
    const minute = two(bytes, b + 14);
    const second = two(bytes, b + 17);
    // Negated, so that NaN, from anything but two digits, fails as well.
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
    if (at(bytes, b + 13) !== 0x3a || at(bytes, b + 16) !== 0x3a) return Number.NaN;
    let end = b + 19;
    let ms = 0;
    if (at(bytes, end) === 0x2e) {
      let digits = 0;
      for (let c = at(bytes, ++end); c >= 0x30 && c <= 0x39; c = at(bytes, ++end)) {
        if (digits < 3) ms = ms * 10 + (c - 0x30);
        digits++;
      }
      if (digits === 0 || digits > 9) return Number.NaN;
      for (; digits < 3; digits++) ms *= 10;
    }
    const local = dayStart + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
    const sign = at(bytes, end);
    if (sign === 0x5a) {
      if (at(bytes, end + 1) !== 0x22) return Number.NaN;
      cursor.end = end + 2;
      return local;
    }
    if (sign === 0x2b || sign === 0x2d) {
      const hours = two(bytes, end + 1);
      const minutes = two(bytes, end + 4);
      if (!(hours <= 23 && minutes <= 59) || at(bytes, end + 3) !== 0x3a || at(bytes, end + 6) !== 0x22)
        return Number.NaN;
      cursor.end = end + 7;
      const ahead = hours * 3_600_000 + minutes * 60_000;
      return sign === 0x2b ? local - ahead : local + ahead;
    }
    if (zone === undefined || sign !== 0x22) return Number.NaN;
    cursor.end = end + 1;
    return zone.momentOf(local);
  };
}

function digit(bytes: Uint8Array, i: number): number {
  const c = at(bytes, i) - 0x30;
  return c >= 0 && c <= 9 ? c : Number.NaN;
}

function two(bytes: Uint8Array, i: number): number {
  return digit(bytes, i) * 10 + digit(bytes, i + 1);
}
