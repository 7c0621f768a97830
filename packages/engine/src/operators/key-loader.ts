import type { Key, KeyPart } from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import type { AnyKey, KeyTuple } from '@stockafolio/core/plan';
import type { Moments } from '../flow/moments.js';
import type { BatchPosition, KeyEntry } from '@stockafolio/core/ports';
import { keyReader, partReaders } from './key-reader.js';

/**
 * Loads the key of a record at an index in the batch; `own` is the stream's own key of that record.
 *
 * @throws what the functions of the key throw
 */
export type KeyLoader<T> = (record: T, i: number, own: Key) => void;

/** One of the keys that a state's key consists of. */
export interface LoadedKey<T> {
  readonly key: AnyKey<T>;
  /** The number of its parts. */
  readonly length: number;
  /** Throws for a key with another number of parts. */
  readonly refuse: (other: KeyTuple) => unknown;
  /** Is called if it does not begin with the stream's own key; absent if it need not. */
  readonly notOwn?: ((key: KeyTuple, own: Key) => void) | undefined;
}

type PartReader<T> = (record: T) => KeyPart;
type Load = KeyEntry['load'];

/**
 * The loader of keys that consist of these, in order. Its code meets the fields and functions of these keys alone, and
 * keys that are data need no array.
 *
 * @param owner the operator, by which code is told apart
 * @param lead a part before them that is not of the record
 */
export function keyLoader<T>(
  owner: string,
  load: Load,
  keys: readonly LoadedKey<T>[],
  lead?: () => KeyPart,
): KeyLoader<T> {
  if (keys.some(({ key }) => typeof key === 'function')) return tupleLoader(owner, load, keys, lead);
  const readers = keys.map(({ key }, n) => (typeof key === 'function' ? [] : partReaders(`${owner}, ${n}`, key)));
  const loadParts = partsLoader(owner, load, [...(lead === undefined ? [] : [lead]), ...readers.flat()]);
  const n = keys.findIndex(({ notOwn }) => notOwn !== undefined);
  const checked = keys[n];
  if (checked?.notOwn === undefined) return loadParts;
  const { key, notOwn } = checked;
  const keyOf = keyReader(key, `${owner}, ${n}`);
  return instantiate(`${owner}, checked keys`, ownLoader<T>, {
    ...{ loadParts, first: readers[n]?.[0] as PartReader<T> },
    notOwn: (record: T, own: Key) => notOwn(keyOf(record), own),
  });
}

function partsLoader<T>(owner: string, load: Load, readers: readonly PartReader<T>[]): KeyLoader<T> {
  const [read0, read1, read2] = readers as [PartReader<T>, PartReader<T>, PartReader<T>];
  const own = `${owner}, keys`;
  if (readers.length === 1) return instantiate(own, loadOne<T>, { load, read0 });
  if (readers.length === 2) return instantiate(own, loadTwo<T>, { load, read0, read1 });
  if (readers.length === 3) return instantiate(own, loadThree<T>, { load, read0, read1, read2 });
  return (record, i) => load(i, ...readers.map((read) => read(record)));
}

function tupleLoader<T>(
  owner: string,
  load: Load,
  keys: readonly LoadedKey<T>[],
  lead: (() => KeyPart) | undefined,
): KeyLoader<T> {
  const tuples = keys.map(({ key, length, refuse, notOwn }, n) => {
    const keyOf = keyReader(key, `${owner}, ${n}`);
    return (record: T, own: Key): readonly KeyPart[] => {
      const tuple = keyOf(record);
      if (tuple.length !== length) refuse(tuple);
      if (notOwn !== undefined && tuple[0] !== own) notOwn(tuple, own);
      return tuple;
    };
  });
  const [only] = tuples;
  if (tuples.length > 1 || only === undefined)
    return (record, i, own) => load(i, ...tuples.flatMap((tupleOf) => tupleOf(record, own)));
  if (lead !== undefined) return (record, i, own) => load(i, lead(), ...only(record, own));
  return (record, i, own) => load(i, ...only(record, own));
}

// The following functions name nothing from outside: see `instantiate`.

interface LoadScope<T> {
  readonly load: Load;
  readonly read0: PartReader<T>;
}

function loadOne<T>({ load, read0 }: LoadScope<T>): KeyLoader<T> {
  return (record, i) => load(i, read0(record));
}

function loadTwo<T>({ load, read0, read1 }: LoadScope<T> & { readonly read1: PartReader<T> }): KeyLoader<T> {
  return (record, i) => load(i, read0(record), read1(record));
}

function loadThree<T>(
  scope: LoadScope<T> & { readonly read1: PartReader<T>; readonly read2: PartReader<T> },
): KeyLoader<T> {
  const { load, read0, read1, read2 } = scope;
  return (record, i) => load(i, read0(record), read1(record), read2(record));
}

function ownLoader<T>(scope: {
  readonly loadParts: KeyLoader<T>;
  readonly first: PartReader<T>;
  readonly notOwn: (record: T, own: Key) => void;
}): KeyLoader<T> {
  const { loadParts, first, notOwn } = scope;
  return (record, i, own) => {
    if (first(record) !== own) notOwn(record, own);
    loadParts(record, i, own);
  };
}

/**
 * Loads the keys of `records[from]` and the `count - 1` records after it, whose indexes in the batch begin at `at`, before
 * the first of them is processed.
 */
export type BatchLoader<T> = (records: readonly T[], from: number, count: number, at: number, moments: Moments) => void;

export function batchLoader<T>(owner: string, load: KeyLoader<T>, position: BatchPosition): BatchLoader<T> {
  return instantiate(`${owner}, batches of keys`, loadBatch<T>, { load, position });
}

function loadBatch<T>({
  load,
  position,
}: {
  readonly load: KeyLoader<T>;
  readonly position: BatchPosition;
}): BatchLoader<T> {
  return (records, from, count, at, { keys }) => {
    for (let n = 0; n < count; n++) {
      const i = at + n;
      position.batchIndex = i;
      load(records[from + n] as T, i, keys[i] as Key);
    }
  };
}
