import { StockafolioError, type Column, type Kind, type Table, type Value } from '@stockafolio/core';
import { dayOfNumber, numberOfDay } from './day-number.js';

/** Bit of the flags byte: the row was deleted. */
const DELETED = 1;
/** Bit of the flags byte: an expiry time follows. */
const EXPIRES = 2;

/**
 * Turns the stored form of a row into bytes and back: f64 version, u8 flags, f64 expiry (only with its flag), then the
 * value columns in order. A value of an optional type has a byte before it that says whether it is present. Whole
 * numbers below 2^53 are stored as f64, which is exact and needs no bigint. All numbers are little-endian.
 */
export class RowEncoding {
  readonly #columns: readonly Column[];
  readonly #keyLength: number;
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);

  constructor(table: Table) {
    this.#columns = table.columns.slice(table.keyLength);
    this.#keyLength = table.keyLength;
  }

  /** The bytes of a row, or of its deletion; valid until the next call. */
  encode(values: readonly Value[], version: number, deleted: boolean, expires: number | undefined): Buffer {
    const bytes = this.#bytes;
    bytes.writeDoubleLE(version, 0);
    bytes[8] = (deleted ? DELETED : 0) | (expires === undefined ? 0 : EXPIRES);
    let at = 9;
    if (expires !== undefined) at = bytes.writeDoubleLE(expires, at);
    if (deleted) return bytes.subarray(0, at);
    for (let i = 0; i < this.#columns.length; i += 1) {
      const column = this.#columns[i];
      const value = values[this.#keyLength + i];
      if (column === undefined) continue;
      if (typeof value === 'string') this.#ensure(at + 3 * value.length + 64);
      else this.#ensure(at + 64);
      if (column.type.optional) {
        this.#bytes[at] = value === undefined ? 0 : 1;
        at += 1;
        if (value === undefined) continue;
      }
      at = put(this.#bytes, column.type.kind, value, at);
    }
    return this.#bytes.subarray(0, at);
  }

  /** Adds the value columns to those of the key, unless the row was deleted or has expired. */
  decodeInto(values: Value[], bytes: Buffer, now: number): boolean {
    const flags = bytes[8] ?? 0;
    if ((flags & DELETED) !== 0 || isExpired(bytes, now)) return false;
    let at = (flags & EXPIRES) === 0 ? 9 : 17;
    for (const { type } of this.#columns) {
      if (type.optional) {
        at += 1;
        if (bytes[at - 1] === 0) {
          values.push(undefined);
          continue;
        }
      }
      if (type.kind === 'text' || type.kind === 'oneOf') {
        const length = bytes.readUInt32LE(at);
        values.push(bytes.toString((length & 1) === 0 ? 'latin1' : 'utf8', at + 4, at + 4 + (length >>> 1)));
        at += 4 + (length >>> 1);
      } else {
        values.push(valueAt(bytes, type.kind, at));
        at += widthOf(type.kind);
      }
    }
    return true;
  }

  #ensure(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * length);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

/** Whether a row, or the kept version of a deleted one, has expired. */
export function isExpired(bytes: Buffer, now: number): boolean {
  return ((bytes[8] ?? 0) & EXPIRES) !== 0 && bytes.readDoubleLE(9) <= now;
}

export function versionOf(bytes: Buffer): number {
  return bytes.readDoubleLE(0);
}

function put(bytes: Buffer, kind: Kind, value: Value, at: number): number {
  if (typeof value === 'string') {
    if (kind === 'date') return bytes.writeUInt32LE(numberOfDay(value), at);
    const length = bytes.write(value, at + 4, 'utf8');
    // The lowest bit marks text with non-ASCII characters, which is slower to read.
    bytes.writeUInt32LE(length * 2 + (length === value.length ? 0 : 1), at);
    return at + 4 + length;
  }
  if (typeof value === 'bigint') {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at);
    return kind === 'bigint64' ? at + 8 : bytes.writeBigInt64LE(value >> 64n, at + 8);
  }
  if (typeof value === 'boolean') return bytes.writeUInt8(value ? 1 : 0, at);
  // Whole numbers have only one zero.
  const number = value === 0 && kind !== 'double' ? 0 : (value ?? 0);
  return kind === 'int32' || kind === 'shard' ? bytes.writeInt32LE(number, at) : bytes.writeDoubleLE(number, at);
}

function valueAt(bytes: Buffer, kind: Kind, at: number): Value {
  switch (kind) {
    case 'int32':
    case 'shard':
      return bytes.readInt32LE(at);
    case 'int64':
    case 'decimal':
    case 'timestamp':
    case 'double':
      return bytes.readDoubleLE(at);
    case 'bigint64':
      return bytes.readBigInt64LE(at);
    case 'bigDecimal':
      return (bytes.readBigInt64LE(at + 8) << 64n) | bytes.readBigUInt64LE(at);
    case 'date':
      return dayOfNumber(bytes.readUInt32LE(at));
    case 'boolean':
      return bytes[at] === 1;
    default:
      throw new StockafolioError('ERR_INTERNAL', `a column of type ${kind} has no fixed width`);
  }
}

function widthOf(kind: Kind): number {
  switch (kind) {
    case 'boolean':
      return 1;
    case 'int32':
    case 'shard':
    case 'date':
      return 4;
    case 'bigDecimal':
      return 16;
    default:
      return 8;
  }
}
