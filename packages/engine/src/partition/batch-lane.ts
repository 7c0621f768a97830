import type { Stream } from '@stockafolio/core';
import type { BatchReceiver, FanOut, Receiver } from '../flow/fan-out.js';
import { Moments } from '../flow/moments.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import type { RecordCopier } from './record-copier.js';

/** What a batch needs to know of an input. */
export interface BatchInput {
  readonly stream: Pick<Stream<unknown>, 'time' | 'key'>;
  readonly records: FanOut<unknown>;
  readonly copier: Pick<RecordCopier, 'keep' | 'isKept' | 'restored'>;
  /** Whether a batch ends after each of its records, because these change keys once they have passed. */
  readonly endsBatch?: boolean;
}

/** The records of one stream in a batch of several, in their order, with what surrounds each of them. */
export class BatchLane {
  readonly stream: BatchInput['stream'];
  readonly moments = new Moments(BATCH_SIZE);
  readonly #records: FanOut<unknown>;
  readonly #copier: BatchInput['copier'];
  /** Its records, if the batch has some of other streams too. */
  readonly #own: unknown[] = [];
  /** Where its records are, and the index of the first of them. */
  #in: readonly unknown[] = this.#own;
  #from = 0;
  count = 0;
  /** How many of them were taken one by one. */
  next = 0;
  quiet: readonly BatchReceiver<unknown>[] = [];
  others: readonly Receiver<unknown>[] = [];
  #readers: readonly BatchReceiver<unknown>[] = [];

  constructor({ stream, records, copier }: BatchInput) {
    this.stream = stream;
    this.#records = records;
    this.#copier = copier;
  }

  /** Adds the next record of a batch with records of several streams. */
  add(record: unknown): void {
    this.#own[this.next++] = record;
  }

  /** Its records are those that were added. */
  useOwn(): void {
    this.#in = this.#own;
    this.#from = 0;
  }

  /** Its records are in a batch that has no others. */
  use(records: readonly unknown[], from: number): void {
    this.#in = records;
    this.#from = from;
  }

  /** Keeps the values of its records. */
  keep(): void {
    const records = this.#in;
    const from = this.#from;
    for (let i = 0; i < this.count; i++) this.#copier.keep(i, records[from + i]);
  }

  /** Whether its records still have these values. */
  areKept(): boolean {
    const records = this.#in;
    const from = this.#from;
    for (let i = 0; i < this.count; i++) if (!this.#copier.isKept(i, records[from + i])) return false;
    return true;
  }

  /** A record, by its index here, as it was. */
  restored(index: number): unknown {
    return this.#copier.restored(index);
  }

  /** Parts those that receive its records. */
  part(): void {
    const { quiet, others, readers } = this.#records.parted();
    this.#readers = readers;
    this.quiet = quiet;
    this.others = others;
  }

  /** Whether the state of an operator has a key for each of its records' keys. */
  get keepsStreamKey(): boolean {
    return this.quiet.some(keepsIt) || this.#readers.some(keepsIt);
  }

  /** Lets operators that get its records one by one read ahead. */
  readAhead(): void {
    for (const reader of this.#readers) reader.readAhead?.(this.#in, this.moments, this.#from, this.#from + this.count);
  }

  /** Passes its records to an operator. */
  passTo(operator: BatchReceiver<unknown>): void {
    operator.processBatch(this.#in, this.moments, this.#from, this.#from + this.count);
  }
}

function keepsIt({ keepsStreamKey }: BatchReceiver<unknown>): boolean {
  return keepsStreamKey;
}
