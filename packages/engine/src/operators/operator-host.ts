import type { Observable } from 'rxjs';
import { isStockafolioError, type Key, messageOf, StockafolioError, type Table } from '@stockafolio/core';
import {
  type FlowOrigin,
  type KeyTuple,
  layoutOf,
  type OperatorLayout,
  type OperatorNode,
  type OperatorStep,
} from '@stockafolio/core/plan';
import { beginsWith } from '../flow/begins-with.js';
import type { Connection, PipelineContext } from '../flow/context.js';
import { asThrown } from '../flow/defect.js';
import type { BatchReceiver, FanOut } from '../flow/fan-out.js';
import type { FinalMoment } from '../flow/figures.js';
import type { Moments } from '../flow/moments.js';
import type { OperatorRuntime, StateWriter } from '../flow/operator-runtime.js';
import { receive } from '../flow/receive.js';
import type { RemovedRow } from '../flow/row.js';
import type { State } from '@stockafolio/core/ports';
import type { DueBook } from '../timers/due-book.js';
import { changingInput } from './changing-input.js';
import { lateRecord } from './late-record.js';
import { notPartitioned } from './not-partitioned.js';
import { OperatorClock } from './operator-clock.js';
import { OperatorTimers } from './operator-timers.js';
import { receiveRemoved } from './removals.js';
import type { FigureOptions, Moment, Operator, OperatorEnvironment } from '../operator/operator.js';

/**
 * An operator in the engine of one partition: between what the engine does with all operators (records, time, commits,
 * checkpoints, rollback) and what its kind does with records.
 */
