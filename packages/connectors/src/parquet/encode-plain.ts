import { StockafolioError } from '@stockafolio/core';
import { BIG_BYTES, type ColumnKind } from './columns.js';
import { daysOfDate } from '../days.js';

/** Smallest and largest value of a chunk, for readers that skip row groups. */
export interface Bounds {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

export interface Plain {
  readonly bytes: Uint8Array;
  readonly bounds?: Bounds;
}

/** Values in Parquet's PLAIN encoding, none of them absent. */
export function encodePlain(kind: ColumnKind, values: readonly unknown[]): Plain {
  switch (kind) {
    case 'text':
    case 'oneOf':
    case 'json':
      return { bytes: plainTexts(values as readonly string[]) };
    case 'binary':
      return { bytes: plainBinaries(values as readonly Uint8Array[]) };
    case 'int32':
    case 'shard':
      return int32s(values as readonly number[]);
    case 'date':
      return int32s((values as readonly string[]).map(daysOfDate));
    case 'int64':
    case 'decimal':
    case 'timestamp':
      return int64s(values as readonly number[]);
    case 'bigint64':
      return bigints(values as readonly bigint[]);
    case 'double':
      return { bytes: new Uint8Array(Float64Array.from(values as readonly number[]).buffer) };
    case 'bigDecimal':
      return { bytes: bigDecimals(values as readonly bigint[]) };
    case 'boolean':
      return { bytes: booleans(values as readonly boolean[]) };
  }
}

function int32s(values: readonly number[]): Plain {
  const stored = new Int32Array(values.length);
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if ((value | 0) !== value) tooLarge(value, 32);
    stored[i] = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { bytes: new Uint8Array(stored.buffer), ...(values.length > 0 ? { bounds: { min, max } } : {}) };
}

const TWO_32 = 2 ** 32;

/** Whole numbers within 2^53 as two halves of 32 bits, which costs a tenth of converting them to bigints. */
function int64s(values: readonly number[]): Plain {
  const halves = new Int32Array(values.length * 2);
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!Number.isSafeInteger(value)) tooLarge(value, 53);
    halves[2 * i] = value | 0;
    halves[2 * i + 1] = Math.floor(value / TWO_32);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const bytes = new Uint8Array(halves.buffer);
  return values.length > 0 ? { bytes, bounds: { min: BigInt(min), max: BigInt(max) } } : { bytes };
}

function bigints(values: readonly bigint[]): Plain {
  let min = values[0] ?? 0n;
  let max = min;
  for (const value of values) {
    if (BigInt.asIntN(64, value) !== value) tooLarge(value, 64);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const bytes = new Uint8Array(BigInt64Array.from(values).buffer);
  return values.length > 0 ? { bytes, bounds: { min, max } } : { bytes };
}

function bigDecimals(values: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * BIG_BYTES));
  values.forEach((value, i) => {
    if (BigInt.asIntN(128, value) !== value) tooLarge(value, 128);
    view.setBigInt64(i * BIG_BYTES, value >> 64n);
    view.setBigUint64(i * BIG_BYTES + 8, BigInt.asUintN(64, value));
  });
  return new Uint8Array(view.buffer);
}

function booleans(values: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bytes;
}

const encoder = new TextEncoder();

function plainTexts(values: readonly string[]): Uint8Array {
  let bytes = new Uint8Array(1024 + values.length * 24);
  let at = 0;
  for (const value of values) {
    const length = value.length;
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const needed = at + 4 + 3 * length;
    if (needed > bytes.length) bytes = grown(bytes, at, needed);
    const start = at + 4;
    let end = start;
    for (let i = 0; i < length; i++) {
      const c = value.charCodeAt(i);
      if (c > 0x7f) {
        end = start + encoder.encodeInto(value, bytes.subarray(start)).written;
        break;
      }
      bytes[end++] = c;
    }
    writeLength(bytes, at, end - start);
    at = end;
  }
  return bytes.subarray(0, at);
}

function plainBinaries(values: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + 4 + value.length, 0));
  let at = 0;
  for (const value of values) {
    writeLength(bytes, at, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}

function grown(bytes: Uint8Array, used: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * needed);
  larger.set(bytes.subarray(0, used));
  return larger;
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length & 0xff;
  bytes[at + 1] = (length >>> 8) & 0xff;
  bytes[at + 2] = (length >>> 16) & 0xff;
  bytes[at + 3] = length >>> 24;
}

function tooLarge(value: number | bigint, bits: number): never {
  throw new StockafolioError('ERR_OVERFLOW', `${value} is not a ${bits}-bit integer`);
}
