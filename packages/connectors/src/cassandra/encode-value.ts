import type { Column, FieldType, Value } from '@stockafolio/core';
import { scaleOf } from '@stockafolio/core/ports';
import { daysOfDate } from '../days.js';

/** A bound value: the bytes of the native protocol, or null if there is none. */
export type Bound = Buffer | null;

const TWO_32 = 2 ** 32;
/** In CQL a date is a number of days, with 2^31 for 1970-01-01. */
const DAY_ZERO = 2 ** 31;
/** Stands for the empty text where Cassandra rejects it: in a partition key of one column. No text contains U+0000. */
export const EMPTY_KEY = '\0';

const yes = Buffer.of(1);
const no = Buffer.of(0);

/** The encoder of a column, chosen once. Values were checked against the column before. */
export function encoderOf(column: Column, aloneInPartitionKey: boolean): (value: Value) => Bound {
  // A partition key is found by its bytes, so keys have the scale of their type.
  const encode =
    column.type.json === 'number' && column.role === 'value' ? shortDecimal(column.type) : byKind(column.type);
  if (aloneInPartitionKey) return (value) => encode(value === '' ? EMPTY_KEY : value);
  return column.type.optional ? (value) => (value === undefined ? null : encode(value)) : encode;
}

function byKind(type: FieldType): (value: Value) => Buffer {
  const scale = scaleOf(type);
  switch (type.kind) {
    case 'text':
    case 'oneOf':
      return (value) => Buffer.from(String(value));
    case 'int32':
    case 'shard':
      return (value) => int32(Number(value));
    case 'int64':
    case 'timestamp':
      return (value) => int64(Number(value));
    case 'bigint64':
      return (value) => {
        const bytes = Buffer.allocUnsafe(8);
        bytes.writeBigInt64BE(BigInt(value ?? 0));
        return bytes;
      };
    case 'double':
      return (value) => {
        const bytes = Buffer.allocUnsafe(8);
        bytes.writeDoubleBE(Number(value));
        return bytes;
      };
    case 'decimal':
      return (value) => decimalOfNumber(Number(value), scale);
    case 'bigDecimal':
      return (value) => decimalOfBigint(BigInt(value ?? 0), scale);
    case 'date':
      return (value) => {
        const bytes = Buffer.allocUnsafe(4);
        bytes.writeUInt32BE(daysOfDate(String(value)) + DAY_ZERO);
        return bytes;
      };
    case 'boolean':
      return (value) => (value === true ? yes : no);
  }
}

/** The encoder of a decimal without trailing zeros: a query by hand shows `12` and `0.5`. */
function shortDecimal({ kind, scale = 0 }: FieldType): (value: Value) => Buffer {
  if (kind === 'bigDecimal') {
    return (value) => {
      let units = BigInt(value ?? 0);
      if (BigInt.asIntN(54, units) === units) return shortOfNumber(Number(units), scale);
      let left = scale;
      for (; left > 0 && units % 10n === 0n; left--) units /= 10n;
      return decimalOfBigint(units, left);
    };
  }
  return (value) => shortOfNumber(Number(value), scale);
}

function shortOfNumber(value: number, scale: number): Buffer {
  let units = value;
  let left = scale;
  for (; left > 0 && units % 10 === 0; left--) units /= 10;
  return decimalOfNumber(units, left);
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A whole number within the safe range, as 64 bits. */
export function int64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  putInt64(bytes, value, 0);
  return bytes;
}

function putInt64(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_32);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * TWO_32, at + 4);
}

/** A decimal is its scale and its unscaled value, the latter in as few bytes as two's complement needs. */
function decimalOfNumber(value: number, scale: number): Buffer {
  const wide = Buffer.allocUnsafe(12);
  putInt64(wide, value, 4);
  return withScale(wide, scale);
}

function decimalOfBigint(value: bigint, scale: number): Buffer {
  const wide = Buffer.allocUnsafe(20);
  wide.writeBigInt64BE(value >> 64n, 4);
  wide.writeBigUInt64BE(BigInt.asUintN(64, value), 12);
  return withScale(wide, scale);
}

/** Drops leading bytes that only repeat the sign, and puts the scale before the rest. */
function withScale(wide: Buffer, scale: number): Buffer {
  let start = 4;
  while (start < wide.length - 1) {
    const first = wide[start];
    const next = wide[start + 1] ?? 0;
    if (!((first === 0 && next < 128) || (first === 255 && next >= 128))) break;
    start++;
  }
  wide.writeInt32BE(scale, start - 4);
  return wide.subarray(start - 4);
}
