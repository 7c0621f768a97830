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
  /** The stream of the last record, by its index. */
  #input = 0;

  constructor(engine: PartitionEngine) {
    this.#engine = engine;
  }

  add(record: unknown, position: RecordPosition): void {
    if (this.#engine.nextFloor !== Number.POSITIVE_INFINITY) this.#raise(position);
    const n = this.#count++;
    this.#records[n] = record;
    this.#positions[n] = position;
    if (n + 1 === AT_ONCE) this.end();
  }

  /** Dead-letters a message that is not a record. */
  reject(error: StockafolioError, message: Uint8Array, position: RecordPosition, replaces = false): void {
    this.#endBefore(position);
    this.#engine.reject(error, message, position, replaces);
  }

  /** Notes a message without an effect of its own. */
  pass(record: unknown, position: RecordPosition): void {
    this.#endBefore(position);
    if (record === undefined) this.#engine.settle(position);
    else this.#engine.push(record, position, true);
  }

  #endBefore(position: RecordPosition): void {
    this.end();
    if (this.#engine.nextFloor !== Number.POSITIVE_INFINITY) this.#raise(position);
  }

  /** From the next floor on versions are above it, whatever came before: this may be the message at that offset. */
  #raise({ input = 0, offset }: RecordPosition): void {
    // Records that wait have passed no floor, so they are only counted; they are all of one stream.
    if (input !== this.#input) this.end();
    this.#input = input;
    const engine = this.#engine;
    const { position } = engine;
    const reach = position.inputs === undefined ? offset : position.offset + offset - engine.inputs.at(input).offset;
    if (reach < engine.nextFloor) return;
    this.end();
    engine.passFloors(reach);
  }

  /** Passes on the remaining records. */
  end(): void {
    const count = this.#count;
    this.#count = 0;
    this.#engine.pushAll(this.#records, this.#positions, count);
  }
}
