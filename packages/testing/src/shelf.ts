import type { Table, Value } from '@stockafolio/core';
import type { StoredRow } from '@stockafolio/core/ports';
import { Chunk, CHUNK_MASK, SlotIndex } from '@stockafolio/engine/state';
import { mergeRows } from './merge-rows.js';
import { rowLayout } from './row-layout.js';
import { newRows, type Rows } from './rows.js';
import type { TextArena } from './text-arena.js';
import { TextColumn } from './text-column.js';

/** The first rows of a table get a small chunk: many tests create many tables of few rows. */
const SMALL = 64;

/**
 * The rows of one table in memory, including removed ones, in typed arrays, so that the garbage collector need not walk
 * through millions of rows.
 *
 * A row is found by the hash of its key, and numbered in the order in which the keys arrived.
 */
export class Shelf {
  readonly table: Table;
  readonly #rows: Rows;
  readonly #width: number;
  readonly #chunks: Chunk[] = [];
  readonly #index = new SlotIndex();
  #length = 0;
  #sorted: Int32Array = new Int32Array(0);

  /**
   * @param expiring whether rows expire
   * @param make which form of rows is used
   */
  constructor(table: Table, arena: TextArena, expiring: boolean, make = newRows) {
    this.table = table;
    const layout = rowLayout(table, expiring);
    this.#width = layout.width;
    this.#rows = make(table.name, layout, table.keyLength, {
      index: this.#index,
      chunks: this.#chunks,
      arena,
      texts: layout.columns.map(({ storage }) => (storage === 'text' ? new TextColumn(arena) : undefined)),
      create: (at, hash) => this.#create(at, hash),
    });
  }

  /** The hash of the key with which these values begin. */
  hash(values: readonly Value[]): number {
    return this.#rows.hash(values);
  }

  /** Reads the start of a search for a key with this hash: done for several keys in a row, the reads overlap. */
  touch(hash: number): number {
    return this.#index.peek(hash);
  }

  /** Stores a row, or the removal of one, unless its key already has the same or a higher version. */
  put(values: readonly Value[], hash: number, version: number, deleted: boolean, expires: number): void {
    this.#rows.put(values, hash, version, deleted, expires);
  }

  /** The number of a key's row; -1 if there is none. */
  find(key: readonly Value[]): number {
    return this.#rows.find(key, this.#rows.hash(key));
  }

  /** A row as visible at a time: undefined if it was removed or has expired. */
  rowAt(row: number, now: number): StoredRow | undefined {
    const version = this.#rows.version(row);
    if (version < 0 || this.#rows.expires(row) <= now) return undefined;
    return { values: this.#rows.values(row), version };
  }

  /** The numbers of all rows in key order; the array does not change with later writes. */
  sorted(): Int32Array {
    const before = this.#sorted;
    if (before.length < this.#length) {
      const fresh = new Int32Array(this.#length - before.length).map((_, n) => before.length + n);
      this.#sorted = mergeRows(before, fresh.sort(this.#rows.compare), this.#rows.compare);
    }
    return this.#sorted;
  }

  /** The index, among the sorted rows, of the first row at or after the prefix. */
  firstOf(sorted: Int32Array, prefix: readonly Value[]): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows.compareTo(sorted[middle] as number, prefix) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the key of a row begins with these values. */
  begins(row: number, prefix: readonly Value[]): boolean {
    return this.#rows.compareTo(row, prefix) === 0;
  }

  #create(at: number, hash: number): number {
    const row = this.#length++;
    if (row === 0) this.#chunks.push(new Chunk(this.#width, SMALL));
    else if (row === SMALL) this.#chunks[0] = this.#grown();
    else if ((row & CHUNK_MASK) === 0) this.#chunks.push(new Chunk(this.#width));
    this.#index.insertAt(at, hash, row);
    return row;
  }

  #grown(): Chunk {
    const chunk = new Chunk(this.#width);
    chunk.i32.set(this.#chunks[0]?.i32 ?? []);
    return chunk;
  }
}
