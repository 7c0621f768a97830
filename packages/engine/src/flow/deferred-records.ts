import { BATCH_SIZE } from '../state/batch-size.js';
import type { PipelineContext } from './context.js';
import type { BatchReceiver, Receiver } from './fan-out.js';
import { Moments } from './moments.js';

/**
 * Records of a batch that reach an operator one by one, through functions such as RxJS's `merge` or `filter`. If it emits
 * nothing, nobody can see when it processes them: it gets them at once, at the end of the batch.
 *
 * Only the records of the streams themselves are deferred: what functions make of them could be changed later.
 */
export class DeferredRecords<T> {
  readonly #context: PipelineContext;
  readonly #operator: BatchReceiver<T>;
  readonly #next: Receiver<T>;
  readonly #records: T[] = [];
  readonly #moments = new Moments(BATCH_SIZE);
  #count = 0;
  /** The number of the batch, and whether the operator emits nothing in it. */
  #batch = -1;
  #isQuiet = false;

  /** @param next processes a record that is not deferred */
  constructor(context: PipelineContext, operator: BatchReceiver<T>, next: Receiver<T>) {
    this.#context = context;
    this.#operator = operator;
    this.#next = next;
  }

  readonly add = (value: T): void => {
    const context = this.#context;
    if (!context.inBatch) {
      this.#next(value);
      return;
    }
    if (this.#batch !== context.record) this.#begin();
    if (this.#isQuiet && value === context.current && context.changing === undefined) {
      if (this.#count === BATCH_SIZE) this.pass();
      this.#records[this.#count] = value;
      this.#moments.copy(this.#count++, context.moments, context.index);
      return;
    }
    this.pass();
    this.#next(value);
  };

  #begin(): void {
    const context = this.#context;
    this.#batch = context.record;
    this.#count = 0;
    this.#isQuiet = this.#operator.isQuiet;
    if (this.#isQuiet) context.deferred.push(this);
  }

  /** Passes the records that wait to the operator. */
  pass(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    const context = this.#context;
    const { moments, index } = context;
    this.#moments.record = moments.record;
    context.moveTo(this.#moments, 0);
    if (this.#operator.keepsStreamKey) context.states.announce(this.#moments.keys, count);
    this.#operator.processBatch(this.#records, this.#moments, 0, count);
    context.moveTo(moments, index);
  }
}
