import type { StockafolioError } from '../errors/index.js';
import type { Place } from './dead-letter.js';
import type { PartitionEngine } from './partition-engine.js';

/** Records that are handed to the engine at once: few enough to be in the processor's caches still. */
const AT_ONCE = 256;

/** Hands records to an engine some at a time, in their order with those that are none; {@link end} must follow. */
export class Feed {
  readonly #engine: PartitionEngine;
  /** Filled again and again, up to {@link AT_ONCE}. */
  readonly #records: unknown[] = [];
  readonly #places: Place[] = [];
  #count = 0;

  constructor(engine: PartitionEngine) {
    this.#engine = engine;
  }

  add(record: unknown, place: Place): void {
    if (place.offset >= this.#engine.nextFloor) this.#raise(place.offset);
    const n = this.#count++;
    this.#records[n] = record;
    this.#places[n] = place;
    if (n + 1 === AT_ONCE) this.end();
  }

  /** Sets a message aside that is no record. */
  reject(error: StockafolioError, message: Uint8Array, place: Place): void {
    this.end();
    if (place.offset >= this.#engine.nextFloor) this.#raise(place.offset);
    this.#engine.reject(error, message, place);
  }

  /** From here on versions lie higher, whatever came before. */
  #raise(offset: number): void {
    this.end();
    this.#engine.passFloors(offset);
  }

  /** Hands over what is left. */
  end(): void {
    const count = this.#count;
    this.#count = 0;
    this.#engine.pushAll(this.#records, this.#places, count);
  }
}
