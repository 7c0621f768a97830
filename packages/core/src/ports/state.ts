import type { KeyKind } from '../pipeline/key-kinds.js';
import type { SubKeyNode } from '../pipeline/plan.js';
import type { ColumnOrigin } from '../pipeline/state-fits.js';
import type { Kind, RecordSchema, Value } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { RowValues } from './tables.js';

/** One key's state: its fields can be read and set like those of a plain object. */
export interface StateView {
  /** A plain copy, in schema order; an operator's own fields, which begin with `$`, are left out. */
  $copy(): Record<string, Value>;
  /** Adds a whole number to a bigint field: see `addTo`. */
  $add(field: string, amount: number): void;
  /** The value of a field of numbers or bigints; of bigints as a number within 2^53, so that none is created to compare. */
  $number(field: string): number | bigint;
}

/** The index of the current record in its batch. */
export interface BatchPosition {
  batchIndex: number;
}

/** The origin of the changes that a batch makes to a state; in an object and an array, so that no number is boxed. */
export interface Changes {
  /** The number under which the changes are rolled back. */
  readonly record: number;
  /** The version of the change at each index of the batch, in microseconds. */
  readonly versions: Float64Array;
}

/**
 * How the keys of one state are entered: first they are loaded, each at an index in the batch, then entered at these
 * indexes, one by one.
 */
export interface KeyEntry {
  /**
   * Loads a key, given part by part so that it needs no array, at an index in the batch.
   *
   * @throws ERR_ROW_INVALID if it is not like the first one
   */
  load(i: number, ...parts: KeyPart[]): void;
  /**
   * Reads ahead what entering the keys at the indexes from `from` to `to - 1` will need, all of it at once: key by key,
   * each would wait.
   */
  touch(from: number, to: number): void;
  /** The slot of the key at an index, created if there is none, with the cursor on it. */
  enter(i: number, changes: Changes): number;
}

/**
 * The state of an operator for each key: in memory, or in a store beyond it.
 *
 * A key has a slot, a small whole number, for as long as it is held; afterwards the slot may be given to another key.
 */
export interface State {
  /** Keys held. */
  readonly size: number;
  /** Slots in use or free: their numbers run from 0 to `end - 1`. */
  readonly end: number;
  /** The kinds of the parts of a key; undefined before the first. */
  readonly keyKinds: readonly KeyKind[] | undefined;
  /** Whether the key that was entered last was a new one. */
  readonly created: boolean;
  /** The view of the slot that was entered, found or selected last. */
  readonly cursor: StateView;
  /** How keys like this one are entered. @throws ERR_ROW_INVALID if it is not like the first one */
  entryFor(key: readonly KeyPart[]): KeyEntry;
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
  /** One part of a slot's key. */
  part(slot: number, part: number): KeyPart;
  /** Orders two slots by one part of their keys; texts by Unicode code point. */
  comparePart(part: number, a: number, b: number): number;
  isLive(slot: number): boolean;
  /** Whether the slot's last change has not been taken for the tables yet. */
  isUnwritten(slot: number): boolean;
  /** The version of the record that changed the slot last, in microseconds. */
  version(slot: number): number;
  /** Passes every live slot to `each`, in the order of the slots. */
  forEachLive(each: (slot: number) => void): void;
  /**
   * The live slots of the keys that have these values at these parts, in the order of the slots; of all keys, if there are
   * no parts. They are found in one pass that makes no keys.
   */
  slotsWith(parts: readonly number[], values: readonly KeyPart[]): Int32Array;
  /** The sub-keys below its keys that were opened under this name. @throws ERR_INTERNAL if there are none */
  subKeys(name: string): SubKeys;
  /** Removes the key of a slot and all that is below it: for the record with the number `record`, with which it is rolled back, or for good. */
  remove(slot: number, record?: number): void;
  /** Rolls back what the record with the number `record`, the last one, has changed, created and removed. */
  rollback(record: number): void;
  /**
   * Passes every live slot that changed since the last call to `each`, at most `most`, in order of first change;
   * returns whether these were all.
   */
  takeUnwritten(each: (slot: number) => void, most?: number): boolean;
  /**
   * A function that lists the values of a row, for a slot.
   *
   * @param owner names it in stack traces
   * @param origins by column, what its value is
   * @param shard the value of columns of type shard
   */
  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (slot: number) => RowValues;
}

