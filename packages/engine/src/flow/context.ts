import { type Key, type Pipeline, StockafolioError } from '@stockafolio/core';
import {
  enter,
  type FlowOrigin,
  foreignFlow,
  isMapOutput,
  leave,
  onlyIntoTables,
  type OperatorNode,
  type Plan,
  type RunningEngine,
} from '@stockafolio/core/plan';
import type { StateStore } from '@stockafolio/core/ports';
import { isFatal } from './fatal.js';
import { asThrown } from './defect.js';
import { Afterwards } from './afterwards.js';
import { FanOut, inOrder, type Receiver } from './fan-out.js';
import type { FinalMoment, Refused } from './figures.js';
import { Moments } from './moments.js';
import type { OperatorRuntime } from './operator-runtime.js';
import { ownPartsOf } from './own-parts.js';
import { RemovedRow } from './row.js';
import { StepRows } from './step-rows.js';

/** A subscription inside the pipeline that can be made again after a user's function threw in it. */
export interface Connection {
  connect(): void;
}

/** A record that was rejected, as a whole or for one operator. */
export interface Rejected {
  /** The operator that rejected it; empty if the record was rejected as a whole. */
  readonly operator: string;
  readonly error: StockafolioError;
}

/**
 * The environment of the operators of one pipeline on one source partition: the current record's position and version,
 * the watermark, and the rows to write. Set by the engine; never seen by user code.
 */
export class PipelineContext implements RunningEngine {
  readonly states: StateStore;
  readonly operators: OperatorRuntime[] = [];
  readonly connections: Connection[] = [];
  readonly #fanOuts: ReadonlyMap<FlowOrigin, FanOut<unknown>>;
  readonly #plan: Pick<Plan, 'finals' | 'expiring' | 'givesEarlier'>;
  /** Rows that wait for the next commit. */
  readonly rows = new StepRows();
  rejected: Rejected[] = [];
  broken: Connection[] = [];
  /** A batch of one: the last record that was processed, or the one that is processed alone. */
  readonly #alone = new Moments(1);
  #moments = this.#alone;
  /** When the newest message up to the current one was received, epoch milliseconds: it never goes back. */
  received = Number.NEGATIVE_INFINITY;
  /** Whether a record, a flush or a commit is being processed, so that operators may emit. */
  active = false;
  /**
   * Whether a batch of records is being processed. It is rolled back, and processed one by one, if it cannot be a
   * batch.
   */
  inBatch = false;
  /** The record of a stream that passes through functions, in a batch; undefined if none does. */
  current: unknown;
  /** Those that have deferred records of the batch. */
  readonly deferred: { pass(): void }[] = [];
  /** What remains to be done for the current record. */
  readonly afterwards = new Afterwards();
  /** Whether the current row is one partition's part of a figure. */
  partial = false;
  /** Whether no record is being processed: time advances, windows are flushed, or figures are collected. */
  betweenRecords = false;
  /** The version of the window that is being emitted, in microseconds; undefined for all else. */
  stamp: number | undefined;
  /** Figures that could not be emitted since the engine last asked, and why. */
  refused: Refused[] = [];
  failure: unknown;
  fatal: StockafolioError | undefined;
  /** Whether a figure is being emitted between records; the figures that result from it are undone with it. */
  #emitting = false;
  /** The operator whose figure is being emitted; undefined if it is final, or nothing is. */
  changing: string | undefined;
  /** Whether a figure is only sent to learn which rows it makes: see {@link rowsOf}. */
  isAsking = false;
  /** Whether values of open windows have been emitted in this step. */
  hasEmittedEarly = false;
  /** Whether an earlier run may have emitted values that are not final, at any record from here on. */
  repeatsEarly = false;
  readonly pipeline: string;
  readonly partition: number;
  /** By operator, how many parts the own key of its streams has, as far as that is known without a record. */
  readonly ownParts: ReadonlyMap<OperatorNode, number>;
  /** Milliseconds since some moment, if there is a clock. */
  elapsed: (() => number) | undefined;

  /** Whether records can leave for topics. */
  readonly sends: boolean;

  constructor(pipeline: Pick<Pipeline, 'name' | 'streams'>, partition: number, plan: Plan, states: StateStore) {
    this.states = states;
    this.pipeline = pipeline.name;
    this.ownParts = ownPartsOf(plan, pipeline.streams);
    this.partition = partition;
    this.sends = plan.repartitions.length + plan.topics.length > 0;
    this.#plan = plan;
    const outputs = plan.operators.flatMap(({ outputs = [] }) => outputs.filter((each) => !isMapOutput(each)));
    const ends = [...plan.finals.values(), ...plan.expiring.values()];
    const origins = [...plan.inputs, ...plan.operators, ...outputs, ...ends];
    this.#fanOuts = new Map(origins.map((origin) => [origin, new FanOut()]));
  }

