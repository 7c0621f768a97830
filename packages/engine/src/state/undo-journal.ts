import type { SlotList } from './slot-list.js';

/**
 * What one record has changed in one state, kept until the next record: a fold that throws half-way is rolled back, so
 * that a record is applied completely or not at all.
 *
 * Compiled code writes into it (see `compileEntry`), so its arrays are public.
 */
export class UndoJournal {
  /** Cells of a row that a change may touch: this many are saved per change. */
  readonly #count: number;
  readonly #unwritten: SlotList;
  /** The length of the list of unwritten slots before the record. */
  #written = 0;
  #record = -1;
  #length = 0;
  /** The changed slots, in order; for a created slot, the bitwise complement. */
  slots = new Int32Array(8);
  /**
   * The previous cells; as pairs of 32-bit integers too, because a double does not keep every bit of a 64-bit integer.
   */
  f64: Float64Array;
  i32: Int32Array;
  /** The whole rows of removed slots, by the number of the change. */
  readonly #removed = new Map<number, Int32Array>();

  constructor(count: number, unwritten: SlotList) {
    this.#count = count;
    this.#unwritten = unwritten;
    this.f64 = new Float64Array(8 * count);
    this.i32 = new Int32Array(this.f64.buffer);
  }

  /** Makes room for one more change by this record, and returns its number; the arrays may be new ones afterwards. */
  next(record: number): number {
    if (record !== this.#record) {
      this.#record = record;
      this.#length = 0;
      this.#written = this.#unwritten.length;
      if (this.#removed.size > 0) this.#removed.clear();
    } else if (this.#length === this.slots.length) {
      this.#widen();
    }
    return this.#length++;
  }

  /** Keeps the version and the values of a slot that this record changes: its cells begin at `from`. */
  keepValues(record: number, slot: number, cells: Int32Array, from: number): void {
    if (this.#isKeptLast(record, slot)) return;
    const n = this.next(record);
    this.slots[n] = slot;
    for (let i = 0; i < 2 * this.#count; i++) this.i32[2 * n * this.#count + i] = cells[from + i] as number;
  }

  /** Whether the last change by this record has created this slot or kept its values: then these are restored anyway. */
  #isKeptLast(record: number, slot: number): boolean {
    if (record !== this.#record || this.#length === 0) return false;
    const last = this.slots[this.#length - 1] as number;
    return (last === slot || last === ~slot) && !this.#removed.has(this.#length - 1);
  }

  /** Keeps the whole row of a slot that this record removes. */
  keepRow(record: number, slot: number, row: Int32Array): void {
    const n = this.next(record);
    this.slots[n] = slot;
    this.#removed.set(n, row);
  }

  /** Undoes the changes of this record, the last first. */
  undo(record: number, { remove, restore, insert, written }: Undo): void {
    if (record !== this.#record) return;
    for (let n = this.#length - 1; n >= 0; n--) {
      const slot = this.slots[n] as number;
      const row = this.#removed.get(n);
      if (row !== undefined) insert(slot, row);
      else if (slot < 0) remove(~slot);
      else restore(slot, this.i32, 2 * n * this.#count);
    }
    this.#length = 0;
    this.#removed.clear();
    while (this.#unwritten.length > this.#written) written(this.#unwritten.pop());
  }

  #widen(): void {
    const { slots, i32 } = this;
    this.slots = new Int32Array(slots.length * 2);
    this.slots.set(slots);
    this.f64 = new Float64Array(i32.length);
    this.i32 = new Int32Array(this.f64.buffer);
    this.i32.set(i32);
  }
}

/** How changes are undone. */
export interface Undo {
  /** Removes a slot that was created. */
  readonly remove: (slot: number) => void;
  /** Restores the version and values of a slot that was changed: its saved cells begin at `from`. */
  readonly restore: (slot: number, kept: Int32Array, from: number) => void;
  /** Restores a slot that was removed: its whole row. */
  readonly insert: (slot: number, row: Int32Array) => void;
  /** Marks a slot as written again: the record was the first to change it since the last commit. */
  readonly written: (slot: number) => void;
}
