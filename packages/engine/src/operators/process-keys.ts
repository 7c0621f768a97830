import type { Key } from '@stockafolio/core';
import { type AnyKey, type KeyTuple } from '@stockafolio/core/plan';
import type { KeyEntry } from '@stockafolio/core/ports';
import type { Moments } from '../flow/moments.js';
import { type KeyLoader, keyLoader } from './key-loader.js';
import { keyReader } from './key-reader.js';
import type { OperatorHost } from './operator-host.js';

/**
 * Enters the keys of the records of `processByKey`. Those of a batch are loaded before its first record is processed, and
 * what they need is read ahead, all of it at once: record by record, each would wait for memory.
 */
export class ProcessKeys<T> {
  readonly #host: OperatorHost;
  readonly #key: AnyKey<T>;
  readonly keyOf: (record: T) => KeyTuple;
  readonly #firstKey: (key: KeyTuple) => void;
  #entry: KeyEntry | undefined;
  #load: KeyLoader<T> | undefined;
  /** The number of the batch whose keys were loaded last, and for how many of its records that was done. */
  #batch = -1;
  #loaded = 0;

  /** @param firstKey is called with the first key, which tells how many parts keys have */
  constructor(host: OperatorHost, key: AnyKey<T>, firstKey: (key: KeyTuple) => void) {
    this.#host = host;
    this.#firstKey = firstKey;
    this.#key = key;
    this.keyOf = keyReader(key, `operator '${host.node.name}'`);
  }

  /** Loads the keys of a batch. One that cannot be loaded is left to {@link enter}, as are those after it. */
  readAhead(records: readonly T[], { keys, record }: Moments, from: number, to: number): void {
    const { position } = this.#host.context.states;
    const count = to - from;
    this.#batch = record;
    this.#loaded = 0;
    try {
      const load = this.#load ?? this.#begin(records[from] as T, keys[0] as Key);
      for (let i = 0; i < count; i++) {
        position.batchIndex = i;
        load(records[from + i] as T, i, keys[i] as Key);
        this.#loaded = i + 1;
      }
    } catch {
      // It is thrown again for the record.
    }
    this.#entry?.touch(0, this.#loaded);
  }

  /** The slot of the current record's key, created if there is none. @throws what the functions of the key throw */
  enter(record: T): number {
    const { index, moments, inBatch } = this.#host.context;
    if (!inBatch || this.#batch !== moments.record || index >= this.#loaded) {
      const own = moments.keys[index] as Key;
      (this.#load ?? this.#begin(record, own))(record, index, own);
    }
    return (this.#entry as KeyEntry).enter(index, moments);
  }

  /** The first key tells which kinds of parts keys have. */
  #begin(first: T, own: Key): KeyLoader<T> {
    const host = this.#host;
    const key = this.keyOf(first);
    host.checkPartition(key, own);
    this.#firstKey(key);
    this.#entry = host.state.entryFor(key);
    this.#load = keyLoader(`operator '${host.node.name}'`, this.#entry.load, [
      {
        ...{ key: this.#key, length: key.length },
        refuse: (other) => host.state.entryFor(other),
        notOwn: (other, its) => host.checkPartition(other, its),
      },
    ]);
    return this.#load;
  }
}
