import { StockafolioError } from '@stockafolio/core';
import { enter, leave, type OperatorLayout, type Plan } from '@stockafolio/core/plan';
import type { Mutation, StateStore } from '@stockafolio/core/ports';
import { thrownByStream } from '../intake/intake.js';
import { PipelineContext } from '../flow/context.js';
import { isFatal } from '../flow/fatal.js';
import type { OperatorRuntime } from '../flow/operator-runtime.js';
import { MemoryStates } from '../state/memory-states.js';
import type { Lull } from '../merge/merge.js';
import { lullRow } from '../tables/lulls.js';
import { cutRow } from '../tables/checkpoint-cuts.js';
import { connectPlan } from './connect-plan.js';
import { Departures } from './departures.js';
import { EngineInputs, markRows } from './engine-input.js';
import type { EngineOptions } from './engine-options.js';
import type { EnginePosition } from './engine-position.js';
import type { RecordPosition } from '../tables/dead-letter.js';
import type { Rejection } from '../tables/dead-letter-watch.js';
import { partitioningOf, type Partitioning } from '../tables/partitioning.js';
import { earlyRowsUpTo } from '../tables/early-rows.js';
import { progressRow } from '../tables/progress.js';
import { badRecord, Rejections } from './rejections.js';
import type { VersionFloor } from '../tables/version-floors.js';

/**
 * One pipeline on one source partition: processes records in order and produces the rows to write.
 *
 * A record passes through all operators before the next one, so the state between two calls is a consistent cut. If a
 * record fails anywhere, it is rolled back everywhere and dead-lettered.
 */
export class PartitionEngine {
  readonly #context: PipelineContext;
  /** Where the records of its streams enter, and how far each was processed. */
  readonly inputs: EngineInputs;
  readonly #options: EngineOptions;
  readonly #rejections: Rejections;
  readonly #notes: Mutation[] = [];
  /** The records that leave for topics. */
  readonly departures: Departures;
  #latest = Number.NEGATIVE_INFINITY;
  /** When the source received the last message, epoch milliseconds. */
  #ingested = 0;
  #floors: readonly VersionFloor[] = [];
  /** By stream, the offset up to which an earlier run emitted open windows. */
  #early: readonly number[] = [];
  /** The next offset with a version floor that has not been reached; infinity if there is none. */
  nextFloor = Number.POSITIVE_INFINITY;

