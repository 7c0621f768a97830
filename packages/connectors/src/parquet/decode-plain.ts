import { StockafolioError } from '@stockafolio/core';
import type { DecodedValues } from './column-values.js';
import { lengthAt, PlainTexts, short } from './plain-texts.js';
import type { ColumnKind } from './columns.js';
import { dayReader } from './stored-values.js';

/** Decodes this many values from Parquet's PLAIN encoding. @throws RangeError if there are fewer */
export function decodePlain(kind: ColumnKind, bytes: Uint8Array, count: number): DecodedValues {
  switch (kind) {
    case 'text':
    case 'oneOf':
    case 'json':
      return new PlainTexts(bytes, count);
    case 'binary':
      return binaries(bytes, count);
    case 'int32':
    case 'shard':
      return new Int32Array(aligned(bytes, count * 4), 0, count);
    case 'date':
      return dates(bytes, count);
    case 'int64':
    case 'decimal':
    case 'timestamp':
      return int64s(bytes, count);
    case 'bigint64':
      return Array.from(new BigInt64Array(aligned(bytes, count * 8), 0, count));
    case 'double':
      return new Float64Array(aligned(bytes, count * 8), 0, count);
    case 'bigDecimal':
      throw new RangeError('bigDecimal needs its width');
    case 'boolean':
      return booleans(bytes, count);
  }
}

/** Decodes this many big-endian numbers of `width` bytes each. */
export function decodeBigDecimal(bytes: Uint8Array, count: number, width: number): bigint[] {
  if (bytes.length < count * width) short(bytes.length, count * width);
  const values: bigint[] = [];
  for (let i = 0; i < count; i++) {
    let value = 0n;
    for (let j = i * width; j < (i + 1) * width; j++) value = (value << 8n) | BigInt(bytes[j] ?? 0);
    values.push(BigInt.asIntN(width * 8, value));
  }
  return values;
}

function aligned(bytes: Uint8Array, length: number): ArrayBuffer {
  if (bytes.length < length) short(bytes.length, length);
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(0, length));
  return copy.buffer;
}

/** 2^53 = 2^21 x 2^32: the limit for the upper half. */
const UPPER = 2 ** 21;

function int64s(bytes: Uint8Array, count: number): Float64Array {
  // In place: each number becomes a double where its two halves were.
  const buffer = aligned(bytes, count * 8);
  const halves = new Int32Array(buffer);
  const values = new Float64Array(buffer);
  for (let i = 0; i < count; i++) {
    const low = (halves[2 * i] ?? 0) >>> 0;
    const high = halves[2 * i + 1] ?? 0;
    // -2^53 itself is past the safe integers.
    if (high >= UPPER || high < -UPPER || (high === -UPPER && low === 0)) tooLarge(high, low);
    values[i] = high * 4_294_967_296 + low;
  }
  return values;
}

function tooLarge(high: number, low: number): never {
  throw new StockafolioError('ERR_OVERFLOW', `${(BigInt(high) << 32n) + BigInt(low)} is past 2^53`, {
    hint: "declare the field as int64({ range: 'full' })",
  });
}

function dates(bytes: Uint8Array, count: number): string[] {
  const dateOf = dayReader();
  return Array.from(new Int32Array(aligned(bytes, count * 4)), dateOf);
}

function booleans(bytes: Uint8Array, count: number): boolean[] {
  if (bytes.length * 8 < count) short(bytes.length, Math.ceil(count / 8));
  return Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) & (1 << (i & 7))) !== 0);
}

function binaries(bytes: Uint8Array, count: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const end = at + 4 + lengthAt(bytes, at);
    if (end > bytes.length) short(bytes.length, end);
    values.push(bytes.slice(at + 4, end));
    at = end;
  }
  return values;
}
