/**
 * What one record has changed in one state, kept until the next record comes: a fold that throws half way is taken
 * back, so that a record is applied whole or not at all.
 */
export class UndoJournal {
  #record = -1;
  #length = 0;
  readonly #slots: number[] = [];
  readonly #created: boolean[] = [];
  /** Cells as they were, as pairs of 32-bit integers: a double would not keep every bit of a 64-bit one. */
  #saved = new Int32Array(64);

  noteCreated(record: number, slot: number): void {
    const n = this.#next(record);
    this.#slots[n] = slot;
    this.#created[n] = true;
  }

  /** Keeps `count` integers of a row aside, from `at` on. */
  noteChanged(record: number, slot: number, cells: Int32Array, at: number, count: number): void {
    const n = this.#next(record);
    this.#slots[n] = slot;
    this.#created[n] = false;
    const start = n * count;
    if (start + count > this.#saved.length) this.#widen(start + count);
    const saved = this.#saved;
    for (let i = 0; i < count; i++) saved[start + i] = cells[at + i] as number;
  }

  /** Undoes the changes of this record, the last first; `restore` is given where the cells begin that were kept. */
  undo(
    record: number,
    count: number,
    remove: (slot: number) => void,
    restore: (slot: number, saved: Int32Array, from: number) => void,
  ): void {
    if (record !== this.#record) return;
    for (let n = this.#length - 1; n >= 0; n--) {
      const slot = this.#slots[n] as number;
      if (this.#created[n] === true) remove(slot);
      else restore(slot, this.#saved, n * count);
    }
    this.#length = 0;
  }

  #next(record: number): number {
    if (record !== this.#record) {
      this.#record = record;
      this.#length = 0;
    }
    return this.#length++;
  }

  #widen(least: number): void {
    const wider = new Int32Array(Math.max(least, this.#saved.length * 2));
    wider.set(this.#saved);
    this.#saved = wider;
  }
}
