import type { PipelineContext } from '../flow/context.js';
import type { OperatorRuntime } from '../flow/operator-runtime.js';
import type { Moments } from '../flow/moments.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import type { RecordPosition } from '../tables/dead-letter.js';
import { type BatchInput, BatchLane } from './batch-lane.js';

const SMALLEST = 8;

/**
 * Processes batches of records, one operator after the other, so that the code and the state of each operator remain in
 * the processor's caches. Record by record, the operators would evict each other's.
 *
 * A batch may have records of several streams. Operators that emit nothing get those of each stream at once: no operator
 * can see how they alternate. All others get the records in the order of the batch.
 *
 * This is done only where it gives the same result as processing one record after the other. It is rolled back if that
 * turns out not to hold: if a record fails, is late, or closes a window before the last record. Then the records must
 * be processed one by one, and the next batches are smaller for a while.
 */
export class RecordBatches {
  readonly #context: PipelineContext;
  readonly #outOfOrderness: number;
  /** By input, the lane of its records in the batch. */
  readonly #byInput: readonly BatchLane[];
  /** Each lane once: the lanes of a repartition go the same way, in their common order. */
  readonly #lanes: readonly BatchLane[];
  readonly #moments: readonly Moments[];
  /** By input, whether a batch ends after each of its records. */
  readonly #endsBatch: readonly boolean[];
  /**
   * Whether a function has changed a record: then the order of operators matters, and records are processed one by one.
   */
  #isImpure = false;
  #most = BATCH_SIZE;
  #records: readonly unknown[] = [];
  #positions: readonly RecordPosition[] = [];
  #from = 0;
  #to = 0;
  /** The latest event time up to the end of the batch. */
  #newest = Number.NEGATIVE_INFINITY;

  /** @param outOfOrderness how far the watermark is behind the newest record, in milliseconds */
  constructor(context: PipelineContext, inputs: readonly BatchInput[], outOfOrderness: number) {
    this.#context = context;
    this.#outOfOrderness = outOfOrderness;
    const lanes = new Map<BatchInput['records'], BatchLane>();
    for (const input of inputs) if (!lanes.has(input.records)) lanes.set(input.records, new BatchLane(input));
    this.#lanes = [...lanes.values()];
    this.#byInput = inputs.map(({ records }) => lanes.get(records) as BatchLane);
    this.#moments = this.#lanes.map(({ moments }) => moments);
    this.#endsBatch = inputs.map(({ endsBatch = false }) => endsBatch);
  }