  /** The batch that the current record is in, at index {@link index}. */
  get moments(): Moments {
    return this.#moments;
  }

  /** The index of the current record in its batch. */
  get index(): number {
    return this.states.position.batchIndex;
  }

  set index(index: number) {
    this.states.position.batchIndex = index;
  }

  /** Counts the records of this run, a batch as one; never saved. */
  get record(): number {
    return this.#moments.record;
  }

  /** The number under which changes can be rolled back now; undefined between records, where they cannot. */
  get undoable(): number | undefined {
    return this.betweenRecords && !this.#emitting ? undefined : this.record;
  }

  /** Version of the current record, in microseconds. */
  get version(): number {
    return this.#moments.versions[this.index] as number;
  }

  set version(version: number) {
    this.#moments.versions[this.index] = version;
  }

  /** Event time of the current record, in epoch milliseconds. */
  get time(): number {
    return this.#moments.times[this.index] as number;
  }

  set time(time: number) {
    this.#moments.times[this.index] = time;
  }

  /** Event time below which no record is expected, in epoch milliseconds. */
  get watermark(): number {
    return this.#moments.watermarks[this.index] as number;
  }

  set watermark(watermark: number) {
    this.#moments.watermarks[this.index] = watermark;
  }

  /** The stream's own key of the current record. */
  get key(): Key {
    return this.#moments.keys[this.index] as Key;
  }

  set key(key: Key) {
    this.#moments.keys[this.index] = key;
  }

  /** Begins a record that is processed alone, or a figure that is emitted between records. */
  beginRecord(): void {
    this.#moments.record++;
  }

  /** Begins a batch of records, of which each of the streams has some. They become current by {@link moveTo}. */
  beginBatch(streams: readonly Moments[]): void {
    const record = this.record + 1;
    for (const moments of streams) moments.record = record;
    this.moveTo(streams[0] as Moments, 0);
    this.deferred.length = 0;
    this.inBatch = true;
    this.active = true;
  }

  /** Makes the record at this index of a batch the current one. */
  moveTo(batch: Moments, index: number): void {
    this.#moments = batch;
    this.index = index;
  }

  /** Ends the batch. The record at this index remains the current one; the one before the batch if none is given. */
  endBatch(batch?: Moments, index = 0): void {
    const { record } = this;
    if (batch !== undefined) this.#alone.copy(0, batch, index);
    this.#alone.record = record;
    this.moveTo(this.#alone, 0);
    this.current = undefined;
    this.inBatch = false;
    this.active = false;
  }

  /**
   * Where this engine sends the output of the stream or an operator. @throws ERR_PIPELINE_INVALID if it is of another
   * plan
   */
  fanOut<T>(origin: FlowOrigin): FanOut<T> {
    const fanOut = this.#fanOuts.get(origin);
    if (fanOut !== undefined) return fanOut as unknown as FanOut<T>;
    if (isMapOutput(origin)) throw onlyIntoTables('an observer or a function of RxJS', origin);
    throw foreignFlow(this.pipeline, origin);
  }

  /** Where the final values of a window operator leave it; undefined if nothing uses them. */
  finalsOf(node: OperatorNode): FanOut<unknown> | undefined {
    const origin = this.#plan.finals.get(node);
    return origin === undefined ? undefined : this.fanOut(origin);
  }

  /** Where the figures of a fold leave it when they expire; undefined if nothing uses them. */
  expiringOf(node: OperatorNode): FanOut<unknown> | undefined {
    const origin = this.#plan.expiring.get(node);
    return origin === undefined ? undefined : this.fanOut(origin);
  }

  /** Whether the updates of an operator have the value before. */
  givesEarlier(node: OperatorNode): boolean {
    return this.#plan.givesEarlier.has(node);
  }

  subscribe<T>(origin: FlowOrigin, receiver: Receiver<T>): () => void {
    return this.fanOut<T>(origin).add(receiver);
  }

  /** Subscribes every operator and table, in the order of the plan. */
  connect(): void {
    for (const connection of this.connections) this.#connect(connection);
  }

  /** Notes what went wrong with the current record; the first cause counts. */
  fail(thrown: unknown): void {
    const error = thrown ?? new Error(`${String(thrown)} was thrown`);
    if (isFatal(error)) this.fatal ??= error;
    this.failure ??= error;
  }

  /**
   * Notes that a user's function threw, so that its subscription has ended and must be made again.
   *
   * @param to what the function is before, such as `table 'totals'`
   */
  breakConnection(connection: Connection, to: string, error: unknown): void {
    this.broken.push(connection);
    this.fail(asThrown(`a function before ${to}`, error));
  }

  /** Whether rows may be written now; otherwise the pipeline emits outside its turn. */
  checkActive(what: 'operator' | 'table' | 'topic' | 'repartition', name: string): boolean {
    if (this.active) return true;
    this.fatal ??= new StockafolioError(
      'ERR_ASYNC_EMISSION',
      `pipeline '${this.pipeline}': ${what} '${name}' received a value outside its turn`,
      { hint: 'records pass through synchronously: take delay, promises and timers out of the pipeline' },
    );
    return false;
  }

  /** Rolls back all that the current record or batch has changed in the operators, and clears the failure. */
  undo(): void {
    const { record } = this;
    for (const operator of this.operators) operator.rollback(record);
    this.afterwards.rollback(record);
    this.rejected = [];
    this.#mend();
  }

  /** Does what remains to be done for the current record, or the last one of a batch; unless the run ends. */
  finishRecord(): void {
    for (const step of this.afterwards.take()) if (this.fatal === undefined) step();
  }

  /** Clears the failure, and makes the connections again that it has ended. */
  #mend(): void {
    this.failure = undefined;
    const broken = this.broken;
    this.broken = [];
    for (const connection of broken) this.#connect(connection);
  }