  /** @throws ERR_PIPELINE_INVALID if an operator is of an unknown kind, or uses one of another pipeline */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { pipeline, partition, clock } = options;
    const plan = pipeline.instantiate();
    this.#context = new PipelineContext(pipeline, partition, plan, options.states ?? new MemoryStates());
    if (clock !== undefined) this.#context.elapsed = () => clock.elapsed();
    this.#rejections = new Rejections(this.#context, options);
    connectPlan(this.#context, plan);
    this.inputs = new EngineInputs(this.#context, pipeline, plan);
    this.departures = new Departures(this.#context, plan, options);
    this.#check();
  }

  get partition(): number {
    return this.#options.partition;
  }

  /** Records dead-lettered so far in this run, as a whole or for one operator. */
  get setAside(): number {
    return this.#rejections.count;
  }

  /** Messages rejected as a whole so far in this run: no late records, which other operators count, and no figures. */
  get rejected(): number {
    return this.#rejections.whole;
  }

  /** The last of them. */
  get lastRejection(): Rejection | undefined {
    return this.#rejections.last;
  }

  /** How the source is partitioned, if that is known and matters. */
  get partitioning(): Partitioning | undefined {
    const { pipeline, partitions } = this.#options;
    const keyed = pipeline.streams.find(({ partitioner }) => partitioner !== undefined);
    return partitioningOf(keyed ?? pipeline.stream, partitions);
  }

  get plan(): Plan {
    return this.#options.pipeline.plan;
  }

  get operators(): readonly OperatorRuntime[] {
    return this.#context.operators;
  }

  get states(): StateStore {
    return this.#context.states;
  }

  get position(): EnginePosition {
    const latest = this.#latest === Number.NEGATIVE_INFINITY ? null : this.#latest;
    const { offset } = this.inputs;
    return { offset, version: this.#context.version, latest, ...this.departures.position, ...this.inputs.position };
  }

  /** Notes where records of some streams went on without those of a silent one. */
  noteLulls(lulls: readonly Lull[]): void {
    const { pipeline, partition } = this.#options;
    for (const lull of lulls) this.#notes.push(lullRow(pipeline, partition, lull));
  }

  /** Whether {@link takeNotes} would return any. */
  get hasNotes(): boolean {
    return this.#notes.length > 0;
  }

  /** The rows that must be in the tables before any other row: without them, messages read again have another order. */
  takeNotes(): readonly Mutation[] {
    return this.#notes.splice(0);
  }

  /** The number of rows that {@link drain} would return. */
  get waiting(): number {
    return this.#context.rows.length;
  }

  /**
   * Continues from a checkpoint, after the state of the operators is loaded.
   * @param layouts of the operators whose state was loaded, as the checkpoint has them, by name
   */
  resume(position: EnginePosition, layouts?: ReadonlyMap<string, OperatorLayout>): void {
    const positions = position.inputs ?? [{ ...position, stream: this.inputs.at(0).stream.name }];
    this.noteLulls(this.inputs.resume(positions, this.#options.pipeline.idleAfter));
    this.departures.resume(position);
    this.#context.version = position.version;
    this.#latest = position.latest ?? Number.NEGATIVE_INFINITY;
    this.#context.watermark = this.#latest - this.inputs.outOfOrderness;
    for (const operator of this.#context.operators) operator.restored(layouts?.get(operator.layout.name));
  }

  /** Sets the version floors, in order of offset; floors that the engine has already passed apply immediately. */
  setFloors(floors: readonly VersionFloor[]): void {
    this.#floors = floors;
    this.passFloors(this.inputs.offset);
  }

  /** Raises the version above every floor up to this offset, which is that of the next record. */
  passFloors(offset: number): void {
    this.nextFloor = Number.POSITIVE_INFINITY;
    for (const floor of this.#floors) {
      if (floor.offset <= offset) this.#context.version = Math.max(this.#context.version, floor.version);
      else this.nextFloor = Math.min(this.nextFloor, floor.offset);
    }
  }

  /**
   * Sets up to which offsets, by stream, an earlier run may have emitted open windows: rows of theirs that later values do
   * not write are removed.
   */
  setEarlyRows(offsets: readonly number[]): void {
    this.#early = offsets;
    this.#passEarly();
  }

  #passEarly(): void {
    this.#context.repeatsEarly = this.inputs.all.some(({ offset }, n) => offset < (this.#early[n] ?? 0));
  }

  /** Processes a record. @param isWithdrawn whether it only moves time, because a later one has withdrawn it */
  push(record: unknown, position: RecordPosition, isWithdrawn = false): void {
    const outer = enter(this.#context);
    try {
      this.#push(record, position, isWithdrawn);
    } finally {
      leave(outer);
    }
  }

  #push(record: unknown, position: RecordPosition, isWithdrawn = false): void {
    const context = this.#context;
    const { stream, copier, records } = this.inputs.at(position.input ?? 0);
    const copy = copier.copy(record);
    let time: number;
    try {
      time = stream.time(record);
      context.key = stream.key(record);
    } catch (error) {
      if (isFatal(error)) throw error;
      this.reject(badRecord(thrownByStream(stream, error)), this.#rejections.encoded(copy, position), position);
      return;
    }
    context.received = Math.max(context.received, position.ingested);
    context.rows.begin();
    context.beginRecord();
    context.time = time;
    context.version = Math.max(context.version + 1, time * 1000);
    context.active = true;
    if (!isWithdrawn) records.next(record);
    if (context.failure !== undefined) this.#rollback(copy, position);
    else if (context.rejected.length > 0) this.#rejections.parts(copy, position);
    const latest = context.failure === undefined ? time : this.#latest;
    context.failure = undefined;
    this.#settle(latest, position);
  }

  /**
   * Processes records as {@link push} does one by one. Where it makes no difference, a batch of them passes through one
   * operator after the other: each operator's code and state then remain in the processor's caches.
   *
   * @param positions by record, of any streams
   * @param count process only this many of them; defaults to all
   */
  pushAll(records: readonly unknown[], positions: readonly RecordPosition[], count = records.length): void {
    const outer = enter(this.#context);
    try {
      this.#pushAll(records, positions, count);
    } finally {
      leave(outer);
    }
  }

  #pushAll(records: readonly unknown[], positions: readonly RecordPosition[], count: number): void {
    const { batches } = this.inputs;
    for (let from = 0; from < count;) {
      const to = batches.take(records, positions, from, count, this.#latest);
      const latest = batches.process();
      if (latest === undefined) {
        for (const [n, record] of batches.restored().entries())
          this.#push(record, positions[from + n] as RecordPosition);
      } else {
        if (batches.hasSeveral) for (const position of batches.lastPositions()) this.#continueAfter(position);
        this.#settle(latest, positions[to - 1] as RecordPosition);
      }
      from = to;
    }
  }

  /** Dead-letters a message that is not a record. It uses up a version, as any other message does. */
  reject(error: StockafolioError, message: Uint8Array, position: RecordPosition, replaces = false): void {
    this.#context.version++;
    this.#rejections.message(error, message, position, replaces);
    this.#continueAfter(position);
  }

  /** Notes an amendment that was made where it belongs. It uses up a version, as a message that is no record. */
  settle(position: RecordPosition): void {
    this.#context.version++;
    this.#rejections.settled(position);
    this.#continueAfter(position);
  }

  /** Notes that no message of a stream remains below this offset: offsets may have gaps. */
  passOver(offset: number, index = 0): void {
    const input = this.inputs.at(index);
    input.offset = Math.max(input.offset, offset);
  }

  /**
   * Emits the contents of every open window, as when no more records arrive for a while.
   * @param isIdle whether more records are expected. Then a figure that cannot be emitted is not yet dead-lettered,
   * because its window is still to be closed
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

  /** All rows that bring the tables to the engine's current cut. */
  commit(): readonly Mutation[] {
    return this.#collect(() => true);
  }

  /**
   * The rows of {@link commit} in parts, each of at most `most` keys of an operator: a batch run has millions of them.
   * Nothing else may be called in between.
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
   * The rows of {@link commit} without this partition's parts of shared figures, which change with almost every record.
   * Those remain unwritten: a {@link commit} must come before the next checkpoint, which does not store which rows are
   * unwritten.
   */
  commitOwn(): readonly Mutation[] {
    return this.#collect(({ isShared }) => !isShared);
  }

  /** The row that states how far the tables are exact; to be written after the rows of {@link commit}. */
  progress(): Mutation {
    const { pipeline, source } = this.#options;
    return progressRow(pipeline.name, this.partition, source, this.position, this.#context.watermark);
  }

  /** The row that states this for all rows; written with the progress of a {@link commit}, before its checkpoint. */
  checkpointCut(): Mutation {
    return cutRow(this.#options.pipeline.name, this.partition, this.inputs.offset);
  }

  /** What identifies the logs of the sources, as far as known, and the progress of each of several streams. */
  marks(): readonly Mutation[] {
    return markRows(this.#options, this.inputs.all, this.#context);
  }

  #collect(isIncluded: (operator: OperatorRuntime) => boolean): readonly Mutation[] {
    this.#run(() => {
      for (const operator of this.#context.operators) if (isIncluded(operator)) operator.collect();
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
    if (context.hasEmittedEarly) this.#noteEarlyRows();
    this.#rejections.figures({ offset: Math.max(0, this.inputs.offset - 1), ingested: this.#ingested });
  }

  #noteEarlyRows(): void {
    const { pipeline, partition } = this.#options;
    const offsets = this.inputs.all.map(({ offset }) => offset);
    this.#notes.push(...earlyRowsUpTo(pipeline, partition, offsets, this.#context.version));
    this.#context.hasEmittedEarly = false;
  }

  /** Ends the run if the pipeline itself is at fault. */
  #check(): void {
    const { fatal, failure } = this.#context;
    if (fatal !== undefined) throw fatal;
    if (failure !== undefined)
      throw new StockafolioError('ERR_INTERNAL', 'a failure was neither undone nor dead-lettered', { cause: failure });
  }

  #advance(time: number): void {
    const context = this.#context;
    this.#latest = time;
    context.watermark = time - this.inputs.outOfOrderness;
    for (const operator of context.operators) if (operator.isTimed) operator.advance(context.watermark);
  }

  /** Completes the processing of a record or a batch. */
  #settle(latest: number, position: RecordPosition): void {
    const context = this.#context;
    context.active = true;
    context.betweenRecords = true;
    if (!context.afterwards.isEmpty) context.finishRecord();
    if (latest > this.#latest) this.#advance(latest);
    context.active = false;
    context.betweenRecords = false;
    // What is emitted because of a record is emitted again when it is repeated.
    context.hasEmittedEarly = false;
    this.#continueAfter(position);
    if (context.repeatsEarly) this.#passEarly();
    this.#check();
    this.#rejections.figures(position);
    context.states.settle();
  }

  #continueAfter({ partition = this.partition, offset, ingested, input = 0 }: RecordPosition): void {
    if (partition === this.partition) this.inputs.at(input).offset = offset + 1;
    this.#ingested = ingested;
    this.#context.received = Math.max(this.#context.received, ingested);
  }

  #rollback(record: unknown, position: RecordPosition): void {
    const context = this.#context;
    const error = context.failure;
    context.undo();
    context.rows.rollback();
    context.failure = error;
    if (context.fatal !== undefined) throw context.fatal;
    this.#rejections.record(error, record, position);
  }
}
