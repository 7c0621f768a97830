import { memoryFor } from './memory.js';

/** Slots are stored in chunks, so that state grows without copying. */
export const CHUNK_BITS = 12;
export const CHUNK_SIZE = 1 << CHUNK_BITS;
export const CHUNK_MASK = CHUNK_SIZE - 1;

/** Flags of a row. */
export const LIVE = 1;
export const UNWRITTEN = 2;
export const UNSAVED = 4;
export const ALL = LIVE | UNWRITTEN | UNSAVED;

/** Cells of a row before its key: the flags. */
export const KEY_AT = 1;

/** The rows of `CHUNK_SIZE` slots, one after the other: three views of the same cells of 8 bytes. */
export class Chunk {
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly i32: Int32Array;

  constructor(width: number) {
    const buffer = memoryFor(CHUNK_SIZE * width * 8);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.i32 = new Int32Array(buffer);
  }
}

/**
 * The position of the values of a row: `at` is the first cell. One class for all states, so that access remains fast.
 */
export class RowPointer {
  f64: Float64Array = new Float64Array(0);
  i64: BigInt64Array = new BigInt64Array(0);
  i32: Int32Array = new Int32Array(0);
  at = 0;
}
