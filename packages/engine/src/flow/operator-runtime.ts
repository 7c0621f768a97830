import type { Table } from '@stockafolio/core';
import type { OperatorLayout } from '@stockafolio/core/plan';
import type { State } from '@stockafolio/core/ports';

/** A stateful operator, as the engine uses it. */
export interface OperatorRuntime {
  readonly layout: OperatorLayout;
  readonly state: State;
  /** The names of its sub-keys. */
  readonly subKeys: readonly string[];
  /** Whether the rows of all partitions together make up its figures: this partition writes its part of each. */
  readonly isShared: boolean;
  /**
   * The watermark of the stream at which it has something to close or drop: the earliest, in event time; infinity if
   * there is nothing.
   */
  readonly due: number;
  /** Whether the engine moves its time. Otherwise the window operator does whose final values it gets. */
  readonly isTimed: boolean;
  /** Closes and drops what the watermark has passed. */
  advance(watermark: number): void;
  /** Emits what is open, as if time had advanced. */
  flush(): void;
  /**
   * Writes to the tables what changed since the last commit; if rows are made key by key, for at most `most` keys.
   *
   * @returns whether everything was written
   */
  collect(most?: number): boolean;
  /** Rolls back the changes of the record with this number. */
  rollback(record: number): void;
  /**
   * Rebuilds what is derived from the state after a checkpoint was loaded.
   *
   * @param saved its layout in that checkpoint; undefined if its state was not kept
   */
  restored(saved: OperatorLayout | undefined): void;
}

/** An operator whose state, or a map of it, can be written to a table as it is at the commit, without an object in between. */
export interface StateWriter {
  attach(table: Table, map?: string): void;
}
