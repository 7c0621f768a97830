import { Chunk, CHUNK_BITS, CHUNK_MASK, CHUNK_SIZE, KEY_AT, LIVE, RowPointer, UNSAVED } from './rows.js';
import { SlotList } from './slot-list.js';
import type { TextMarks } from './text-marks.js';

/**
 * The rows of one state, by slot: flags, key, version and values, each a cell of 8 bytes, one after the other.
 *
 * A base class, not a part: every access goes through it, so one more object on the way would cost.
 */
export abstract class RowStore {
  /** Compiled code reads them. */
  protected readonly chunks: Chunk[] = [];
  /** The position of the values of the row that was pointed at last. */
  protected readonly pointer = new RowPointer();
  /** Cells of a row, and the cell of its version; 0 until the kinds of the key are known. */
  width = 0;
  protected versionAt = 0;
  /** Slots in use or free: their numbers run from 0 to `end - 1`. */
  end = 0;

  /** Sets the numbers of parts of a key, and of cells of values. */
  protected shape(parts: number, values: number): void {
    this.versionAt = KEY_AT + parts;
    this.width = this.versionAt + 1 + values;
  }

  /** Adds a slot. */
  protected extend(): number {
    const slot = this.end++;
    if ((slot & CHUNK_MASK) === 0) this.chunks.push(new Chunk(this.width));
    return slot;
  }

  protected chunkOf(slot: number): Chunk {
    return this.chunks[slot >>> CHUNK_BITS] as Chunk;
  }

  /** The first cell of a slot's row in its chunk. */
  protected rowOf(slot: number): number {
    return (slot & CHUNK_MASK) * this.width;
  }

  protected cell(slot: number, cell: number): number {
    return this.chunkOf(slot).f64[this.rowOf(slot) + cell] as number;
  }

  /** Reads both ends of a row, so that it is in the caches; returns what it has read. */
  peek(slot: number): number {
    const { i32 } = this.chunkOf(slot);
    const at = 2 * this.rowOf(slot);
    return (i32[at] as number) ^ (i32[at + 2 * this.width - 1] as number);
  }

  protected point(slot: number): void {
    const { pointer } = this;
    const { f64, i64, i32 } = this.chunkOf(slot);
    pointer.f64 = f64;
    pointer.i64 = i64;
    pointer.i32 = i32;
    pointer.at = this.rowOf(slot) + this.versionAt + 1;
  }

  /** Clears a flag; returns the flags before. */
  protected clearFlag(slot: number, flag: number): number {
    const { f64 } = this.chunkOf(slot);
    const row = this.rowOf(slot);
    const flags = f64[row] as number;
    f64[row] = flags & ~flag;
    return flags;
  }

  /** Sets a flag; returns the flags before. */
  protected setFlag(slot: number, flag: number): number {
    const { f64 } = this.chunkOf(slot);
    const row = this.rowOf(slot);
    const flags = f64[row] as number;
    f64[row] = flags | flag;
    return flags;
  }

  /** Restores a row from the one with this index among some that are kept, as pairs of 32-bit integers. */
  protected pasteRow(slot: number, rows: Int32Array, index: number): void {
    const size = 2 * this.width;
    this.chunkOf(slot).i32.set(rows.subarray(index * size, (index + 1) * size), 2 * this.rowOf(slot));
  }

  /** Restores the version and the values of a row from cells that begin at `from`. */
  protected restoreValues(slot: number, kept: Int32Array, from: number): void {
    const { i32 } = this.chunkOf(slot);
    const at = 2 * (this.rowOf(slot) + this.versionAt);
    const count = 2 * (this.width - this.versionAt);
    for (let i = 0; i < count; i++) i32[at + i] = kept[from + i] as number;
  }

  /**
   * Copies the rows of slots, for checkpoints, as pairs of 32-bit integers, and marks them as saved: in one pass,
   * because every row is a wait for memory.
   */
  saveRows(slots: Int32Array, into: Int32Array): void {
    const size = 2 * this.width;
    let to = 0;
    for (const slot of slots) {
      const { f64, i32 } = this.chunkOf(slot);
      const row = this.rowOf(slot);
      f64[row] = (f64[row] as number) & ~UNSAVED;
      for (let i = 2 * row; i < 2 * row + size; i++) into[to++] = i32[i] as number;
    }
  }

  /**
   * Loads rows that were copied.
   *
   * @param cells for each cell of the values, its cell in those rows; -1 if they lack it
   * @param reset gives a row its initial values
   */
  protected pasteRows(
    slots: Int32Array,
    rows: Int32Array,
    cells: readonly number[],
    reset: (slot: number) => void,
  ): void {
    const size = slots.length === 0 ? 0 : rows.length / slots.length;
    const fixed = 2 * (this.versionAt + 1);
    slots.forEach((slot, n) => {
      const { i32 } = this.chunkOf(slot);
      const to = 2 * this.rowOf(slot);
      for (let i = 0; i < fixed; i++) i32[to + i] = rows[n * size + i] as number;
      reset(slot);
      cells.forEach((cell, at) => {
        if (cell < 0) return;
        i32[to + fixed + 2 * at] = rows[n * size + 2 * cell] as number;
        i32[to + fixed + 2 * at + 1] = rows[n * size + 2 * cell + 1] as number;
      });
    });
  }

  /** The live slots that hold these values in these cells of their rows. */
  protected slotsOf(cells: readonly number[], values: readonly number[]): Int32Array {
    const found = new SlotList();
    const { width } = this;
    for (let first = 0; first < this.end; first += CHUNK_SIZE) {
      const { f64 } = this.chunkOf(first);
      const count = Math.min(CHUNK_SIZE, this.end - first);
      for (let n = 0, row = 0; n < count; n++, row += width) {
        let part = 0;
        while (part < cells.length && f64[row + (cells[part] as number)] === values[part]) part++;
        if (part === cells.length && ((f64[row] as number) & LIVE) !== 0) found.push(first + n);
      }
    }
    return found.toArray();
  }

  /** Marks the texts in these cells of live slots: all slots, or some. */
  protected markCells(marks: TextMarks, cells: readonly number[], slots?: Int32Array): void {
    if (cells.length === 0) return;
    const count = slots?.length ?? this.end;
    for (let n = 0; n < count; n++) {
      const slot = slots === undefined ? n : (slots[n] as number);
      const { f64 } = this.chunkOf(slot);
      const row = this.rowOf(slot);
      if (((f64[row] as number) & LIVE) === 0) continue;
      for (const cell of cells) {
        const id = f64[row + cell] as number;
        if (id > 0) marks.add(id);
      }
    }
  }
}
