import type { KeyEntry, StateColumn } from '@stockafolio/core/ports';
import { canCompile } from '@stockafolio/core/compile';
import type { KeyKind } from '@stockafolio/core/plan';
import { compileEntry } from './compile-entry.js';
import type { Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import type { KeyParts } from './key-parts.js';
import { plainEntry } from './plain-entry.js';
import type { RowStore } from './row-store.js';
import type { Chunk, RowPointer } from './rows.js';
import type { SlotIndex } from './slot-index.js';
import type { UndoJournal } from './undo-journal.js';

/** The entry of keys of a state in memory. */
export interface MemoryEntry extends KeyEntry {
  /** Forgets the numbers of texts that it remembers from one record to the next. */
  forgetTexts(): void;
}

/** Sub-keys below the keys of a state. */
export interface Below {
  readonly rows: Pick<RowStore, 'peek'>;
  /** The cell of a key that holds the root of its sub-keys plus 1, or 0. */
  readonly rootCell: number;
}

/** The objects of a state that its {@link MemoryEntry} uses. */
export interface EntryScope {
  readonly keys: KeyParts;
  readonly interner: Interner;
  readonly index: SlotIndex;
  readonly chunks: readonly Chunk[];
  readonly pointer: RowPointer;
  readonly cursor: Cursor;
  readonly journal: UndoJournal;
  /** What is below its keys. */
  readonly below: readonly Below[];
  /** Is set to whether the key was new. */
  readonly state: { created: boolean };
  /** Creates a slot, and enters it at this position of the index. */
  readonly create: (at: number, hash: number) => number;
  /** Adds a slot, whose present flags are given, to the lists of changed ones. */
  readonly list: (slot: number, flags: number) => void;
}

/** The entry of keys of one state. */
export function keyEntry(
  owner: string,
  kinds: readonly KeyKind[],
  columns: readonly StateColumn[],
  scope: EntryScope,
): MemoryEntry {
  return canCompile() ? compileEntry(owner, kinds, columns, scope) : plainEntry(kinds, columns, scope);
}
