import type { Key } from '@stockafolio/core';
import type { Changes } from '@stockafolio/core/ports';

/**
 * What surrounds each record of a batch, by its index: numbers in typed arrays, so that moving on to the next record
 * copies and allocates nothing. A record that is processed alone is a batch of one.
 */
export class Moments implements Changes {
  /** Counts the records of this run, where a batch counts as one: what is undone together has one number. Never saved. */
  record = 0;
  /** Event times, in epoch milliseconds. */
  readonly times: Float64Array;
  /** Versions, in microseconds. */
  readonly versions: Float64Array;
  /** The watermarks before each record, in epoch milliseconds. */
  readonly watermarks: Float64Array;
  /** The stream's own keys. */
  readonly keys: Key[];

  constructor(size: number) {
    this.times = new Float64Array(size);
    this.versions = new Float64Array(size);
    this.watermarks = new Float64Array(size);
    this.keys = new Array<Key>(size).fill('');
    this.watermarks.fill(Number.NEGATIVE_INFINITY);
  }

  /** Makes its record at index `to` that of another batch at index `from`. */
  copy(to: number, batch: Moments, from: number): void {
    this.times[to] = batch.times[from] as number;
    this.versions[to] = batch.versions[from] as number;
    this.watermarks[to] = batch.watermarks[from] as number;
    this.keys[to] = batch.keys[from] as Key;
  }
}
