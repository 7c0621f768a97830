import type { Stream } from '@stockafolio/core';
import type { OperatorRuntime, PipelineContext } from '../flow/context.js';
import type { FanOut } from '../flow/fan-out.js';
import { Moments } from '../flow/moments.js';
import type { RecordCopier } from './record-copier.js';
import { BATCH_SIZE } from '../state/batch-size.js';

const SMALLEST = 8;

/**
 * Processes batches of records, one operator after the other, so that the code and the state of each operator remain in
 * the processor's caches. Record by record, the operators would evict each other's.
 *
 * This is done only where it gives the same result as processing one record after the other. It is rolled back if that
 * turns out not to hold: if a record fails, is late, or closes a window before the last record. Then the records must
 * be processed one by one, and the next batches are smaller for a while.
 */
export class RecordBatches {
  readonly #context: PipelineContext;
  readonly #stream: Stream<unknown>;
  readonly #outOfOrderness: number;
  readonly #records: FanOut<unknown>;
  readonly #copier: Pick<RecordCopier, 'isKept'>;
  readonly #moments = new Moments(BATCH_SIZE);
  /**
   * Whether a function has changed a record: then the order of operators matters, and records are processed one by one.
   */
  #isImpure = false;
  #most = BATCH_SIZE;
  /** The latest event time up to the end of the batch that {@link end} returned last. */
  #newest = Number.NEGATIVE_INFINITY;
  /** Whether that batch is a single record, without a time or a key. */
  #isBad = false;

  constructor(
    context: PipelineContext,
    stream: Stream<unknown>,
    outOfOrderness: number,
    records: FanOut<unknown>,
    copier: Pick<RecordCopier, 'isKept'>,
  ) {
    this.#context = context;
    this.#stream = stream;
    this.#outOfOrderness = outOfOrderness;
    this.#records = records;
    this.#copier = copier;
  }

  /**
   * The end of the batch that begins at `from`, at most `most`: after the record that moves the watermark past anything
   * that is due.
   *
   * @param latest the latest event time before it, in epoch milliseconds
   */
  end(records: readonly unknown[], from: number, most: number, latest: number): number {
    const { time, key } = this.#stream;
    const outOfOrderness = this.#outOfOrderness;
    const { times, versions, watermarks, keys } = this.#moments;
    const due = earliest(this.#context.operators) + outOfOrderness;
    const end = Math.min(most, from + this.#most);
    let { version, watermark } = this.#context;
    let newest = latest;
    this.#isBad = false;
    let n = from;
    try {
      for (; n < end; n++) {
        const record = records[n];
        const at = time(record);
        version = Math.max(version + 1, at * 1000);
        times[n - from] = at;
        versions[n - from] = version;
        watermarks[n - from] = watermark;
        keys[n - from] = key(record);
        if (at <= newest) continue;
        newest = at;
        watermark = at - outOfOrderness;
        if (at >= due) return this.#ends(n + 1, newest);
      }
      return this.#ends(end, newest);
    } catch {
      // It is processed on its own, which reports what is wrong with it.
      this.#isBad = n === from;
      return this.#ends(Math.max(n, from + 1), newest);
    }
  }

  #ends(end: number, newest: number): number {
    this.#newest = newest;
    return end;
  }

  /**
   * Processes the batch whose end {@link end} returned last. The context is then at its last record.
   *
   * @param records whose values the copier has kept, from slot 0 on
   * @returns the latest event time so far; undefined if nothing was processed, because it must be done one by one
   */
  process(
    records: readonly unknown[],
    positions: readonly { readonly ingested: number }[],
    from: number,
    to: number,
  ): number | undefined {
    if (this.#isBad || this.#isImpure) return undefined;
    const context = this.#context;
    const { rows } = context;
    const { length, leaving } = rows;
    const before = { length, leaving: leaving.length };
    const { received } = context;
    context.beginBatch(this.#moments);
    this.#run(records, positions, from, to);
    const last = to - from - 1;
    for (let n = from; n < to && !this.#isImpure; n++) this.#isImpure = !this.#copier.isKept(n - from, records[n]);
    if (this.#isImpure) context.breakBatch();
    if (context.failure === undefined && earliest(context.operators) > (this.#moments.watermarks[last] as number)) {
      this.#most = Math.min(BATCH_SIZE, this.#most * 2);
      if (context.sends)
        for (let n = from; n < to; n++) context.received = Math.max(context.received, positions[n]?.ingested ?? 0);
      context.endBatch(last);
      return this.#newest;
    }
    this.#most = Math.max(SMALLEST, this.#most >> 1);
    context.undo();
    context.endBatch(undefined);
    rows.rollbackTo(before);
    context.received = received;
    return undefined;
  }

  #run(
    records: readonly unknown[],
    positions: readonly { readonly ingested: number }[],
    from: number,
    to: number,
  ): void {
    const context = this.#context;
    const { quiet, others } = this.#records.parted();
    context.rows.begin();
    const { keys } = this.#moments;
    if (quiet.some(({ keepsStreamKey }) => keepsStreamKey)) context.states.announce(keys, to - from);
    for (const operator of quiet) {
      operator.processBatch(records, this.#moments, from, to);
      if (context.failure !== undefined) return;
    }
    if (others.length === 0) return;
    for (let n = from; n < to; n++) {
      context.index = n - from;
      context.received = Math.max(context.received, positions[n]?.ingested ?? 0);
      context.rows.begin();
      for (const receiver of others) receiver(records[n]);
      if (context.failure !== undefined) return;
    }
  }
}

function earliest(operators: readonly OperatorRuntime[]): number {
  let due = Number.POSITIVE_INFINITY;
  for (const operator of operators) due = Math.min(due, operator.due);
  return due;
}
