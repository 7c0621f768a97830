import type { Mutable, Table } from '@stockafolio/core';
import type { KeyTuple, OperatorLayout, OperatorNode } from '@stockafolio/core/plan';
import type { State } from '@stockafolio/core/ports';
import type { BatchReceiver } from '../flow/fan-out.js';
import type { Moments } from '../flow/moments.js';

/**
 * How the operators of one kind are executed. The engine's own kinds are made in this way, and others can be:
 * `operatorFunction` makes the function with which a pipeline uses one.
 *
 * @typeParam T the records that it receives
 * @typeParam E what it emits
 * @typeParam O the options of its nodes
 * @typeParam S the fields of its state
 */
export interface OperatorKind<T, E, O, S extends object = object> {
  /** The name of the operator function, such as `foldByKey`. It is in checkpoints: another kind has another state. */
  readonly name: string;
  /** Makes the operator of a node for one partition. It shares nothing with those of other partitions. */
  start(node: OperatorNode<O>, environment: OperatorEnvironment<E, S>): Operator<T>;
}

/**
 * An operator on one partition.
 *
 * Everything that it must not forget is in its {@link OperatorEnvironment.state}, which the engine stores in
 * checkpoints and rolls back. What it keeps besides is derived from that, and rebuilt by {@link restored}. What it
 * emits may depend on the records and their times alone, never on when commits or checkpoints happen.
 */
export interface Operator<T> {
  /** Processes a record. If it throws, the record is dead-lettered, and all that it changed anywhere is rolled back. */
  process(record: T): void;
  /** Processes a record of the other input, if its nodes have two; as {@link process} does. */
  processOther?(record: unknown): void;
  /**
   * Processes that a value is no more which it was given before. Given, as {@link removeOther}, if its nodes have
   * `takesRemovals`.
   */
  remove?(value: T): void;
  /** The same of the other input. */
  removeOther?(value: unknown): void;
  /** Given if it can process a batch of records at once, with the same result as one by one. */
  readonly batches?: BatchReceiver<T>;
  /**
   * Reads ahead what it will need for `records[from]` to `records[to - 1]`, a batch that {@link process} is given one by one
   * afterwards. It changes nothing that anyone sees, and does not throw.
   */
  readAhead?(records: readonly T[], moments: Moments, from: number, to: number): void;
  /**
   * Time has moved on: no record below this event time, in epoch milliseconds, is expected. It is called after {@link
   * process}.
   */
  advance?(watermark: number): void;
  /**
   * Emits what is open, because no record has arrived for a while. What it emits is emitted again when it is complete.
   */
  flush?(): void;
  /**
   * A commit: emits or writes what has changed since the last one; if that is done key by key, for at most `most` keys.
   *
   * @returns whether everything was written
   */
  collect?(most?: number): boolean;
  /** Rolls back what the record with this number has changed outside of its state and its timers. */
  rollback?(record: number): void;
  /**
   * Its state was loaded from a checkpoint: rebuilds its timers, and what else is derived from it.
   *
   * @param saved its layout in that checkpoint; undefined if its state was not kept
   */
  restored?(saved: OperatorLayout | undefined): void;
  /**
   * Writes its state, or its sub-keys of this name, to this table at each commit. Given if its nodes have `writesState`, or
   * outputs that are maps.
   */
  attach?(table: Table, map?: string): void;
}

/** What is known of the current record. */
export interface Moment {
  /** Counts the records of this run; a batch counts as one. Never saved. */
  readonly record: number;
  /** Its event time, in epoch milliseconds. */
  readonly time: number;
  /** The version of the rows that it changes, in microseconds. */
  readonly version: number;
  /** The event time below which no record is expected, before this record; in epoch milliseconds. */
  readonly watermark: number;
}

/** Slots of a state by the event time at which something is due for them. The engine rolls them back with the state. */
export interface Timers {
  /** A time before which nothing is due, in epoch milliseconds; infinity if nothing is. */
  readonly next: number;
  /** Adds a slot that has no timer here, for the record with this number; -1 for a slot that was restored. */
  add(time: number, slot: number, record: number): void;
  /** Moves a slot to this time, later or earlier, from whichever it has, if any; for the record with this number. */
  move(time: number, slot: number, record: number): void;
  /** Removes a slot, for the record with this number; for good if none is given. */
  remove(slot: number, record?: number): void;
  /** Removes every slot that is due at or before the watermark and passes it to `each`, by due time, then by adding. */
  take(watermark: number, each: (slot: number) => void): void;
  /** Passes every slot to `each`, by due time, and keeps them. */
  forEach(each: (slot: number) => void): void;
}

/** How a figure is emitted that belongs to no record. */
export interface FigureOptions {
  /** The version of its rows, in microseconds; defaults to that of the last record. */
  readonly version?: number;
  /** Whether it is only this partition's part of the figure; defaults to what the node states. */
  readonly isPartial?: boolean;
  /**
   * Whether the rows that are made from it are removed from their tables, because what it stands for is no more; defaults
   * to false. It must be emitted for a record, whose version the removal has.
   */
  readonly isRemoved?: boolean;
}

/** What the engine gives to an operator on one partition. Its functions can be taken out of it. */
export interface OperatorEnvironment<E, S extends object = object> {
  readonly partition: number;
  /** The state of each key, by the schema of the node. */
  readonly state: State;
  /** The fields of the key that was selected last: reading and setting them is reading and changing its state. */
  readonly fields: Mutable<S>;
  readonly moment: Moment;
  /** Whether anything receives what it emits. */
  readonly isObserved: boolean;
  /** Makes timers. They are not in checkpoints: {@link Operator.restored} adds them again from the state. */
  readonly timers: () => Timers;
  /**
   * The slot of a key, created if there is none, with the cursor of the state on it. What is then set through the
   * cursor is a change of the current record.
   *
   * @throws ERR_ROW_INVALID if the key is not like the first one, ERR_KEY_NOT_PARTITIONED if the node needs the stream's
   * own key, and the key does not begin with it
   */
  readonly select: (key: KeyTuple) => number;
  /**
   * Removes the key of a slot, and its timers; a record that fails brings them back. Afterwards the slot may be given to
   * another key.
   */
  readonly remove: (slot: number) => void;
  /** Emits a value for the current record. */
  readonly emit: (value: E) => void;
  /**
   * Emits a figure of several records: of a window that closes, or at a commit. If it fails on its way to its table, it
   * alone is dead-lettered.
   *
   * @returns whether it was emitted
   */
  readonly emitFigure: (figure: E & object, options?: FigureOptions) => boolean;
  /** Dead-letters the current record for this operator alone, because it accepted it only until this event time. */
  readonly late: (until: number) => void;
  /** Adds a setting to the operator's layout, which is stored in checkpoints. */
  readonly note: (setting: string, value: string | number) => void;
}
