import type { BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';
import type { Operator } from '../operator/operator.js';
import type { OperatorHost } from './operator-host.js';

/**
 * Processes `records[from]` and the `count - 1` records after it, whose indexes in the batch begin at `at`; ends early
 * if one fails.
 *
 * @returns what is emitted for them, one value for each; undefined if nothing is
 */
export type Process<T> = (
  records: readonly T[],
  from: number,
  count: number,
  at: number,
  moments: Moments,
) => readonly object[] | undefined;

/** An operator that processes records in batches: a record that arrives alone is a batch of one. */
export abstract class BatchOperator<T> implements Operator<T>, BatchReceiver<T> {
  protected readonly host: OperatorHost;
  readonly #single: T[] = [];
  #process: Process<T> | undefined;

  constructor(host: OperatorHost) {
    this.host = host;
  }

  abstract readonly isQuiet: boolean;
  abstract readonly keepsStreamKey: boolean;

  /** Makes the code that processes records. The first one tells what kind of keys there are. */
  protected abstract begin(first: T): Process<T>;

  get batches(): BatchReceiver<T> {
    return this;
  }

  process(record: T): void {
    const { moments, index } = this.host.context;
    this.#process ??= this.begin(record);
    this.#single[0] = record;
    const values = this.#process(this.#single, 0, 1, index, moments);
    if (values !== undefined) for (const value of values) this.host.emit(value);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    if (this.#process === undefined) {
      this.host.context.index = 0;
      this.#process = this.begin(records[from] as T);
    }
    const values = this.#process(records, from, to - from, 0, moments);
    if (values !== undefined) this.host.emitBatch(values, moments);
  }
}
