import type { Chunk } from '@stockafolio/engine/state';

/** Stores a bigint of 128 bits in two cells; almost all fit into the first, and the second is then its sign. */
export function storeWide({ i64, i32 }: Chunk, cell: number, value: bigint): void {
  i64[cell] = BigInt.asIntN(64, value);
  if (i64[cell] === value) {
    const sign = (i32[2 * cell + 1] as number) >> 31;
    i32[2 * cell + 2] = sign;
    i32[2 * cell + 3] = sign;
  } else i64[cell + 1] = value >> 64n;
}

export function wideAt({ i64, i32 }: Chunk, cell: number): bigint {
  const sign = (i32[2 * cell + 1] as number) >> 31;
  const low = i64[cell] as bigint;
  if (i32[2 * cell + 2] === sign && i32[2 * cell + 3] === sign) return low;
  return ((i64[cell + 1] as bigint) << 64n) | BigInt.asUintN(64, low);
}
