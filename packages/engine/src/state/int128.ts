import type { RowPointer } from './rows.js';

/** The largest integer of 128 bits. The smallest one is excluded, because its upper half marks an absent value. */
const MAX = 2n ** 127n - 1n;
const MIN = -(2n ** 127n) + 2n ** 64n;
const TWO_32 = 2 ** 32;
/** The upper word of 2^53. */
const SAFE = 2 ** 21;

/** The integer of 128 bits in two cells from `at` on, the lower half first. */
export function int128At({ i64, i32 }: RowPointer, at: number): bigint {
  const low = i64[at] as bigint;
  // Nearly all fit into the lower half; then the upper half consists of its sign bits.
  const sign = (i32[2 * at + HIGH] as number) >> 31;
  if (i32[2 * at + 2] === sign && i32[2 * at + 3] === sign) return low;
  return ((i64[at + 1] as bigint) << 64n) | BigInt.asUintN(64, low);
}

/** The same as a number, which is created in a fraction of the time, if it is within 2^53. */
export function numberOfInt128(pointer: RowPointer, at: number): number | bigint {
  const { i32 } = pointer;
  const high = i32[2 * at + HIGH] as number;
  const sign = high >> 31;
  const isSafe = i32[2 * at + 2] === sign && i32[2 * at + 3] === sign && high < SAFE && high >= -SAFE;
  return isSafe ? high * TWO_32 + ((i32[2 * at + 1 - HIGH] as number) >>> 0) : int128At(pointer, at);
}

/** Stores an integer in two cells; returns whether it fits. */
export function setInt128({ i64 }: RowPointer, at: number, value: bigint): boolean {
  if (value > MAX || value < MIN) return false;
  i64[at] = BigInt.asIntN(64, value);
  i64[at + 1] = value >> 64n;
  return true;
}

/** Which half of a 64-bit integer is second in memory: the upper one, on every platform of Node. */
const HIGH = new Int32Array(new BigInt64Array([1n]).buffer)[0] === 1 ? 1 : 0;
