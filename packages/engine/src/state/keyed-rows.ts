import { type KeyPart, type RecordSchema, StockafolioError } from '@stockafolio/core';
import type { KeyKind } from '@stockafolio/core/plan';
import type { StateColumn } from '@stockafolio/core/ports';
import { cellOffsets, isTextual } from './columns.js';
import { newCursor, stateColumns, type Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import { KeyParts } from './key-parts.js';
import { RowStore } from './row-store.js';
import { KEY_AT, LIVE, UNSAVED, UNWRITTEN } from './rows.js';
import { SlotList } from './slot-list.js';
import type { TextMarks } from './text-marks.js';
import { UndoJournal } from './undo-journal.js';
import type { ValueTexts } from './value-texts.js';

/**
 * Rows with keys, whatever finds them: flags, the key, the version of the last change, and the fields of a schema, in cells
 * of 8 bytes. They are adjacent, so that one change touches one area of memory.
 *
 * A row has a slot, which is reused after its removal. Every change is recorded for the next checkpoint (`takeUnsaved`),
 * and can be undone while its record is being processed (`rollback`).
 */
export abstract class KeyedRows extends RowStore {
  readonly owner: string;
  readonly columns: readonly StateColumn[];
  /** Reads and writes the row of the slot that was entered, found or selected last. */
  readonly cursor: Cursor;
  /** The first cell of each column, after the version; and the number of cells. */
  readonly #offsets: readonly number[];
  protected readonly keys: KeyParts;
  protected readonly interner: Interner;
  protected readonly free = new SlotList();
  /** The changed slots that were not taken for the tables. */
  protected readonly unwritten = new SlotList();
  /** How many of them have been taken while others remain. */
  #taken = 0;
  protected readonly unsaved = new SlotList();
  #journal: UndoJournal | undefined;
  /** The cells of a row that hold the number of a text, or NaN; known from the first key on. */
  #textCells: readonly number[] = [];
  protected live = 0;
  /** Whether the row that was entered last is a new one. */
  created = false;

  /** @param textsOf makes what numbers the texts of one of its fields, if not the interner itself does */
  constructor(owner: string, schema: RecordSchema, interner: Interner, textsOf?: () => ValueTexts) {
    super();
    this.owner = owner;
    this.columns = stateColumns(schema);
    this.interner = interner;
    this.keys = new KeyParts(owner, interner);
    this.#offsets = cellOffsets(this.columns);
    this.cursor = newCursor(schema, owner, interner, this.pointer, textsOf);
  }

  /** Enters a live slot, whose key is not in the index. */
  protected abstract enterIndex(slot: number): void;

  /** Removes a slot from the index. */
  protected abstract leaveIndex(slot: number): void;

  /** Keys held. */
  get size(): number {
    return this.live;
  }

  /** The kinds of the parts of a key; undefined before the first. */
  get keyKinds(): readonly KeyKind[] | undefined {
    return this.keys.kinds;
  }

  /** Puts the cursor on a slot. */
  at(slot: number): Cursor {
    this.point(slot);
    return this.cursor;
  }

  /** One part of a slot's key. */
  part(slot: number, part: number): KeyPart {
    return this.keys.value(part, this.cell(slot, KEY_AT + part));
  }

  /** A slot's key. */
  key(slot: number): KeyPart[] {
    return (this.keys.kinds ?? []).map((_, part) => this.part(slot, part));
  }

  /** Orders two slots by one part of their keys; texts by Unicode code point. */
  comparePart(part: number, a: number, b: number): number {
    return this.keys.compare(part, this.cell(a, KEY_AT + part), this.cell(b, KEY_AT + part));
  }

  /** Passes every live slot to `each`, in the order of the slots. */
  forEachLive(each: (slot: number) => void): void {
    for (let slot = 0; slot < this.end; slot++) if (this.isLive(slot)) each(slot);
  }

  isLive(slot: number): boolean {
    return (this.cell(slot, 0) & LIVE) !== 0;
  }

  /** Whether the slot's last change has not been taken for the tables yet. */
  isUnwritten(slot: number): boolean {
    return (this.cell(slot, 0) & UNWRITTEN) !== 0;
  }

  /** The version of the record that changed the slot last, in microseconds. */
  version(slot: number): number {
    return this.cell(slot, this.versionAt);
  }

  /** Rolls back what the record with the number `record` has changed. */
  rollback(record: number): void {
    this.#journal?.undo(record, {
      remove: (slot) => this.#remove(slot),
      restore: (slot, kept, from) => this.restoreValues(slot, kept, from),
      insert: (slot, rows, index) => this.#insert(slot, rows, index),
      written: (slot) => void this.clearFlag(slot, UNWRITTEN),
    });
  }

  /** The cell of an integer field, for {@link integer}. Keys must have been declared. */
  cellOf(field: string): number {
    return this.versionAt + 1 + (this.#offsets[this.columns.findIndex(({ name }) => name === field)] ?? 0);
  }

  /** The value of an integer field of a slot, without moving the cursor. */
  integer(slot: number, cell: number): number {
    return this.cell(slot, cell);
  }

  /** Sets an integer field of a slot, without moving the cursor: for a record, with which it is rolled back, or for good. */
  setInteger(slot: number, cell: number, value: number, record: number | undefined): void {
    const { f64, i32 } = this.chunkOf(slot);
    const row = this.rowOf(slot);
    if (record !== undefined) this.#journal?.keepValues(record, slot, i32, 2 * (row + this.versionAt));
    f64[row + cell] = value;
    this.#markUnsaved(slot);
  }

  /** Puts the cursor on a slot whose change that follows belongs to a record. */
  change(slot: number, record: number, version: number): Cursor {
    const { f64, i32 } = this.chunkOf(slot);
    const at = this.rowOf(slot) + this.versionAt;
    this.#journal?.keepValues(record, slot, i32, 2 * at);
    f64[at] = version;
    this.#markUnsaved(slot);
    return this.at(slot);
  }

  #markUnsaved(slot: number): void {
    if ((this.setFlag(slot, UNSAVED) & UNSAVED) === 0) this.unsaved.push(slot);
  }

  remove(slot: number, record?: number): void {
    if (record !== undefined) this.#keepRow(record, slot);
    this.#remove(slot);
  }

  #keepRow(record: number, slot: number): void {
    this.#journal?.keepRow(record, slot, this.chunkOf(slot).i32, 2 * this.rowOf(slot), 2 * this.width);
  }

  /** Undoes a removal: everything that happened since has been undone before, so the slot was freed last. */
  #insert(slot: number, rows: Int32Array, index: number): void {
    if (this.free.pop() !== slot) throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not free`);
    this.pasteRow(slot, rows, index);
    // The removal has entered it in the list of unsaved slots.
    this.setFlag(slot, UNSAVED);
    this.enterIndex(slot);
    this.live++;
  }

  /** The hash of a slot's key. */
  protected hashOf(slot: number): number {
    return this.keys.hash(this.chunkOf(slot).f64, this.rowOf(slot) + KEY_AT);
  }

  #remove(slot: number): void {
    this.leaveIndex(slot);
    this.live--;
    this.free.push(slot);
    this.#markUnsaved(slot);
    this.clearFlag(slot, LIVE);
    this.interner.released += this.#textCells.length;
  }

  /** Marks the texts that live slots hold: all slots, or these. */
  markTexts(marks: TextMarks, slots?: Int32Array): void {
    this.markCells(marks, this.#textCells, slots);
  }

  /**
   * Passes every live slot that changed since the last call to `each`, in order of first change; at most `most` slots.
   *
   * @returns whether these were all
   */
  takeUnwritten(each: (slot: number) => void, most = Number.POSITIVE_INFINITY): boolean {
    const list = this.unwritten;
    const end = Math.min(list.length, this.#taken + most);
    for (; this.#taken < end; this.#taken++) {
      const slot = list.at(this.#taken);
      if ((this.clearFlag(slot, UNWRITTEN) & LIVE) !== 0) each(slot);
    }
    if (end < list.length) return false;
    list.clear();
    this.#taken = 0;
    return true;
  }

  /** The slots changed or removed since the last call; `saveRows` must follow before any of them changes again. */
  takeUnsaved(): Int32Array {
    const slots = this.unsaved.toArray();
    this.unsaved.clear();
    return slots;
  }

  /**
   * Loads rows that `saveRows` copied, of a state with keys of these kinds; {@link rebuild} must follow.
   *
   * @param cells for each cell of this state's fields, its cell in those rows; -1 if they lack it, then it gets its
   * initial value
   * @param end the number of slots that the state had
   */
  loadRows(
    kinds: readonly KeyKind[],
    slots: Int32Array,
    rows: Int32Array,
    cells: readonly number[],
    end: number,
  ): void {
    if (this.#journal === undefined) this.declare(kinds);
    while (this.end < end) this.extend();
    this.pasteRows(slots, rows, cells, (slot) => {
      this.point(slot);
      this.cursor.$reset();
    });
  }

  /** Indexes every live slot again after rows were loaded from a checkpoint. */
  rebuild(): void {
    this.live = 0;
    this.free.clear();
    for (let slot = this.end - 1; slot >= 0; slot--) {
      if ((this.clearFlag(slot, UNWRITTEN | UNSAVED) & LIVE) === 0) this.free.push(slot);
      else {
        this.enterIndex(slot);
        this.live++;
      }
    }
  }

  /** Declares the kinds of the parts of a key: from the first key, from a checkpoint, or beforehand. */
  declare(kinds: readonly KeyKind[]): void {
    this.keys.declare(kinds);
    const values = this.#offsets.at(-1) ?? 0;
    this.shape(kinds.length, values);
    this.#textCells = textCells(kinds, this.columns, this.#offsets);
    this.#journal = new UndoJournal(1 + values, this.unwritten);
  }

  /** What the current record has changed. Keys must have been declared. */
  protected get journal(): UndoJournal {
    if (this.#journal === undefined) throw new StockafolioError('ERR_INTERNAL', `${this.owner} has no keys yet`);
    return this.#journal;
  }

  /** A slot for a new row. */
  protected takeSlot(): number {
    this.live++;
    return this.free.length > 0 ? this.free.pop() : this.extend();
  }

  /** Forgets the numbers of texts that it remembers besides those in its rows. */
  forgetTexts(): void {
    // Nothing is remembered where no keys are entered.
  }
}

/** The cells of a row that hold texts: of its key, where big integers are texts too, and of its fields. */
function textCells(kinds: readonly KeyKind[], columns: readonly StateColumn[], offsets: readonly number[]): number[] {
  const fieldsAt = KEY_AT + kinds.length + 1;
  return [
    ...kinds.flatMap((kind, part) => (kind === 'text' || kind === 'bigint' ? [KEY_AT + part] : [])),
    ...columns.flatMap(({ kind }, n) => (isTextual(kind) ? [fieldsAt + (offsets[n] ?? 0)] : [])),
  ];
}
