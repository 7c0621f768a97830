import { BadRecordError, StockafolioError, isStockafolioError, messageOf } from '../errors/index.js';
import type { Mark, Mutation } from '../ports/index.js';
import { enter, leave } from '../pipeline/ambient.js';
import { PipelineContext, isFatal, type OperatorLayout, type OperatorRuntime } from '../pipeline/context.js';
import type { FanOut } from '../pipeline/fan-out.js';
import type { Plan } from '../pipeline/plan.js';
import { recordCopier, type RecordCopier } from '../schema/record-copier.js';
import type { Interner } from '../state/interner.js';
import { STRETCH } from '../state/stretch.js';
import { cutRow } from './checkpoint-cuts.js';
import { connectPlan } from './connect-plan.js';
import type { EngineOptions } from './engine-options.js';
import type { Place } from './dead-letter.js';
import { partitioningOf, type Partitioning } from './partitioning.js';
import { progressRow } from './progress.js';
import { Rejections } from './rejections.js';
import { markRow } from './source-marks.js';
import { Stretches } from './stretches.js';
import type { VersionFloor } from './version-floors.js';

/** How far an engine has come: what a checkpoint keeps beside the state of the operators. */
export interface EnginePosition {
  /** The next offset to be taken in. */
  readonly offset: number;
  /** The version clock: the version of the last record, in microseconds. */
  readonly version: number;
  /** The latest event time seen, in epoch milliseconds; null before the first record. */
  readonly latest: number | null;
  /** What is known of the message before `offset`; absent in checkpoints of earlier versions, and where nothing is. */
  readonly mark?: Mark;
}

/**
 * One pipeline on one source partition: takes records in their order, and gives the rows to be written.
 *
 * A record goes all the way through before the next, so that between two calls the state is a consistent cut. A record
 * that fails anywhere is taken back everywhere, and set aside.
 */
export class PartitionEngine {
  readonly #context: PipelineContext;
  readonly #records: FanOut<unknown>;
  readonly #options: EngineOptions;
  readonly #rejections: Rejections;
  readonly #stretches: Stretches;
  readonly #copier: RecordCopier;
  #offset = 0;
  #mark: { readonly at: number; readonly mark: Mark } | undefined;
  #latest = Number.NEGATIVE_INFINITY;
  /** When the source took in the last message, epoch milliseconds. */
  #ingested = 0;
  #floors: readonly VersionFloor[] = [];
  /** The offset from which on versions have a floor that is not passed yet; infinity where there is none. */
  nextFloor = Number.POSITIVE_INFINITY;

  /** @throws ERR_PIPELINE_INVALID where an operator is of no known kind, or uses another pipeline's */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { pipeline, partition } = options;
    const plan = pipeline.instantiate();
    this.#context = new PipelineContext(pipeline.name, partition, plan);
    this.#records = this.#context.fanOut(plan.input);
    this.#rejections = new Rejections(this.#context, options);
    connectPlan(this.#context, plan);
    this.#copier = recordCopier(pipeline.stream.schema.names, pipeline.reads, STRETCH);
    this.#stretches = new Stretches(this.#context, pipeline.stream, this.#records, this.#copier);
    this.#check();
  }

  get partition(): number {
    return this.#options.partition;
  }

  /** Records dead-lettered so far in this run, in whole or for one operator. */
  get setAside(): number {
    return this.#rejections.count;
  }

  /** How the source is divided, where that is known and matters. */
  get partitioning(): Partitioning | undefined {
    const { pipeline, partitions } = this.#options;
    return partitioningOf(pipeline.stream, partitions);
  }

  get plan(): Plan {
    return this.#options.pipeline.plan;
  }

  get operators(): readonly OperatorRuntime[] {
    return this.#context.operators;
  }

  get interner(): Interner {
    return this.#context.interner;
  }

  get position(): EnginePosition {
    const latest = this.#latest === Number.NEGATIVE_INFINITY ? null : this.#latest;
    const position = { offset: this.#offset, version: this.#context.version, latest };
    const mark = this.#markHere();
    return mark === undefined ? position : { ...position, mark };
  }

  /** Notes what is known of the message before the position at which the engine stands. */
  setMark(mark: Mark | undefined): void {
    this.#mark = mark === undefined ? undefined : { at: this.#offset, mark };
  }

  #markHere(): Mark | undefined {
    return this.#mark?.at === this.#offset ? this.#mark.mark : undefined;
  }

