import type { StoredRow } from '../ports/index.js';
import type { Value } from '../schema/index.js';
import { CHUNK_MASK, Chunk } from '../state/rows.js';
import { SlotIndex } from '../state/slot-index.js';
import type { Table } from '../table/index.js';
import { compileRows, type Rows } from './compile-rows.js';
import { mergeRows } from './merge-rows.js';
import { rowLayout } from './row-layout.js';
import type { TextArena } from './text-arena.js';
import { TextColumn } from './text-column.js';

/** The first rows of a table get a small chunk: many a test makes many tables of few rows. */
const SMALL = 64;

/**
 * The rows of one table in memory, removed ones too, in typed arrays: millions of rows are nothing that the garbage
 * collector would have to walk through.
 *
 * A row is found by the hash of its key, and numbered in the order in which the keys came.
 */
export class Shelf {
  readonly table: Table;
  readonly #rows: Rows;
  readonly #width: number;
  readonly #chunks: Chunk[] = [];
  readonly #index = new SlotIndex();
  #length = 0;
  #sorted: Int32Array = new Int32Array(0);

  /** @param expiring whether rows are kept for some time only */
  constructor(table: Table, arena: TextArena, expiring: boolean) {
    this.table = table;
    const layout = rowLayout(table, expiring);
    this.#width = layout.width;
    this.#rows = compileRows(table.name, layout, table.keyLength, {
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

  /** Reads what a search for a key of this hash begins with: done for several keys in a row, they are fetched together. */
  touch(hash: number): number {
    return this.#index.peek(hash);
  }

  /** Takes a row in, or the removal of one, unless its key has the same or a higher version already. */
  put(values: readonly Value[], hash: number, version: number, deleted: boolean, expires: number): void {
    this.#rows.put(values, hash, version, deleted, expires);
  }

  /** The number of a key's row; -1 where there is none. */
  find(key: readonly Value[]): number {
    return this.#rows.find(key, this.#rows.hash(key));
  }

  /** What is shown of a row at a moment: nothing where it was removed, or where its time is over. */
  rowAt(row: number, now: number): StoredRow | undefined {
    const version = this.#rows.version(row);
    if (version < 0 || this.#rows.expires(row) <= now) return undefined;
    return { values: this.#rows.values(row), version };
  }

  /** The numbers of all rows in key order, which stay as they are whatever is written from now on. */
  sorted(): Int32Array {
    const before = this.#sorted;
    if (before.length < this.#length) {
      const fresh = new Int32Array(this.#length - before.length).map((_, n) => before.length + n);
      this.#sorted = mergeRows(before, fresh.sort(this.#rows.compare), this.#rows.compare);
    }
    return this.#sorted;
  }

  /** Where, among the sorted rows, the first at or after the prefix is. */
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
