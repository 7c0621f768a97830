import type { StockafolioError } from '../errors/index.js';
import type { Place } from './dead-letter.js';
import type { PartitionEngine } from './partition-engine.js';

/** Records that are handed to the engine at once: few enough to be in the processor's caches still. */
const AT_ONCE = 256;

/** Hands records to an engine some at a time, in their order with those that are none; {@link end} must follow. */
export class Feed {
  readonly #engine: PartitionEngine;
  #records: unknown[] = [];
  #places: Place[] = [];

  constructor(engine: PartitionEngine) {
    this.#engine = engine;
  }

  add(record: unknown, place: Place): void {
    this.#records.push(record);
    this.#places.push(place);
    if (this.#records.length === AT_ONCE) this.end();
  }

  /** Sets a message aside that is no record. */
  reject(error: StockafolioError, message: Uint8Array, place: Place): void {
    this.end();
    this.#engine.reject(error, message, place);
  }

  /** Hands over what is left. */
  end(): void {
    const records = this.#records;
    const places = this.#places;
    this.#records = [];
    this.#places = [];
    this.#engine.pushAll(records, places);
  }
}
