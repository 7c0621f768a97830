import { MAX_SAFE, type DecimalForm } from '../schema/index.js';
import { bytesOf } from './bytes.js';
import { DIGITS_15, isJsonNumber, shortDecimalText } from './decimal.js';
import { DAY, ISO_MAX, ISO_MIN, civilOf } from '../time/civil.js';
import { localOf } from './moment.js';
import type { TimeZone } from '../time/time-zone.js';

const CHUNK = 65_536;

/**
 * The buffer to which messages are written, one after the other. A message is a range of a 64 KiB chunk, because an
 * allocation of its own costs more than all of its bytes.
 */
export class Output {
  bytes = new Uint8Array(CHUNK);
  start = 0;
  at = 0;

  /** Makes room for this many more bytes of the current message. */
  ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const written = this.bytes.subarray(this.start, this.at);
    const bytes = new Uint8Array(Math.max(CHUNK, 2 * (written.length + more)));
    bytes.set(written);
    this.bytes = bytes;
    this.at = written.length;
    this.start = 0;
  }

  take(): Uint8Array {
    // Takes half the time of subarray, which looks up the constructor.
    const message = new Uint8Array(this.bytes.buffer, this.start, this.at - this.start);
    this.start = this.at;
    return message;
  }

  /** Discards the current message. */
  drop(): void {
    this.at = this.start;
  }
}

export function writeRaw(out: Output, raw: Uint8Array): void {
  out.ensure(raw.length);
  const { bytes } = out;
  let { at } = out;
  for (let i = 0; i < raw.length; i++) bytes[at++] = raw[i] ?? 0;
  out.at = at;
}

/** Writes ASCII that needs no escape. */
export function writeAscii(out: Output, text: string): void {
  out.ensure(text.length);
  const { bytes } = out;
  let { at } = out;
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  out.at = at;
}

/** Writes a JSON string. */
export function writeText(out: Output, text: string): void {
  out.ensure(text.length + 2);
  const { bytes, at: start } = out;
  let at = start;
  bytes[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c) return writeRaw(out, bytesOf(JSON.stringify(text)));
    bytes[at++] = c;
  }
  bytes[at++] = 0x22;
  out.at = at;
}

/** Writes a whole number of at most 2^53. */
export function writeWhole(out: Output, value: number): void {
  if (value < 0 || value > 0x7fffffff) return writeAscii(out, String(value + 0));
  out.ensure(10);
  const { bytes } = out;
  let digits = 1;
  for (let limit = 10; value >= limit && digits < 10; limit *= 10) digits++;
  let rest = value | 0;
  for (let at = out.at + digits - 1; at >= out.at; at--) {
    const tenth = (rest / 10) | 0;
    bytes[at] = 0x30 + (rest - tenth * 10);
    rest = tenth;
  }
  out.at += digits;
}

/** Writers of numbers of units of 10^-scale. */
export interface DecimalWriters {
  /** As a decimal number, in quotes if a double could not hold it. */
  readonly write: (out: Output, units: number) => void;
  readonly writeBig: (out: Output, units: bigint) => void;
}

/** @param form by it, more numbers are without quotes: those that a double keeps although it does not hold their units */
export function decimalWriters(scale: number, form: DecimalForm = {}): DecimalWriters {
  const one = 10 ** scale;
  const tenth = one / 10;

  const write = (out: Output, units: number): void => {
    const magnitude = Math.abs(units);
    if (magnitude >= DIGITS_15) return writeBig(out, BigInt(units));
    if (units < 0) writeAscii(out, '-');
    const fraction = magnitude % one;
    writeWhole(out, (magnitude - fraction) / one);
    if (fraction > 0) writeFraction(out, fraction);
  };

  const writeFraction = (out: Output, fraction: number): void => {
    out.ensure(scale + 1);
    const { bytes } = out;
    bytes[out.at++] = 0x2e;
    let rest = fraction;
    for (let unit = tenth; rest > 0; unit /= 10) {
      const digit = Math.floor(rest / unit);
      bytes[out.at++] = 0x30 + digit;
      rest -= digit * unit;
    }
  };

  const writeBig = (out: Output, units: bigint): void => {
    const magnitude = units < 0n ? -units : units;
    if (magnitude < BigInt(DIGITS_15)) return write(out, Number(units));
    const text = shortDecimalText(units, scale);
    writeAscii(out, form.json === 'number' && isJsonNumber(text) ? text : `"${text}"`);
  };

  return { write, writeBig };
}

/** Writes a whole number, in quotes if a double could not hold it. */
export function writeBigWhole(out: Output, value: bigint): void {
  const safe = value <= BigInt(MAX_SAFE) && value >= -BigInt(MAX_SAFE);
  writeAscii(out, safe ? String(value) : `"${value}"`);
}

export function writeDouble(out: Output, value: number): void {
  writeAscii(out, Object.is(value, -0) ? '-0' : String(value));
}

/**
 * A writer of times: ISO 8601 in UTC with milliseconds, or the local form of a zone if that represents the same time.
 */
export function timestampWriter(zone: TimeZone | undefined): (out: Output, ms: number) => void {
  let lastDay = Number.NaN;
  const template = bytesOf('"0000-00-00T00:00:00.000Z"');
  const isoWriter = (out: Output, ms: number): void => {
    if (!(ms >= ISO_MIN && ms <= ISO_MAX)) return writeWhole(out, ms);
    const day = Math.floor(ms / DAY);
    if (day !== lastDay) {
      const civil = civilOf(day);
      two(template, 1, Math.floor(civil.year / 100));
      two(template, 3, civil.year % 100);
      two(template, 6, civil.month);
      two(template, 9, civil.day);
      lastDay = day;
    }
    const rest = ms - day * DAY;
    const seconds = Math.floor(rest / 1000);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const fraction = rest - seconds * 1000;
    two(template, 12, hours);
    two(template, 15, minutes - hours * 60);
    two(template, 18, seconds - minutes * 60);
    const hundreds = Math.floor(fraction / 100);
    template[21] = 0x30 + hundreds;
    two(template, 22, fraction - hundreds * 100);
    writeRaw(out, template);
  };
  if (zone === undefined) return isoWriter;
  return (out, ms) => {
    const local = localOf(ms, zone);
    if (local === undefined) isoWriter(out, ms);
    else writeAscii(out, `"${local}"`);
  };
}

function two(bytes: Uint8Array, at: number, value: number): void {
  const tens = (value / 10) | 0;
  bytes[at] = 0x30 + tens;
  bytes[at + 1] = 0x30 + (value - tens * 10);
}
