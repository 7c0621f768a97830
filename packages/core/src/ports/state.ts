import type { Value } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';

/** One key's state: its fields can be read and set like those of a plain object. */
export interface StateView {
  /** A plain copy, in schema order; an operator's own fields, which begin with `$`, are left out. */
  $copy(): Record<string, Value>;
}

/**
 * The state of an operator for each key: in memory, or in a store beyond it.
 *
 * A key has a slot, a small whole number, for as long as it is held. How to resume is part of the contract: a snapshot
 * and the deltas after it, in order, restore the same state.
 *
 * @typeParam P a snapshot or a delta: plain data
 */
export interface State<P = unknown> {
  /** Keys held. */
  readonly size: number;
  /** Slots in use or free: their numbers run from 0 to `end - 1`. */
  readonly end: number;
  /** Whether the last {@link upsert} made a new key. */
  readonly created: boolean;
  /** The view of the slot that {@link upsert}, {@link find} or {@link at} selected last. */
  readonly cursor: StateView;
  /**
   * The slot of a key, created if there is none, with the cursor on it. The change that follows belongs to the record
   * with the number `record`, and gets its version, in microseconds.
   *
   * @throws ERR_ROW_INVALID if the key is not like the first one
   */
  upsert(key: readonly KeyPart[], record: number, version: number): number;
  /** The slot of a key, with the cursor on it; -1 if there is none. */
  find(key: readonly KeyPart[]): number;
  /** Puts the cursor on a slot. */
  at(slot: number): StateView;
  /** A slot's key. */
  key(slot: number): readonly KeyPart[];
  isLive(slot: number): boolean;
  /** The version of the record that changed the slot last. */
  version(slot: number): number;
  /** Removes the key of a slot. */
  remove(slot: number): void;
  /** Rolls back what the record with the number `record`, the last one, has changed. */
  rollback(record: number): void;
  /**
   * Passes every live slot that changed since the last call to `each`, at most `most`, in order of first change;
   * returns whether these were all.
   */
  takeUnwritten(each: (slot: number) => void, most?: number): boolean;
  /** Copies everything. */
  snapshot(): P;
  /** Copies what has changed or was removed since the last call, or since the state was made or restored. */
  delta(): P;
  /** Restores a new state from a snapshot and the deltas after it. */
  restore(parts: readonly P[]): void;
}