export class OperatorHost
  implements OperatorRuntime, StateWriter, BatchReceiver<unknown>, OperatorEnvironment<unknown>
{
  readonly context: PipelineContext;
  readonly node: OperatorNode;
  readonly state: State;
  readonly output: FanOut<unknown>;
  /** How messages from each input reach it; an input whose function threw is connected again on its own. */
  readonly connections: readonly Connection[];
  readonly #operator: Operator<unknown>;
  readonly #timers = new OperatorTimers();
  readonly #clock: OperatorClock;
  /** The time to which it has moved, in epoch milliseconds. */
  #now = Number.NEGATIVE_INFINITY;
  /** Whether it has two inputs. */
  readonly #hasTwo: boolean;
  /** Then its watermark before the current record, in epoch milliseconds. */
  #watermark = Number.NEGATIVE_INFINITY;
  /** How many parts the stream's own key has, in the records that it was given; 0 if that is no list. */
  #ownParts: number | undefined;
  readonly finals: FanOut<unknown> | undefined;
  #layout: OperatorLayout;

  constructor(
    context: PipelineContext,
    { node, input, other }: OperatorStep,
    start: (host: OperatorHost) => Operator<unknown>,
  ) {
    this.context = context;
    this.node = node;
    this.state = context.states.open(node.name, node.state, node.subKeys);
    this.output = context.fanOut(node);
    this.finals = context.finalsOf(node);
    this.#layout = layoutOf(node);
    this.#ownParts = context.ownParts.get(node);
    this.#clock = new OperatorClock(node.finalAfter ?? node.emitsAfter ?? 0, (watermark) => this.advance(watermark));
    this.#operator = start(this);
    this.#hasTwo = other !== undefined;
    const inputs = [this.#connection(input, this.#process, this)];
    if (other !== undefined) inputs.push(this.#connection(other, this.#processOther));
    this.connections = inputs;
  }

  #connection(
    input: Observable<unknown>,
    process: (record: unknown) => void,
    batches?: BatchReceiver<unknown>,
  ): Connection {
    const { context } = this;
    const failed = (error: unknown): void => context.breakConnection(connection, this.#called, error);
    const connection: Connection = { connect: () => receive(context, input, process, failed, batches) };
    return connection;
  }

  // What the engine uses.

  get layout(): OperatorLayout {
    return this.#layout;
  }

  /** How messages call it. */
  get #called(): string {
    return `operator '${this.node.name}'`;
  }

  get subKeys(): readonly string[] {
    return Object.keys(this.node.subKeys ?? {});
  }

  get isShared(): boolean {
    return this.node.isShared;
  }

  get due(): number {
    return this.#timers.next + this.#clock.delay;
  }

  get isTimed(): boolean {
    return !this.#clock.isMoved;
  }

  /**
   * Makes this operator one that gets, at the input with this index, the final values or later records of another one, or
   * what is made of them.
   */
  follow(timer: OperatorHost, input: number): void {
    this.#clock.follow(timer.#clock, input);
  }

  get isQuiet(): boolean {
    // A batch ends at a record that changes keys.
    return (!this.#hasTwo || this.node.changesKeys === true) && this.#operator.batches?.isQuiet === true;
  }

  get keepsStreamKey(): boolean {
    const { batches, readAhead } = this.#operator;
    return batches === undefined ? readAhead !== undefined : batches.keepsStreamKey;
  }

  attach(table: Table, map?: string): void {
    this.#operator.attach?.(table, map);
  }

  readonly #process = (record: unknown): void => this.#receive(record, 0);

  readonly #processOther = (record: unknown): void => this.#receive(record, 1);

  #receive(record: unknown, input: 0 | 1): void {
    const { context } = this;
    if (context.failure !== undefined || !(context.active || context.checkActive('operator', this.node.name))) return;
    if (input === 0 || this.node.otherIsBroadcast !== true) this.#noteOwn(context.key);
    if (this.#hasTwo) this.#watermark = Math.max(this.#now, context.watermark - this.#clock.behind(input));
    try {
      if (context.changing !== undefined) throw changingInput(this.node.name, context.changing);
      if (context.rows.isRemoving) receiveRemoved(this.node.name, this.#operator, context.rows, record, input);
      else if (input === 0) this.#operator.process(record);
      else this.#operator.processOther?.(record);
    } catch (error) {
      context.fail(asThrown(this.#called, error));
    }
  }

  processBatch(records: readonly unknown[], moments: Moments, from: number, to: number): void {
    const { context } = this;
    if (context.failure !== undefined) return;
    this.#noteOwn(moments.keys[0] ?? '');
    try {
      this.#operator.batches?.processBatch(records, moments, from, to);
    } catch (error) {
      context.fail(error);
    }
  }

  readAhead(records: readonly unknown[], moments: Moments, from: number, to: number): void {
    this.#operator.readAhead?.(records, moments, from, to);
  }

  advance(watermark: number): void {
    const { context } = this;
    const outer = context.watermark;
    context.watermark = watermark;
    this.#now = watermark;
    try {
      this.#operator.advance?.(watermark);
    } catch (error) {
      this.#failBetween('advance', error);
    }
    context.watermark = outer;
    this.advanceTimed(watermark - this.#clock.lag);
  }

  /** Moves the time of the operators that get its final values or later records. */
  advanceTimed(watermark: number): void {
    this.#clock.advanceFollowers(watermark);
  }

  flush(): void {
    try {
      this.#operator.flush?.();
    } catch (error) {
      this.#failBetween('flush', error);
    }
  }

  collect(most?: number): boolean {
    // What it has changed stays listed, a slot once, which costs less than to go through all of them at each commit.
    if (this.#operator.collect === undefined) return true;
    try {
      return this.#operator.collect(most);
    } catch (error) {
      this.#failBetween('collect', error);
      return true;
    }
  }

  /**
   * Between records there is no record to dead-letter, and nothing is rolled back: the run ends. Errors of these packages
   * say themselves what they are.
   */
  #failBetween(step: string, error: unknown): void {
    if (isStockafolioError(error)) throw error;
    const { name, kind } = this.node;
    const message = `operator '${name}' (${kind}) threw in ${step}(): ${messageOf(error)}`;
    const hint = 'an operator may throw in process() only: there the record is dead-lettered';
    this.context.fail(new StockafolioError('ERR_PIPELINE_INVALID', message, { cause: error, hint }));
  }

  rollback(record: number): void {
    this.#timers.rollback(record);
    this.#operator.rollback?.(record);
    this.state.rollback(record);
  }

  restored(saved: OperatorLayout | undefined): void {
    const { context } = this;
    const { delay } = this.#clock;
    this.#clock.restored(context.watermark);
    context.watermark -= delay;
    this.#now = context.watermark;
    this.#operator.restored?.(saved);
    context.watermark += delay;
  }

  // What its kind uses.

  get partition(): number {
    return this.context.partition;
  }

  get fields(): object {
    return this.state.cursor;
  }

  get moment(): Moment {
    return this.context;
  }

  /**
   * The watermark of an operator with two inputs, before the current record: that of the input that is further behind. In
   * epoch milliseconds.
   */
  get watermark(): number {
    return this.#watermark;
  }

  get isObserved(): boolean {
    return this.output.observed;
  }

  readonly timers = (): DueBook => this.#timers.open(false);

  /** Timers of what no record and no other operator sees: see {@link OperatorTimers.open}. */
  unseenTimers(): DueBook {
    return this.#timers.open(true);
  }

  readonly select = (key: KeyTuple): number => {
    const { context } = this;
    const { needsStreamKey, streamKeyAt = 0 } = this.node;
    if (needsStreamKey === true) this.checkPartition(streamKeyAt === 0 ? key : key.slice(streamKeyAt));
    return this.state.upsert(key, context.record, context.version);
  };

  readonly remove = (slot: number): void => {
    const { undoable } = this.context;
    this.#timers.remove(slot, undoable);
    this.state.remove(slot, undoable);
  };

  /** @throws ERR_KEY_NOT_PARTITIONED if a key does not begin with the stream's own */
  checkPartition(key: KeyTuple, own = this.context.key): void {
    if (!beginsWith(key, own)) throw notPartitioned(this.node.name, key, own);
  }

  /**
   * The stream's own key with which a key of this operator begins: of what it emits between records. Streams of one
   * pipeline have keys of different lengths, so the record that moves the time does not tell.
   */
  ownKey(key: KeyTuple): Key {
    if (this.#ownParts === undefined && this.node.otherIsBroadcast !== true) this.#noteOwn(this.context.key);
    return (this.#ownParts ?? 0) === 0 ? (key[0] ?? '') : key.slice(0, this.#ownParts);
  }

  #noteOwn(own: Key): void {
    this.#ownParts = typeof own === 'object' ? own.length : 0;
  }

  readonly emit = (value: unknown): void => this.#emit(this.output, value);

  /** What emits to one of several outputs. */
  emitterOf(output: FlowOrigin): (value: unknown) => void {
    const fanOut = this.context.fanOut(output);
    return (value) => this.#emit(fanOut, value);
  }

  /** Emits a value of two inputs, with an event time of its own and this operator's time. */
  emitAt(value: unknown, time: number): void {
    const { context } = this;
    const { time: outerTime, watermark: outerWatermark } = context;
    context.time = time;
    context.watermark = this.#watermark - this.#clock.lag;
    this.emit(value);
    context.time = outerTime;
    context.watermark = outerWatermark;
  }

  /** Does something when the current record has passed through all operators; not if it fails. */
  afterwards(step: () => void): void {
    this.context.afterwards.add(this.context.record, step);
  }

  /** Emits, when time has moved on, a record of its own, with its time and key; these come in the order of their times. */
  emitLater(value: object, moment: FinalMoment): void {
    this.advanceTimed(moment.time);
    this.context.emitFinal(this.node.name, value, moment, () => this.output.next(value));
  }

  /** Emits the values of a batch. */
  emitBatch(values: readonly unknown[], moments: Moments): void {
    this.#emit({ next: () => this.output.nextBatch(values, moments) }, values);
  }

  #emit(to: Pick<FanOut<unknown>, 'next'>, value: unknown): void {
    const { context } = this;
    const { partial, stamp } = context;
    context.partial = partial || this.node.isShared;
    // If the figures of a window are folded, its version is for its own rows, not for rows that are made from them
    // here.
    context.stamp = undefined;
    to.next(value);
    context.stamp = stamp;
    context.partial = partial;
  }

  readonly emitFigure = (
    figure: object,
    { version, isPartial = this.node.isShared, isRemoved = false }: FigureOptions = {},
  ): boolean => {
    const { context } = this;
    const { partial, rows } = context;
    context.partial = partial || isPartial;
    rows.isRemoving = isRemoved;
    const isEmitted = context.emit(this.node.name, figure, () => this.output.next(figure), version);
    rows.isRemoving = false;
    context.partial = partial;
    return isEmitted;
  };

  /** The keys of the rows that a figure would make: see `PipelineContext.rowsOf`. */
  rowsOf(figure: object, isPartial = this.node.isShared): readonly RemovedRow[] | undefined {
    if (!this.isObserved) return [];
    const { context } = this;
    const { partial } = context;
    context.partial = partial || isPartial;
    const rows = context.rowsOf(this.node.name, () => this.output.next(figure));
    context.partial = partial;
    return rows;
  }

  /** Emits a figure that will be emitted again: if it fails, nothing is dead-lettered yet. */
  emitEarly(figure: object, options: FigureOptions): boolean {
    const { refused } = this.context;
    const { length } = refused;
    const isEmitted = this.emitFigure(figure, options);
    refused.length = length;
    return isEmitted;
  }

  /** Emits a final value with its own time and key. @param isPartial whether other partitions have parts of it */
  emitFinal(figure: object, moment: FinalMoment, isPartial: boolean): void {
    const { context, finals } = this;
    if (finals === undefined) return;
    const { partial } = context;
    context.partial = partial || isPartial;
    context.emitFinal(this.node.name, figure, moment, () => finals.next(figure));
    context.partial = partial;
  }

  readonly late = (until: number, watermark = this.context.watermark): void => {
    const { name } = this.node;
    this.context.reject(name, () => lateRecord(name, until, watermark));
  };

  readonly note = (setting: string, value: string | number): void => {
    this.#layout = { ...this.#layout, settings: { ...this.#layout.settings, [setting]: value } };
  };
}