/**
 * Ordered sub-keys below the keys of a state, each with fields of its own: the lots of a position, the events of a session.
 *
 * A sub-key has a slot too, here called `sub`, for as long as it is held; -1 stands for none.
 */
export interface SubKeys {
  /** The view of the sub-key that was entered, found or selected last. */
  readonly cursor: StateView;
  /** Whether the sub-key that was entered last was a new one. */
  readonly created: boolean;
  /** How many sub-keys a slot has. */
  count(slot: number): number;
  /** Finds a sub-key, with the cursor on it. */
  find(slot: number, key: KeyPart): number;
  /** A sub-key, created if there is none, with the cursor on it; the change belongs to a record, as in {@link State}. */
  upsert(slot: number, key: KeyPart, record: number, version: number): number;
  /** Adds a sub-key after all of the same value, with the cursor on it, where a node keeps several of one value. */
  add(slot: number, key: KeyPart, record: number, version: number): number;
  /** Puts the cursor on a sub-key that a record changes; the change belongs to it. */
  change(sub: number, record: number, version: number): StateView;
  /** Puts the cursor on a sub-key. */
  at(sub: number): StateView;
  /** The sub-key itself. */
  key(sub: number): KeyPart;
  /** The slot that it is below. */
  above(sub: number): number;
  /** The version of the record that changed it last, in microseconds. */
  version(sub: number): number;
  /** The least sub-key of a slot. */
  first(slot: number): number;
  /** The greatest. */
  last(slot: number): number;
  /** The least at or after a value; of several of one value the one that was added first. */
  from(slot: number, key: KeyPart): number;
  next(sub: number): number;
  previous(sub: number): number;
  /** Removes a sub-key, for the record with this number or for good. */
  remove(sub: number, record?: number): void;
  /** Removes all sub-keys of a slot. */
  clear(slot: number, record?: number): void;
  /**
   * Where a node is written: passes every sub-key that changed since the last call to `each`, in order of first change; at
   * most `most`.
   *
   * @returns whether these were all
   */
  takeUnwritten(each: (sub: number) => void, most?: number): boolean;
  /** Where a node is written: how many removals were not taken yet. */
  readonly removedCount: number;
  /**
   * Where a node is written: passes the version of each removal since the last call to `each`, if the sub-key is not there
   * again; of those before a version, at most `most`. The record that removes a sub-key has entered the key above.
   *
   * @returns whether these were all before the version
   */
  takeRemoved(each: (version: number) => void, most?: number, before?: number): boolean;
  /**
   * A function that lists the values of a row for a sub-key, as that of {@link State}: the parts of its key are those of the
   * key above and the sub-key, the fields those of the sub-key.
   */
  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (sub: number) => RowValues;
  /** The same for the key of the removal that is being passed. No column may be of a field. */
  removedKeysOf(owner: string, origins: readonly ColumnOrigin[], shard: number): () => RowValues;
}

/**
 * The states of all operators of an engine: the runner injects it. Beside what a state holds for each key it knows what
 * they share, as the numbers of texts.
 *
 * How to resume is a part of the contract: what {@link save} has copied, call by call, {@link load} restores.
 */