  /**
   * Begins the batch that begins at `from`. It ends at most at `most`: after the record that moves the watermark past
   * anything that is due, or that changes keys once it has passed.
   *
   * @param latest the latest event time before it, in epoch milliseconds
   * @returns its end
   */
  take(
    records: readonly unknown[],
    positions: readonly RecordPosition[],
    from: number,
    most: number,
    latest: number,
  ): number {
    this.#records = records;
    this.#positions = positions;
    this.#from = from;
    for (const lane of this.#lanes) lane.count = lane.next = 0;
    const to = this.#end(Math.min(most, from + this.#most), latest);
    this.#to = to;
    if (this.#isAlone) return to;
    if (this.isMixed) {
      for (let n = from; n < to; n++) this.#laneOf(n).add(records[n]);
      for (const lane of this.#lanes) lane.useOwn();
    } else {
      this.#laneOf(from).use(records, from);
    }
    for (const lane of this.#lanes) lane.keep();
    return to;
  }

  #end(most: number, latest: number): number {
    const records = this.#records;
    const positions = this.#positions;
    const from = this.#from;
    const outOfOrderness = this.#outOfOrderness;
    const due = earliest(this.#context.operators) + outOfOrderness;
    const hasOne = this.#lanes.length === 1;
    let { version, watermark } = this.#context;
    let newest = latest;
    let lane = this.#laneOf(from);
    let i = 0;
    let n = from;
    try {
      while (n < most) {
        lane = this.#laneOf(n);
        i = lane.count;
        const { input } = positions[n] as RecordPosition;
        if (this.#endsBatch[input ?? 0] === true) most = n + 1;
        const { time, key } = lane.stream;
        const { times, versions, watermarks, keys } = lane.moments;
        for (; n < most && (hasOne || (positions[n] as RecordPosition).input === input); n++, i++) {
          const record = records[n];
          const at = time(record);
          version = Math.max(version + 1, at * 1000);
          times[i] = at;
          versions[i] = version;
          watermarks[i] = watermark;
          keys[i] = key(record);
          if (at <= newest) continue;
          newest = at;
          watermark = at - outOfOrderness;
          if (at < due) continue;
          lane.count = i + 1;
          return this.#ends(n + 1, newest);
        }
        lane.count = i;
      }
      return this.#ends(most, newest);
    } catch {
      lane.count = i;
      // If it is the first, it is processed alone, which reports what is wrong with it.
      return this.#ends(Math.max(n, from + 1), newest);
    }
  }

  #ends(end: number, newest: number): number {
    this.#newest = newest;
    return end;
  }

  #laneOf(n: number): BatchLane {
    return this.#byInput[(this.#positions[n] as RecordPosition).input ?? 0] as BatchLane;
  }

  /** Whether the batch is a single record, which is processed alone: that costs less. */
  get #isAlone(): boolean {
    return this.#to === this.#from + 1;
  }

  /** Whether the batch may have records of several inputs. */
  get hasSeveral(): boolean {
    return this.#lanes.length < this.#byInput.length || this.isMixed;
  }

  /** Whether the batch has records that go different ways. */
  get isMixed(): boolean {
    return this.#laneOf(this.#from).count < this.#to - this.#from;
  }

  /**
   * Processes the batch. The context is then at its last record.
   *
   * @returns the latest event time so far; undefined if nothing was processed, because it must be done one by one
   */
  process(): number | undefined {
    if (this.#isAlone || this.#isImpure) return undefined;
    const context = this.#context;
    const { rows } = context;
    const { length, leaving } = rows;
    const before = { length, leaving: leaving.length };
    const { received } = context;
    context.beginBatch(this.#moments);
    this.#run();
    this.#isImpure = !this.#lanes.every((lane) => lane.areKept());
    if (this.#isImpure) context.breakBatch();
    const { moments, count } = this.#laneOf(this.#to - 1);
    if (context.failure === undefined && earliest(context.operators) > (moments.watermarks[count - 1] as number)) {
      this.#most = Math.min(BATCH_SIZE, this.#most * 2);
      context.endBatch(moments, count - 1);
      if (context.sends) for (let n = this.#from; n < this.#to; n++) this.#noteReceived(n);
      return this.#newest;
    }
    this.#most = Math.max(SMALLEST, this.#most >> 1);
    context.undo();
    context.endBatch();
    rows.rollbackTo(before);
    context.received = received;
    return undefined;
  }

  /** The records of the batch, as they were. */
  restored(): readonly unknown[] {
    if (this.#isAlone) return [this.#records[this.#from]];
    for (const lane of this.#lanes) lane.next = 0;
    return Array.from({ length: this.#to - this.#from }, (_, n) => {
      const lane = this.#laneOf(this.#from + n);
      return lane.restored(lane.next++);
    });
  }

  #noteReceived(n: number): void {
    const { ingested } = this.#positions[n] as RecordPosition;
    if (ingested > this.#context.received) this.#context.received = ingested;
  }

  /** The last position of each input in the batch. */
  lastPositions(): readonly RecordPosition[] {
    const last = new Map<number, RecordPosition>();
    for (let n = this.#from; n < this.#to; n++) {
      const position = this.#positions[n] as RecordPosition;
      last.set(position.input ?? 0, position);
    }
    return [...last.values()];
  }

  #run(): void {
    const context = this.#context;
    context.rows.begin();
    let hasOthers = false;
    for (const lane of this.#lanes) {
      if (lane.count === 0) continue;
      lane.part();
      hasOthers ||= lane.others.length > 0;
      const { moments, quiet } = lane;
      context.moveTo(moments, 0);
      if (lane.keepsStreamKey) context.states.announce(moments.keys, lane.count);
      for (const operator of quiet) {
        lane.passTo(operator);
        if (context.failure !== undefined) return;
      }
    }
    if (!hasOthers) return;
    for (const lane of this.#lanes) if (lane.count > 0) lane.readAhead();
    this.#runOneByOne();
  }

  /** Passes the records to those that are not quiet. */
  #runOneByOne(): void {
    const context = this.#context;
    const records = this.#records;
    for (const lane of this.#lanes) lane.next = 0;
    for (let n = this.#from; n < this.#to; n++) {
      const lane = this.#laneOf(n);
      const { others } = lane;
      context.moveTo(lane.moments, lane.next++);
      if (context.sends) this.#noteReceived(n);
      if (others.length === 0) continue;
      context.rows.begin();
      context.current = records[n];
      for (const receiver of others) receiver(records[n]);
      if (context.failure !== undefined) return;
    }
    context.current = undefined;
    for (const each of context.deferred) each.pass();
  }
}

function earliest(operators: readonly OperatorRuntime[]): number {
  let due = Number.POSITIVE_INFINITY;
  for (const operator of operators) due = Math.min(due, operator.due);
  return due;
}
