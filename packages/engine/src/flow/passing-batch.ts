import { BATCH_SIZE } from '../state/batch-size.js';
import type { PipelineContext } from './context.js';
import type { BatchReceiver } from './fan-out.js';
import { Moments } from './moments.js';

type Passes = (record: unknown) => boolean;
type Failed = (error: unknown) => void;

/** Whether a record is in a flow; if that fails, it is not. */
export function isIn(passes: Passes, record: unknown, failed: Failed): boolean {
  try {
    return passes(record);
  } catch (error) {
    failed(error);
    return false;
  }
}

/** Passes those records of a batch to an operator that are in its flow: mostly all of them, then as they are. */
export class PassingBatch<T> implements BatchReceiver<T> {
  readonly #context: PipelineContext;
  readonly #operator: BatchReceiver<T>;
  readonly #passes: Passes;
  readonly #failed: Failed;
  readonly #records: T[] = [];
  #moments: Moments | undefined;

  /** @param failed takes what the function threw */
  constructor(context: PipelineContext, operator: BatchReceiver<T>, passes: Passes, failed: Failed) {
    this.#context = context;
    this.#operator = operator;
    this.#passes = passes;
    this.#failed = failed;
  }

  get isQuiet(): boolean {
    return this.#operator.isQuiet;
  }

  get keepsStreamKey(): boolean {
    return this.#operator.keepsStreamKey;
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    const context = this.#context;
    let n = from;
    while (n < to && isIn(this.#passes, records[n], this.#failed)) n++;
    if (n === to) {
      this.#operator.processBatch(records, moments, from, to);
      return;
    }
    const own = (this.#moments ??= new Moments(BATCH_SIZE));
    own.record = moments.record;
    let count = 0;
    const take = (index: number): void => {
      this.#records[count] = records[index] as T;
      own.copy(count++, moments, index - from);
    };
    for (let index = from; index < n; index++) take(index);
    for (let index = n + 1; index < to && context.failure === undefined; index++)
      if (isIn(this.#passes, records[index], this.#failed)) take(index);
    if (count === 0 || context.failure !== undefined) return;
    const { index } = context;
    context.moveTo(own, 0);
    this.#operator.processBatch(this.#records, own, 0, count);
    context.moveTo(moments, index);
  }
}