export interface StateStore {
  /** Is set before the keys of a record are loaded. */
  readonly position: BatchPosition;
  /** Keys held by all states. */
  readonly size: number;
  /**
   * Makes the state of an operator, under a name that no other has. New keys begin with the initial values of the schema,
   * if it has any.
   */
  open(name: string, schema: RecordSchema, subKeys?: Readonly<Record<string, SubKeyNode>>): State;
  /** Announces the stream's own keys of a batch, by index, before operators load them. */
  announce(keys: readonly unknown[], count: number): void;
  /** Called between two records, when nothing can be rolled back any more: the time to free what no key needs. */
  settle(): void;
  /** Begins to copy everything, in portions: a base. */
  beginBase(): StateBase;
  /**
   * Copies what has changed since the last call; and if a base is given, its next portion, of at most so many slots or
   * texts.
   *
   * @param sections takes the arrays; they are read before any state changes again
   */
  save(sections: (SavedArray | LaterArray)[], base?: StateBase, most?: number): SavedStates;
  /**
   * Loads what was saved: a base and everything after its beginning, the oldest first.
   *
   * @param names the states to load; the others stay empty
   */
  load(saved: readonly LoadedStates[], names: ReadonlySet<string>): void;
}

/** A copy of everything that is being made in portions. */
export interface StateBase {
  readonly isComplete: boolean;
}

/** An array of a checkpoint, identified by its index among its sections. */
export type SavedArray = Int32Array | Float64Array | BigInt64Array | Uint8Array;

/** An array of 32-bit integers that is written directly into the checkpoint's bytes, which saves a copy. */
export interface LaterArray {
  readonly length: number;
  fill(into: Int32Array): void;
}

/** What {@link StateStore.save} has copied: plain data, and the arrays that it has put among the sections. */
export interface SavedStates {
  readonly texts: readonly SavedTexts[];
  /** By the name of the state; sub-keys are `state/name`. */
  readonly states: ReadonlyMap<string, SavedSlots>;
  /** Slots that are copied because they changed. */
  readonly changed: number;
}

/** The same, as it was read. */
export interface LoadedStates {
  readonly texts: readonly SavedTexts[];
  readonly states: ReadonlyMap<string, SavedSlots>;
  readonly sections: readonly SavedArray[];
}

/** Texts and their numbers; `ids`, `ends` and `bytes` are indexes in the list of sections. */
export interface SavedTexts {
  /** Absent in checkpoints of format 1, whose texts are numbered from `from` on. */
  readonly ids?: number;
  readonly from?: number;
  readonly ends: number;
  readonly bytes: number;
  /** Whether other numbers may be of equal texts: then each of them is of one value alone. */
  readonly areOwn?: boolean;
}

/** Some slots of a state; `slots` and `rows` are indexes in the list of sections. */
export interface SavedSlots {
  /** The kinds of the parts of a key; null if the state has never held one. */
  readonly kinds: readonly KeyKind[] | null;
  readonly columns: readonly SavedColumn[];
  readonly end: number;
  readonly slots: number;
  readonly rows: number;
}

/** A column as it is stored: with the name of its type, such as `money` or `decimal(8)`, in place of kind and scale. */
export type SavedColumn = Omit<StateColumn, 'kind' | 'scale'> & { readonly kind: string };

/** A field of a state, as it is stored: its value is in one cell of 8 bytes, or in two for `i128`. */
export interface StateColumn {
  readonly name: string;
  readonly kind: Kind;
  /** A double, or an integer of 64 or 128 bits. Texts are stored as their number. */
  readonly storage: 'f64' | 'i64' | 'i128';
  readonly optional: boolean;
  /** The first word of `oneOf`, its initial value unless {@link initial} is another. */
  readonly first: string;
  /** The value with which it begins, a bigint as text; absent if it begins as its kind does. */
  readonly initial?: string | number | boolean | undefined;
  /** The words of `oneOf`. */
  readonly words?: readonly string[] | undefined;
  /** The maximum length of a text. */
  readonly longest?: number | undefined;
  /** How many decimals `decimal` and `bigDecimal` have. */
  readonly scale?: number | undefined;
}