  /** Rows that wait: what {@link drain} would give. */
  get waiting(): number {
    return this.#context.rows.length;
  }

  /**
   * Goes on from a checkpoint, once the state of the operators is loaded.
   *
   * @param layouts of the operators whose state was loaded, as the checkpoint has them, by name
   */
  resume(position: EnginePosition, layouts?: ReadonlyMap<string, OperatorLayout>): void {
    this.#offset = position.offset;
    this.setMark(position.mark);
    this.#context.version = position.version;
    this.#latest = position.latest ?? Number.NEGATIVE_INFINITY;
    this.#context.watermark = this.#latest - this.#options.pipeline.stream.outOfOrderness;
    for (const operator of this.#context.operators) operator.restored(layouts?.get(operator.layout.name));
  }

  /** Sets the floors of the versions, in the order of their offsets; those that were passed already count from now on. */
  setFloors(floors: readonly VersionFloor[]): void {
    this.#floors = floors;
    this.passFloors(this.#offset);
  }

  /** Lets versions go on above every floor up to this offset, that of the next record. */
  passFloors(offset: number): void {
    this.nextFloor = Number.POSITIVE_INFINITY;
    for (const floor of this.#floors) {
      if (floor.offset <= offset) this.#context.version = Math.max(this.#context.version, floor.version);
      else this.nextFloor = Math.min(this.nextFloor, floor.offset);
    }
  }

  /** Takes a record through the pipeline. */
  push(record: unknown, place: Place): void {
    const outer = enter(this.#context);
    try {
      this.#push(record, place);
    } finally {
      leave(outer);
    }
  }

  #push(record: unknown, place: Place): void {
    const context = this.#context;
    const { stream } = this.#options.pipeline;
    const asCame = this.#copier.copy(record);
    let time: number;
    try {
      time = stream.time(record);
      context.key = stream.key(record);
    } catch (error) {
      if (isFatal(error)) throw error;
      this.reject(asBadRecord(error), this.#rejections.encoded(asCame, place), place);
      return;
    }
    context.rows.begin();
    context.record++;
    context.time = time;
    context.version = Math.max(context.version + 1, time * 1000);
    context.active = true;
    this.#records.next(record);
    if (context.failure !== undefined) this.#takeBack(asCame, place);
    else if (context.setAside.length > 0) this.#rejections.parts(asCame, place);
    const latest = context.failure === undefined ? time : this.#latest;
    context.failure = undefined;
    this.#settle(latest, place);
  }

  /**
   * Takes records through the pipeline, as {@link push} does one by one: a stretch of them through one operator after the
   * other where that makes no difference, for so each operator's code and state stay at hand.
   *
   * @param places by record
   * @param count only the first so many of them; defaults to all
   */
  pushAll(records: readonly unknown[], places: readonly Place[], count = records.length): void {
    const outer = enter(this.#context);
    try {
      this.#pushAll(records, places, count);
    } finally {
      leave(outer);
    }
  }

  #pushAll(records: readonly unknown[], places: readonly Place[], count: number): void {
    const copier = this.#copier;
    let from = 0;
    while (from < count) {
      const to = this.#stretches.end(records, from, count, this.#latest);
      for (let n = from; n < to; n++) copier.keep(n - from, records[n]);
      const latest = this.#stretches.take(records, from, to);
      if (latest === undefined) {
        for (let n = from; n < to; n++) this.#push(copier.restored(n - from), places[n] as Place);
      } else {
        this.#settle(latest, places[to - 1] as Place);
      }
      from = to;
    }
  }

  /** Dead-letters a message that is no record. It takes a version, as any other message does. */
  reject(error: StockafolioError, message: Uint8Array, place: Place): void {
    this.#context.version++;
    this.#rejections.message(error, message, place);
    this.#goOnFrom(place);
  }

  /** Notes that nothing is left below this offset: offsets may have gaps. */
  passOver(offset: number): void {
    this.#offset = Math.max(this.#offset, offset);
  }

  /**
   * Emits what is open in every window, as when no more records come for a while.
   *
   * @param isIdle whether more records are expected: a figure that cannot be given out is then not dead-lettered yet, for
   * its window is still to be closed
   */
  flush(isIdle = false): void {
    this.#run(() => {
      for (const operator of this.#context.operators) operator.flush();
      if (isIdle) this.#context.refused = [];
    });
  }

  /** The rows that need not wait for the final values: one or more for each record. */
  drain(): readonly Mutation[] {
    return this.#context.rows.take();
  }

  /** All rows that bring the tables to the cut at which the engine stands. */
  commit(): readonly Mutation[] {
    return this.#collect(() => true);
  }

  /**
   * The rows of {@link commit} in parts, each of at most so many keys of an operator: a batch has millions of them. Nothing
   * may come in between.
   */
  *commitInParts(most: number): Generator<readonly Mutation[]> {
    for (let done = false; !done;) {
      done = true;
      this.#run(() => {
        for (const operator of this.#context.operators) done = operator.collect(most) && done;
      });
      yield this.drain();
    }
  }

  /**
   * The rows of {@link commit} less this partition's parts of shared figures, which change with almost every record. They
   * are still owed: a {@link commit} must come before the next checkpoint, which does not remember them.
   */
  commitOwn(): readonly Mutation[] {
    return this.#collect(({ isShared }) => !isShared);
  }

  /** The row that says how far the tables are exact; to be written when the rows of {@link commit} are. */
  progress(): Mutation {
    const { pipeline, source } = this.#options;
    return progressRow(pipeline.name, this.partition, source, this.position, this.#context.watermark);
  }

  /** The row that says so of all rows; to be written with the progress of a {@link commit}, before its checkpoint. */
  checkpointCut(): Mutation {
    return cutRow(this.#options.pipeline.name, this.partition, this.#offset);
  }

  /** The row that says by what the source is known again, to be written with {@link progress}; none where nothing is known. */
  marks(): readonly Mutation[] {
    return markRow(this.#options.pipeline.name, this.partition, this.position);
  }

  #collect(isAsked: (operator: OperatorRuntime) => boolean): readonly Mutation[] {
    this.#run(() => {
      for (const operator of this.#context.operators) if (isAsked(operator)) operator.collect();
    });
    return this.drain();
  }

  #run(step: () => void): void {
    const context = this.#context;
    context.rows.begin();
    context.active = true;
    context.betweenRecords = true;
    const outer = enter(context);
    try {
      step();
    } finally {
      leave(outer);
    }
    context.active = false;
    context.betweenRecords = false;
    this.#check();
    this.#rejections.figures({ offset: Math.max(0, this.#offset - 1), ingested: this.#ingested });
  }

  /** Ends the run where the pipeline itself is at fault. */
  #check(): void {
    const { fatal, failure } = this.#context;
    if (fatal !== undefined) throw fatal;
    if (failure !== undefined)
      throw new StockafolioError('ERR_INTERNAL', 'a failure was neither undone nor dead-lettered', { cause: failure });
  }

  #advance(time: number): void {
    const context = this.#context;
    this.#latest = time;
    context.watermark = time - this.#options.pipeline.stream.outOfOrderness;
    for (const operator of context.operators) operator.advance(context.watermark);
  }

  /** Ends the taking in of a record, or of a stretch. */
  #settle(latest: number, place: Place): void {
    const context = this.#context;
    context.active = true;
    context.betweenRecords = true;
    if (latest > this.#latest) this.#advance(latest);
    context.active = false;
    context.betweenRecords = false;
    this.#goOnFrom(place);
    this.#check();
    this.#rejections.figures(place);
  }

  #goOnFrom({ partition = this.partition, offset, ingested }: Place): void {
    if (partition === this.partition) this.#offset = offset + 1;
    this.#ingested = ingested;
  }

  #takeBack(record: unknown, place: Place): void {
    const context = this.#context;
    const error = context.failure;
    context.undo();
    context.rows.rollback();
    context.failure = error;
    if (context.fatal !== undefined) throw context.fatal;
    this.#rejections.record(error, record, place);
  }
}

function asBadRecord(error: unknown): StockafolioError {
  return isStockafolioError(error) ? error : new BadRecordError([{ field: '', message: messageOf(error) }]);
}
