import { BadRecordError, isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { PipelineContext } from '../flow/context.js';
import { isFatal } from '../flow/fatal.js';
import { DefectError } from '../flow/defect.js';
import { bytesOf, deadLetter, jsonOf, reasonOf, type RecordPosition } from '../tables/dead-letter.js';
import { letterOwner } from '../tables/input-name.js';
import { deadLetters } from '../tables/system-tables.js';
import type { Rejection } from '../tables/dead-letter-watch.js';
import type { EngineOptions } from './engine-options.js';

/** Dead-letters what one engine cannot process, or ends the run at it. */
export class Rejections {
  readonly #context: PipelineContext;
  readonly #options: Pick<EngineOptions, 'pipeline' | 'partition' | 'codec' | 'onBadRecord' | 'onDefect'>;
  /** Records so far, as a whole or for one operator. */
  count = 0;
  /** Messages rejected as a whole so far. */
  whole = 0;
  /** The last of them. */
  last: Rejection | undefined;

  constructor(context: PipelineContext, options: EngineOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Rejects a message that is not a record. @param replaces whether a stream rejects it for another reason */
  message(error: unknown, message: Uint8Array, position: RecordPosition, replaces: boolean): void {
    this.#note(error, position);
    this.#reject('', error, message, position, replaces ? 1 : 0);
  }

  /** Rejects a record as a whole. */
  record(error: unknown, record: unknown, position: RecordPosition): void {
    this.#note(error, position);
    this.#reject('', error, this.encoded(record, position), position);
  }

  /** A message that a stream has rejected is settled: removes its letter, also one that replaced that of the stream. */
  settled(position: RecordPosition): void {
    const { owner, partition } = this.#ownerOf(position);
    const { rows, version } = this.#context;
    const key = [owner, partition, position.offset, ''];
    rows.push({ table: deadLetters, values: key, version: version + 2, deleted: true });
  }

  /** Rejects a record for the operators that did not process it, while the others keep it. */
  parts(record: unknown, position: RecordPosition): void {
    const { rejected } = this.#context;
    this.#context.rejected = [];
    const message = this.encoded(record, position);
    for (const { operator, error } of rejected) this.#reject(operator, error, message, position);
  }

  /**
   * Rejects figures that could not be emitted; of several figures of one operator only the one whose text sorts first,
   * unless they have names.
   */
  figures(position: RecordPosition): void {
    const { refused } = this.#context;
    if (refused.length === 0) return;
    this.#context.refused = [];
    const first = new Map<string, { readonly error: unknown; readonly text: string }>();
    const unnamed = this.#unnamed(position);
    for (const { operator, error, figure, of = unnamed } of refused) {
      const text = jsonOf(figure);
      // The same operator and offset can also have the dead letter of a late record, which needs another key.
      const name = `${operator} (${of})`;
      const other = first.get(name);
      if (other === undefined || text < other.text) first.set(name, { error, text });
    }
    for (const [name, { error, text }] of first) this.#reject(name, error, bytesOf(text), position);
  }

  /** Every partition has figures of its own at a record of a broadcast stream, whose position is the same in all. */
  #unnamed({ input = 0 }: RecordPosition): string {
    const { pipeline, partition } = this.#options;
    return pipeline.streams[input]?.lane === undefined ? 'figure' : `figure, partition ${partition}`;
  }

  /** A record as its message; as JSON if its codec cannot encode it. */
  encoded(record: unknown, position: RecordPosition): Uint8Array {
    try {
      return this.#options.codec.encode(record, position);
    } catch (error) {
      if (isFatal(error)) throw error;
      return bytesOf(jsonOf(record));
    }
  }

  #note(error: unknown, position: RecordPosition): void {
    const { partition } = this.#ownerOf(position);
    this.whole++;
    this.last = { partition, offset: position.offset, ...reasonOf(error) };
  }

  /** Under which name, and of which partition, the dead letter of a message is kept. */
  #ownerOf({ partition, input = 0 }: RecordPosition): { readonly owner: string; readonly partition: number } {
    const { pipeline, partition: own } = this.#options;
    const { owner, partition: lane = own } = letterOwner(pipeline, input);
    return { owner, partition: partition ?? lane };
  }

  /** @param above by how much its letter is above the version of the message */
  #reject(operator: string, error: unknown, message: Uint8Array, position: RecordPosition, above = 0): void {
    const { onBadRecord, onDefect } = this.#options;
    const { owner, partition } = this.#ownerOf(position);
    if (error instanceof DefectError && (onBadRecord === 'fail' || onDefect === 'fail')) {
      throw new StockafolioError(
        'ERR_PIPELINE_DEFECT',
        `partition ${partition}, offset ${position.offset}: ${error.message}\n${error.frames}`,
        {
          cause: error.cause,
          hint: `correct the function; with ${onDefect === 'fail' ? 'onDefect' : 'onBadRecord'} 'dead-letter' the record is dead-lettered`,
        },
      );
    }
    if (onBadRecord === 'fail' && !isStockafolioError(error, 'ERR_LATE_RECORD')) {
      throw new StockafolioError(
        'ERR_BAD_RECORD',
        `partition ${partition}, offset ${position.offset}: ${messageOf(error)}`,
        {
          cause: error,
          hint: "correct the message in its source, or run with onBadRecord 'dead-letter' to dead-letter it and continue",
        },
      );
    }
    this.count++;
    const rows = deadLetter(owner, partition, position, operator, error, message, this.#context.version + above);
    for (const row of rows) this.#context.rows.push(row);
  }
}

/** The error of a record, whatever was thrown for it. */
export function badRecord(error: unknown): StockafolioError {
  return isStockafolioError(error) ? error : new BadRecordError([{ field: '', message: messageOf(error) }]);
}
