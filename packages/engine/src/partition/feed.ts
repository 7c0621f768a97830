import type { StockafolioError } from '@stockafolio/core';
import type { RecordPosition } from '../tables/dead-letter.js';
import type { PartitionEngine } from './partition-engine.js';

/** Records that are passed to the engine at once: few enough to remain in the processor's caches. */
const AT_ONCE = 256;

/**
 * Passes records to an engine in groups, in order with the rejected messages. {@link end} must be called at the end.
 */
export class Feed {
  readonly #engine: PartitionEngine;
  /** Reused for every group of up to {@link AT_ONCE} records. */
  readonly #records: unknown[] = [];
  readonly #positions: RecordPosition[] = [];
  #count = 0;

  constructor(engine: PartitionEngine) {
    this.#engine = engine;
  }

  add(record: unknown, position: RecordPosition): void {
    if (position.offset >= this.#engine.nextFloor) this.#raise(position.offset);
    const n = this.#count++;
    this.#records[n] = record;
    this.#positions[n] = position;
    if (n + 1 === AT_ONCE) this.end();
  }

  /** Dead-letters a message that is not a record. */
  reject(error: StockafolioError, message: Uint8Array, position: RecordPosition): void {
    this.end();
    if (position.offset >= this.#engine.nextFloor) this.#raise(position.offset);
    this.#engine.reject(error, message, position);
  }

  /** From this offset on versions are above a floor, whatever came before. */
  #raise(offset: number): void {
    this.end();
    this.#engine.passFloors(offset);
  }

  /** Passes on the remaining records. */
  end(): void {
    const count = this.#count;
    this.#count = 0;
    this.#engine.pushAll(this.#records, this.#positions, count);
  }
}
