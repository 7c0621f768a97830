import { SlotList } from './slot-list.js';

/** Cells of removed rows whose memory is kept from record to record: a record may remove a key with millions of sub-keys. */
const MOST_KEPT = 1 << 16;

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
  /** The numbers of the changes that removed a slot, in order, and the whole rows of these slots. */
  readonly #removals = new SlotList();
  #rows = new Int32Array(0);

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
      this.#removals.clear();
      if (this.#rows.length > MOST_KEPT) this.#rows = new Int32Array(0);
    } else if (this.#length === this.slots.length) {
      this.#widen();
    }
    return this.#length++;
  }

  /** Keeps that this record has created a slot. */
  keepCreated(record: number, slot: number): void {
    const n = this.next(record);
    this.slots[n] = ~slot;
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
    return (last === slot || last === ~slot) && !this.#isRemoval(this.#length - 1);
  }

  /** Keeps the whole row of a slot that this record removes: `size` cells that begin at `from`. */
  keepRow(record: number, slot: number, cells: Int32Array, from: number, size: number): void {
    const n = this.next(record);
    this.slots[n] = slot;
    const to = this.#removals.length * size;
    this.#removals.push(n);
    if (to + size > this.#rows.length) {
      const larger = new Int32Array(2 * (to + size));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    for (let i = 0; i < size; i++) this.#rows[to + i] = cells[from + i] as number;
  }

  #isRemoval(n: number): boolean {
    const { length } = this.#removals;
    return length > 0 && this.#removals.at(length - 1) === n;
  }

  /** Undoes the changes of this record, the last first. */
  undo(record: number, { remove, restore, insert, written }: Undo): void {
    if (record !== this.#record) return;
    for (let n = this.#length - 1; n >= 0; n--) {
      const slot = this.slots[n] as number;
      if (this.#isRemoval(n)) {
        this.#removals.pop();
        insert(slot, this.#rows, this.#removals.length);
      } else if (slot < 0) remove(~slot);
      else restore(slot, this.i32, 2 * n * this.#count);
    }
    this.#length = 0;
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
  /** Restores a slot that was removed: its whole row is the one with this index among `rows`. */
  readonly insert: (slot: number, rows: Int32Array, index: number) => void;
  /** Marks a slot as written again: the record was the first to change it since the last commit. */
  readonly written: (slot: number) => void;
}