  /** Connects. The order of connections stays the same, however often one of them is made again. */
  #connect(connection: Connection): void {
    const outer = enter(this);
    try {
      inOrder(this.connections.indexOf(connection), () => connection.connect());
    } finally {
      leave(outer);
    }
  }

  /**
   * Emits a figure, with the version of its rows if that is not the record's. While a record is processed, a failure on
   * the way fails the record. Between records only the figure is undone, and recorded in {@link refused}.
   *
   * @returns whether it was emitted
   */
  emit(operator: string, figure: object, send: () => void, stamp?: number): boolean {
    const outer = this.stamp;
    const isAlone = this.betweenRecords && !this.#emitting;
    if (isAlone) this.#beginFigure();
    this.stamp = stamp;
    this.changing = operator;
    send();
    this.changing = undefined;
    this.stamp = outer;
    return isAlone ? this.#endFigure(operator, figure) : this.failure === undefined;
  }

  /**
   * The keys of the rows that a figure would make, which is not emitted: as removals, of version 0. Undefined if a
   * function on its way throws: then it is dead-lettered, and makes no row.
   */
  rowsOf(operator: string, send: () => void): readonly RemovedRow[] | undefined {
    const made: RemovedRow[] = [];
    const { changing } = this;
    this.rows.instead = (table, values) => made.push(new RemovedRow(table, values, 0));
    this.changing = operator;
    this.isAsking = true;
    send();
    this.isAsking = false;
    this.changing = changing;
    this.rows.instead = undefined;
    if (this.failure === undefined) return made;
    if (this.fatal === undefined) this.#mend();
    return undefined;
  }

  /**
   * Emits, between records, a value that is final, as a record of its own: operators that receive it see its time and
   * its key. A failure undoes it alone, and it is recorded in {@link refused}.
   */
  emitFinal(operator: string, figure: object, moment: FinalMoment, send: () => void): void {
    const { time, key, nameOf } = moment;
    const { time: outerTime, key: outerKey, watermark: outerWatermark } = this;
    this.#beginFigure();
    this.time = time;
    this.key = key;
    this.watermark = moment.watermark ?? time;
    send();
    this.time = outerTime;
    this.key = outerKey;
    this.watermark = outerWatermark;
    const { rejected } = this;
    this.rejected = [];
    if (this.#endFigure(operator, figure, nameOf))
      for (const { operator: late, error } of rejected)
        this.refused.push({ operator: late, error, figure, of: nameOf?.() });
  }

  #beginFigure(): void {
    this.beginRecord();
    this.rows.mark();
    this.#emitting = true;
  }

  /** @returns whether it was emitted */
  #endFigure(operator: string, figure: object, nameOf?: () => string): boolean {
    this.#emitting = false;
    if (this.failure === undefined) return true;
    if (this.fatal !== undefined) return false;
    const error = this.failure;
    this.undo();
    this.rows.rollbackToMark();
    this.refused.push({ operator, error, figure, of: nameOf?.() });
    return false;
  }

  /** Abandons the current batch: a record in it does more than change states. */
  breakBatch(): void {
    this.failure ??= brokenBatch;
  }

  /** Rejects the current record for one operator, while the others keep it; once, however many windows it missed. */
  reject(operator: string, error: () => StockafolioError): void {
    if (this.inBatch) {
      this.breakBatch();
      return;
    }
    if (this.rejected.some((other) => other.operator === operator)) return;
    this.rejected.push({ operator, error: error() });
  }
}

const brokenBatch = new StockafolioError('ERR_INTERNAL', 'an abandoned batch of records was not processed one by one');
