import { StockafolioError, isStockafolioError, messageOf } from '../errors/index.js';
import { isFatal, type PipelineContext } from '../pipeline/context.js';
import { bytesOf, deadLetter, jsonOf, type Place } from './dead-letter.js';
import type { EngineOptions } from './engine-options.js';

/** Dead-letters what one engine cannot process, or ends the run at it. */
export class Rejections {
  readonly #context: PipelineContext;
  readonly #options: Pick<EngineOptions, 'pipeline' | 'partition' | 'codec' | 'onBadRecord'>;
  /** Records so far, in whole or for one operator. */
  count = 0;

  constructor(context: PipelineContext, options: EngineOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Rejects a message that is no record. */
  message(error: unknown, message: Uint8Array, place: Place): void {
    this.#reject('', error, message, place);
  }

  /** Rejects a record as a whole. */
  record(error: unknown, record: unknown, place: Place): void {
    this.#reject('', error, this.encoded(record, place), place);
  }

  /** Rejects a record for the operators that did not process it, while the others keep it. */
  parts(record: unknown, place: Place): void {
    const { setAside } = this.#context;
    this.#context.setAside = [];
    const message = this.encoded(record, place);
    for (const { operator, error } of setAside) this.#reject(operator, error, message, place);
  }

  /** Rejects figures that could not be emitted; of several of one operator the one whose text is the first. */
  figures(place: Place): void {
    const { refused } = this.#context;
    if (refused.length === 0) return;
    this.#context.refused = [];
    const first = new Map<string, { readonly error: unknown; readonly text: string }>();
    for (const { operator, error, figure } of refused) {
      const text = jsonOf(figure);
      const other = first.get(operator);
      if (other === undefined || text < other.text) first.set(operator, { error, text });
    }
    // The same operator and offset can also have the letter of a late record, which is another one.
    for (const [operator, { error, text }] of first) this.#reject(`${operator} (figure)`, error, bytesOf(text), place);
  }

  /** A record as its message: as JSON where its codec has no form for it. */
  encoded(record: unknown, place: Place): Uint8Array {
    try {
      return this.#options.codec.encode(record, place);
    } catch (error) {
      if (isFatal(error)) throw error;
      return bytesOf(jsonOf(record));
    }
  }

  #reject(operator: string, error: unknown, message: Uint8Array, place: Place): void {
    const { pipeline, partition: own, onBadRecord } = this.#options;
    const { partition = own } = place;
    if (onBadRecord === 'fail' && !isStockafolioError(error, 'ERR_LATE_RECORD')) {
      throw new StockafolioError(
        'ERR_BAD_RECORD',
        `partition ${partition}, offset ${place.offset}: ${messageOf(error)}`,
        {
          cause: error,
          hint: "mend the message in its source, or run with onBadRecord 'dead-letter' to set it aside and go on",
        },
      );
    }
    this.count++;
    const rows = deadLetter(pipeline.name, partition, place, operator, error, message, this.#context.version);
    for (const row of rows) this.#context.rows.push(row);
  }
}
