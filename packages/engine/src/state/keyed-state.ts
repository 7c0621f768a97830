import { type KeyPart, type RecordSchema, StockafolioError } from '@stockafolio/core';
import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { KeyEntry, RowValues, State, StateColumn } from '@stockafolio/core/ports';
import { cellOffsets, isTextual } from './columns.js';
import { keyEntry, type MemoryEntry } from './key-entry.js';
import { newCursor, stateColumns, type Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import { KeyParts } from './key-parts.js';
import { RowStore } from './row-store.js';
import { KEY_AT, LIVE, UNSAVED, UNWRITTEN } from './rows.js';
import { rowLister } from './row-values.js';
import { SlotIndex } from './slot-index.js';
import { SlotList } from './slot-list.js';
import type { MemorySubKeys } from './sub-keys.js';
import type { TextMarks } from './text-marks.js';
import { UndoJournal } from './undo-journal.js';

/**
 * The state of one operator for each key: a row of 8-byte cells with flags, the key, the version of the last change,
 * and the fields of the state schema. They are adjacent, so that one change touches one area of memory.
 *
 * A key has a slot, found by hash; slots are reused after removal. Every change is recorded twice: for the tables
 * (`takeUnwritten`) and for the next checkpoint (`takeUnsaved`). It can be undone while its record is being processed
 * (`rollback`).
 */
export class KeyedState extends RowStore implements State {
  readonly owner: string;
  readonly columns: readonly StateColumn[];
  /** Reads and writes the row of the slot that {@link upsert}, {@link find} or {@link at} has selected. */
  readonly cursor: Cursor;
  /** The first cell of each column, after the version; and the number of cells. */
  readonly #offsets: readonly number[];
  readonly #keys: KeyParts;
  readonly #interner: Interner;
  readonly #index = new SlotIndex();
  readonly #free = new SlotList();
  readonly #unwritten = new SlotList();
  /** How many of them have been taken while others remain. */
  #taken = 0;
  readonly #unsaved = new SlotList();
  #journal: UndoJournal | undefined;
  #entry: MemoryEntry | undefined;
  /** The cells of a row that hold the number of a text, or NaN; known from the first key on. */
  #textCells: readonly number[] = [];
  readonly #below = new Map<string, MemorySubKeys>();
  /** Of a key that is entered alone. */
  readonly #alone = { record: 0, versions: new Float64Array(1) };
  #live = 0;
  /** Whether changes are recorded for the tables. */
  readonly #isTaken: boolean;
  /** Whether the last {@link upsert} made a new key. */
  created = false;

  /** @param isTaken whether {@link takeUnwritten} will be called */
  constructor(owner: string, schema: RecordSchema, interner: Interner, isTaken = true) {
    super();
    this.owner = owner;
    this.#isTaken = isTaken;
    this.columns = stateColumns(schema);
    this.#interner = interner;
    this.#keys = new KeyParts(owner, interner);
    this.#offsets = cellOffsets(this.columns);
    this.cursor = newCursor(schema, owner, interner, this.pointer);
  }

  /** Keys held. */
  get size(): number {
    return this.#live;
  }

  /** The kinds of the parts of a key; undefined before the first. */
  get keyKinds(): readonly KeyKind[] | undefined {
    return this.#keys.kinds;
  }

  /**
   * The code that enters keys like this one, part by part, so that no array is needed.
   *
   * @throws ERR_ROW_INVALID if the key is not like the first one
   */
  entryFor(key: readonly KeyPart[]): KeyEntry {
    if (this.#entry === undefined) this.declare(this.#keys.kindsOf(key));
    else if (key.length !== this.#keys.loaded.length) this.#keys.refuse(key);
    return this.#entry as MemoryEntry;
  }

  /**
   * The slot of a key, created if there is none, with the cursor on it. The change that follows belongs to the record
   * with the number `record`, and gets its version.
   */
  upsert(key: readonly KeyPart[], record: number, version: number): number {
    const entry = this.entryFor(key);
    // Spreading a list costs more than to load its parts.
    if (key.length === 2) entry.load(0, key[0] as KeyPart, key[1] as KeyPart);
    else entry.load(0, ...key);
    const changes = this.#alone;
    changes.record = record;
    changes.versions[0] = version;
    return entry.enter(0, changes);
  }

  /** The slot of a key, with the cursor on it; -1 if there is none. */
  find(key: readonly KeyPart[]): number {
    if (this.#entry === undefined) return -1;
    const hash = this.#keys.load(key);
    let slot = this.#index.first(hash);
    while (slot >= 0 && !this.#matches(slot)) slot = this.#index.next(hash);
    if (slot >= 0) this.at(slot);
    return slot;
  }

  /** Puts the cursor on a slot. */
  at(slot: number): Cursor {
    this.point(slot);
    return this.cursor;
  }

  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (slot: number) => RowValues {
    const scope = { cursor: this.cursor, interner: this.#interner, shard };
    const list = rowLister(owner, origins, this.#keys.kinds ?? [], scope);
    const { pointer } = this;
    return (slot) => {
      this.at(slot);
      return list(pointer.f64, pointer.at);
    };
  }

  /** One part of a slot's key. */
  part(slot: number, part: number): KeyPart {
    return this.#keys.value(part, this.cell(slot, KEY_AT + part));
  }

  /** A slot's key. */
  key(slot: number): KeyPart[] {
    return (this.#keys.kinds ?? []).map((_, part) => this.part(slot, part));
  }

  /** Orders two slots by one part of their keys; texts by Unicode code point. */
  comparePart(part: number, a: number, b: number): number {
    return this.#keys.compare(part, this.cell(a, KEY_AT + part), this.cell(b, KEY_AT + part));
  }

  /** Passes every live slot to `each`, in the order of the slots. */
  forEachLive(each: (slot: number) => void): void {
    for (let slot = 0; slot < this.end; slot++) if (this.isLive(slot)) each(slot);
  }

  slotsWith(parts: readonly number[], values: readonly KeyPart[]): Int32Array {
    const wanted = parts.map((part, n) => this.#keys.known(part, values[n] as KeyPart));
    if (wanted.some(Number.isNaN)) return new Int32Array(0);
    return this.slotsOf(
      parts.map((part) => KEY_AT + part),
      wanted,
    );
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
    for (const { rows } of this.#below.values()) rows.rollback(record);
    this.#journal?.undo(record, {
      remove: (slot) => this.#remove(slot),
      restore: (slot, kept, from) => this.restoreValues(slot, kept, from),
      insert: (slot, rows, index) => this.#insert(slot, rows, index),
      written: (slot) => void this.clearFlag(slot, UNWRITTEN),
    });
  }

  subKeys(name: string): MemorySubKeys {
    const found = this.#below.get(name);
    if (found === undefined) throw new StockafolioError('ERR_INTERNAL', `${this.owner} has no sub-keys '${name}'`);
    return found;
  }

  /** Lets the keys of this state have sub-keys. */
  addSubKeys(name: string, subKeys: MemorySubKeys): void {
    this.#below.set(name, subKeys);
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
    if ((this.setFlag(slot, UNSAVED) & UNSAVED) === 0) this.#unsaved.push(slot);
  }

  remove(slot: number, record?: number): void {
    for (const subKeys of this.#below.values()) subKeys.clear(slot, record);
    if (record !== undefined) this.#keepRow(record, slot);
    this.#remove(slot);
  }

  #keepRow(record: number, slot: number): void {
    this.#journal?.keepRow(record, slot, this.chunkOf(slot).i32, 2 * this.rowOf(slot), 2 * this.width);
  }

  /** Undoes a removal: everything that happened since has been undone before, so the slot was freed last. */
  #insert(slot: number, rows: Int32Array, index: number): void {
    if (this.#free.pop() !== slot)
      throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not free`);
    this.pasteRow(slot, rows, index);
    // The removal has entered it in the list of unsaved slots.
    this.setFlag(slot, UNSAVED);
    this.#enterIndex(slot);
  }

  /** Enters a live slot, whose key is not in the index. */
  #enterIndex(slot: number): void {
    this.#index.add(this.#hash(slot), slot);
    this.#live++;
  }

  #hash(slot: number): number {
    return this.#keys.hash(this.chunkOf(slot).f64, this.rowOf(slot) + KEY_AT);
  }

  #remove(slot: number): void {
    if (!this.#index.removeSlot(this.#hash(slot), slot))
      throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not in its index`);
    this.#live--;
    this.#free.push(slot);
    this.#markUnsaved(slot);
    this.clearFlag(slot, LIVE);
    this.#interner.released += this.#textCells.length;
  }

  /** Marks the texts that live slots hold: all slots, or these. */
  markTexts(marks: TextMarks, slots?: Int32Array): void {
    this.markCells(marks, this.#textCells, slots);
  }

  /** Forgets the numbers of texts that it remembers besides those in its rows. */
  forgetTexts(): void {
    this.#entry?.forgetTexts();
  }

  /**
   * Passes every live slot that changed since the last call to `each`, in order of first change; at most `most` slots.
   *
   * @returns whether these were all
   */
  takeUnwritten(each: (slot: number) => void, most = Number.POSITIVE_INFINITY): boolean {
    const list = this.#unwritten;
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
    const slots = this.#unsaved.toArray();
    this.#unsaved.clear();
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
    if (this.#entry === undefined) this.declare(kinds);
    while (this.end < end) this.extend();
    this.pasteRows(slots, rows, cells, (slot) => {
      this.point(slot);
      this.cursor.$reset();
    });
  }

  /** Indexes every live slot again after rows were loaded from a checkpoint. */
  rebuild(): void {
    this.#live = 0;
    this.#free.clear();
    for (let slot = this.end - 1; slot >= 0; slot--) {
      if ((this.clearFlag(slot, UNWRITTEN | UNSAVED) & LIVE) === 0) this.#free.push(slot);
      else this.#enterIndex(slot);
    }
  }

  #matches(slot: number): boolean {
    const { loaded } = this.#keys;
    for (let part = 0; part < loaded.length; part++) if (this.cell(slot, KEY_AT + part) !== loaded[part]) return false;
    return true;
  }

  /** Declares the kinds of the parts of a key: from the first key, from a checkpoint, or beforehand. */
  declare(kinds: readonly KeyKind[]): void {
    this.#keys.declare(kinds);
    const values = this.#offsets.at(-1) ?? 0;
    this.shape(kinds.length, values);
    this.#textCells = textCells(kinds, this.columns, this.#offsets);
    this.#journal = new UndoJournal(1 + values, this.#unwritten);
    this.#entry = keyEntry(this.owner, kinds, this.columns, {
      keys: this.#keys,
      interner: this.#interner,
      index: this.#index,
      chunks: this.chunks,
      pointer: this.pointer,
      cursor: this.cursor,
      journal: this.#journal,
      state: this,
      create: (at, hash) => this.#create(at, hash),
      list: (slot, flags) => this.#list(slot, flags),
    });
  }

  /** Creates a slot, and enters it at this position of the index. */
  #create(at: number, hash: number): number {
    const slot = this.#free.length > 0 ? this.#free.pop() : this.extend();
    this.#live++;
    this.#index.insertAt(at, hash, slot);
    return slot;
  }

  #list(slot: number, flags: number): void {
    if (this.#isTaken && (flags & UNWRITTEN) === 0) this.#unwritten.push(slot);
    if ((flags & UNSAVED) === 0) this.#unsaved.push(slot);
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
