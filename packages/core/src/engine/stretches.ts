import type { OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import type { FanOut } from '../pipeline/fan-out.js';
import { Moments } from '../pipeline/moments.js';
import type { RecordCopier } from '../schema/record-copier.js';
import { STRETCH } from '../state/stretch.js';
import type { Stream } from '../stream/index.js';

const LEAST = 8;

/**
 * Takes stretches of records through the operators, one operator after the other: the code and the state of each stay
 * at hand, where record by record they would drive each other out.
 *
 * It is done only where it makes no difference to taking one record after the other, and is undone where that turns out
 * on the way: where a record fails, is late, or a window closes before the last record. Then the records are to be taken
 * in one by one, and the next stretches are shorter for a while.
 */
export class Stretches {
  readonly #context: PipelineContext;
  readonly #stream: Stream<unknown>;
  readonly #records: FanOut<unknown>;
  readonly #copier: Pick<RecordCopier, 'isKept'>;
  readonly #moments = new Moments(STRETCH);
  /** Whether a function was seen to write into a record: then the order of operators matters, and each record goes alone. */
  #isImpure = false;
  #most = STRETCH;
  /** The latest event time by the end of the stretch that was asked for last. */
  #newest = Number.NEGATIVE_INFINITY;
  /** Whether that stretch is a single record, without a time or a key. */
  #isBad = false;

  constructor(
    context: PipelineContext,
    stream: Stream<unknown>,
    records: FanOut<unknown>,
    copier: Pick<RecordCopier, 'isKept'>,
  ) {
    this.#context = context;
    this.#stream = stream;
    this.#records = records;
    this.#copier = copier;
  }

  /**
   * Where the stretch that begins at `from` ends, at `most` at the latest: with the record that moves the watermark past
   * anything that is due.
   *
   * @param latest the latest event time before it, in epoch milliseconds
   */
  end(records: readonly unknown[], from: number, most: number, latest: number): number {
    const { time, key, outOfOrderness } = this.#stream;
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
      // Taken in on its own, where what is wrong with it is told.
      this.#isBad = n === from;
      return this.#ends(Math.max(n, from + 1), newest);
    }
  }

  #ends(end: number, newest: number): number {
    this.#newest = newest;
    return end;
  }

  /**
   * Takes in the stretch whose end was asked for last; the context then stands at its last record.
   *
   * @param records of which the copier has kept the values, from slot 0 on
   * @returns the latest event time so far; undefined where nothing was taken in, for it has to be done one by one
   */
  take(records: readonly unknown[], from: number, to: number): number | undefined {
    if (this.#isBad || this.#isImpure) return undefined;
    const context = this.#context;
    const { version, watermark, rows } = context;
    const length = rows.length;
    context.record++;
    context.active = true;
    context.inStretch = true;
    this.#run(records, from, to);
    context.inStretch = false;
    context.active = false;
    const last = to - from - 1;
    for (let n = from; n < to && !this.#isImpure; n++) this.#isImpure = !this.#copier.isKept(n - from, records[n]);
    if (this.#isImpure) context.breakStretch();
    if (context.failure === undefined && earliest(context.operators) > (this.#moments.watermarks[last] as number)) {
      this.#most = Math.min(STRETCH, this.#most * 2);
      context.stand(this.#moments, last);
      return this.#newest;
    }
    this.#most = Math.max(LEAST, this.#most >> 1);
    context.undo();
    rows.rollbackTo(length);
    context.version = version;
    context.watermark = watermark;
    return undefined;
  }

  #run(records: readonly unknown[], from: number, to: number): void {
    const context = this.#context;
    const { quiet, others } = this.#records.parted();
    context.rows.begin();
    const { keys } = this.#moments;
    if (quiet.some(({ keepsStreamKey }) => keepsStreamKey)) context.interner.number(keys, to - from);
    for (const operator of quiet) {
      operator.takeStretch(records, this.#moments, from, to);
      if (context.failure !== undefined) return;
    }
    if (others.length === 0) return;
    for (let n = from; n < to; n++) {
      context.stand(this.#moments, n - from);
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
