import type { Value } from '@stockafolio/core';
import { canCompile } from '@stockafolio/core/compile';
import type { Chunk, SlotIndex } from '@stockafolio/engine/state';
import { compileRows } from './compile-rows.js';
import { plainRows } from './plain-rows.js';
import type { RowLayout } from './row-layout.js';
import type { TextArena } from './text-arena.js';
import type { TextColumn } from './text-column.js';

/** The rows of one table, by their numbers. Values are stored unchecked: the caller has checked them. */
export interface Rows {
  /** The hash of the key with which these values begin. */
  hash(values: readonly Value[]): number;
  /** Stores a row, or the removal of one, unless its key already has the same or a higher version. */
  put(values: readonly Value[], hash: number, version: number, deleted: boolean, expires: number): void;
  /** The row of a key with this hash; -1 if there is none. */
  find(key: readonly Value[], hash: number): number;
  /** Below 0 if the row was removed. */
  version(row: number): number;
  expires(row: number): number;
  values(row: number): Value[];
  /** Compares two rows as `compareKeys` compares their values. */
  compare(a: number, b: number): number;
  /** Compares a row and a leading part of a key; 0 if the row begins with it. */
  compareTo(row: number, prefix: readonly Value[]): number;
}

/** The objects that {@link Rows} use. */
export interface RowsScope {
  readonly index: SlotIndex;
  readonly chunks: readonly Chunk[];
  readonly arena: TextArena;
  /** By column; undefined for columns without text. */
  readonly texts: readonly (TextColumn | undefined)[];
  /** Creates a row, and enters it at this position of the index. */
  readonly create: (at: number, hash: number) => number;
}

/** {@link Rows} for the columns of one table. */
export function newRows(name: string, layout: RowLayout, keyLength: number, scope: RowsScope): Rows {
  return canCompile() ? compileRows(name, layout, keyLength, scope) : plainRows(layout, keyLength, scope);
}
