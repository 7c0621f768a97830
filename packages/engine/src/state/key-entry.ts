import type { KeyPart } from '@stockafolio/core';
import { canCompile } from '@stockafolio/core/compile';
import type { KeyKind } from '@stockafolio/core/plan';
import type { StateColumn } from './columns.js';
import { compileEntry } from './compile-entry.js';
import type { Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import type { KeyParts } from './key-parts.js';
import { plainEntry } from './plain-entry.js';
import type { Chunk, RowPointer } from './rows.js';
import type { SlotIndex } from './slot-index.js';
import type { UndoJournal } from './undo-journal.js';

/** The origin of the changes that a batch makes to a state; in an object and an array, so that no number is boxed. */
export interface Changes {
  /** The number under which the changes are undone. */
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
   * Loads a key, given part by part so that it needs no array, at an index from 0 to `BATCH_SIZE - 1`.
   *
   * @throws ERR_ROW_INVALID if it is not like the first one
   */
  load(i: number, ...parts: KeyPart[]): void;
  /**
   * Fetches from memory what entering the keys at the indexes from `from` to `to - 1` will read: one after the other,
   * each would wait.
   */
  touch(from: number, to: number): void;
  /** The slot of the key at an index, created if there is none, with the cursor on it. */
  enter(i: number, changes: Changes): number;
  /** Forgets the numbers of texts that it remembers from one record to the next. */
  forgetTexts(): void;
}

/** The objects of a state that its {@link KeyEntry} uses. */
export interface EntryScope {
  readonly keys: KeyParts;
  readonly interner: Interner;
  readonly index: SlotIndex;
  readonly chunks: readonly Chunk[];
  readonly pointer: RowPointer;
  readonly cursor: Cursor;
  readonly journal: UndoJournal;
  /** Is set to whether the key was new. */
  readonly state: { created: boolean };
  /** Creates a slot, and enters it at this position of the index. */
  readonly create: (at: number, hash: number) => number;
  /** Adds a slot, whose present flags are given, to the lists of changed ones. */
  readonly list: (slot: number, flags: number) => void;
}

/** The {@link KeyEntry} of one state. */
export function keyEntry(
  owner: string,
  kinds: readonly KeyKind[],
  columns: readonly StateColumn[],
  scope: EntryScope,
): KeyEntry {
  return canCompile() ? compileEntry(owner, kinds, columns, scope) : plainEntry(kinds, columns, scope);
}
