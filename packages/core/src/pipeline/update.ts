import type { KeyPart } from '../stream/index.js';

/**
 * What a keyed operator emits for a record: the key that it changed, the new state of that key, the record, and what
 * the fold returned. It is a plain copy, so it may be kept.
 */
export class Update<K extends readonly unknown[], V, T = unknown, R = unknown> {
  readonly key: K;
  readonly value: V;
  readonly record: T;
  readonly result: R;
  /**
   * The state before the record; undefined if the key is new, and unless an operator with `unfold` is directly behind.
   */
  readonly before: V | undefined;

  constructor(key: K, value: V, record: T, result: R, before?: V) {
    this.key = key;
    this.value = value;
    this.record = record;
    this.result = result;
    this.before = before;
  }
}

declare const partial: unique symbol;

/** An update of one partition's part of a figure, as `shardedFold` emits it: its table needs a `shard()` column. */
export type PartialUpdate<K extends readonly unknown[], V, T = unknown, R = unknown> = Update<K, V, T, R> & {
  /** Type only. */
  readonly [partial]: true;
};

export type KeyTuple = readonly KeyPart[];
