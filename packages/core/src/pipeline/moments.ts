import type { Key } from '../stream/index.js';

/** The context of each record of a batch, as `PipelineContext` has it for the current record; by index in the batch. */
export class Moments {
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
  }
}
