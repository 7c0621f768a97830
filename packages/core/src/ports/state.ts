import type { Value } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';

/** One key's state: its fields can be read and set like those of a plain object. */
export interface StateView {
  /** A plain copy, in schema order; an operator's own fields, which begin with `$`, are left out. */
  $copy(): Record<string, Value>;
}

/**
 * What an operator keeps for each key: in memory, or in a store beyond it.
 *
 * A key has a slot, a small whole number, for as long as it is held. How to resume is part of the contract: a snapshot
 * and the deltas after it, in their order, put the same state together again.
 *
 * @typeParam P what a snapshot or a delta is: plain data
 */
export interface State<P = unknown> {
  /** Keys held. */
  readonly size: number;
  /** Slots in use or free: their numbers run from 0 to `end - 1`. */
  readonly end: number;
  /** Whether the last {@link upsert} made a new key. */
  readonly created: boolean;
  /** The view of the slot that {@link upsert}, {@link find} or {@link at} has chosen last. */
  readonly cursor: StateView;
  /**
   * The slot of a key, made where there is none, with the cursor on it. The change that follows belongs to the record
   * numbered `record`, and bears its version, in microseconds.
   *
   * @throws ERR_ROW_INVALID where the key is not like the first one
   */
  upsert(key: readonly KeyPart[], record: number, version: number): number;
  /** The slot of a key, with the cursor on it; -1 where there is none. */
  find(key: readonly KeyPart[]): number;
  /** Puts the cursor on a slot. */
  at(slot: number): StateView;
  /** A slot's key. */
  key(slot: number): readonly KeyPart[];
  isLive(slot: number): boolean;
  /** The version of the record that changed the slot last. */
  version(slot: number): number;
  /** Forgets the key of a slot. */
  remove(slot: number): void;
  /** Takes back what the record numbered `record`, the last one, has changed. */
  rollback(record: number): void;
  /** Gives every live slot changed since the last call, so many at most, in order of first change; answers whether all. */
  takeUnwritten(each: (slot: number) => void, most?: number): boolean;
  /** Copies everything. */
  snapshot(): P;
  /** Copies what has changed or was removed since the last call, or since the state was made or restored. */
  delta(): P;
  /** Puts a new state together from a snapshot and the deltas after it. */
  restore(parts: readonly P[]): void;
}
