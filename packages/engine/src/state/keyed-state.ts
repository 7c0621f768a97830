import { type KeyPart, type RecordSchema, StockafolioError } from '@stockafolio/core';
import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { KeyEntry, RowValues, State, StateColumn } from '@stockafolio/core/ports';
import { cellOffsets, isTextual } from './columns.js';
import { keyEntry, type MemoryEntry } from './key-entry.js';
import { newCursor, stateColumns, type Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import { KeyParts } from './key-parts.js';
import { Chunk, CHUNK_BITS, CHUNK_MASK, KEY_AT, LIVE, RowPointer, UNSAVED, UNWRITTEN } from './rows.js';
import { rowLister } from './row-values.js';
import { SlotIndex } from './slot-index.js';
import { SlotList } from './slot-list.js';
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
export class KeyedState implements State {
  readonly owner: string;
  readonly columns: readonly StateColumn[];
  /** Reads and writes the row of the slot that {@link upsert}, {@link find} or {@link at} has selected. */
  readonly cursor: Cursor;
  /** The first cell of each column, after the version; and the number of cells. */
  readonly #offsets: readonly number[];
  readonly #keys: KeyParts;
  readonly #pointer = new RowPointer();
  readonly #chunks: Chunk[] = [];
  readonly #interner: Interner;
  readonly #index = new SlotIndex();
  readonly #free = new SlotList();
  readonly #unwritten = new SlotList();
  /** How many of them have been taken while others remain. */
  #taken = 0;
  readonly #unsaved = new SlotList();
  #journal: UndoJournal | undefined;
  #entry: MemoryEntry | undefined;
  /** Cells of a row, and the cell of its version; known from the first key on. */
  #width = 0;
  #versionAt = 0;
  /** The cells of a row that hold the number of a text, or NaN; known from the first key on. */
  #textCells: readonly number[] = [];
  #end = 0;
  #live = 0;
  /** Whether the last {@link upsert} made a new key. */
  created = false;

  constructor(owner: string, schema: RecordSchema, interner: Interner) {
    this.owner = owner;
    this.columns = stateColumns(schema);
    this.#interner = interner;
    this.#keys = new KeyParts(owner, interner);
    this.#offsets = cellOffsets(this.columns);
    this.cursor = newCursor(schema, owner, interner, this.#pointer);
  }

  /** Keys held. */
  get size(): number {
    return this.#live;
  }

  /** Slots in use or free: their numbers run from 0 to `end - 1`. */
  get end(): number {
    return this.#end;
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
    if (this.#entry === undefined) this.#declare(this.#keys.kindsOf(key));
    else if (key.length !== this.#keys.loaded.length) this.#keys.refuse(key);
    return this.#entry as MemoryEntry;
  }

  /**
   * The slot of a key, created if there is none, with the cursor on it. The change that follows belongs to the record
   * with the number `record`, and gets its version.
   */
  upsert(key: readonly KeyPart[], record: number, version: number): number {
    const entry = this.entryFor(key);
    entry.load(0, ...key);
    return entry.enter(0, { record, versions: Float64Array.of(version) });
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
    this.#point(this.#chunks[slot >>> CHUNK_BITS] as Chunk, (slot & CHUNK_MASK) * this.#width);
    return this.cursor;
  }

  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (slot: number) => RowValues {
    const scope = { cursor: this.cursor, interner: this.#interner, shard };
    const list = rowLister(owner, origins, this.#keys.kinds ?? [], scope);
    const pointer = this.#pointer;
    return (slot) => {
      this.at(slot);
      return list(pointer.f64, pointer.at);
    };
  }

  /** One part of a slot's key. */
  part(slot: number, part: number): KeyPart {
    return this.#keys.value(part, this.#cell(slot, KEY_AT + part));
  }

  /** A slot's key. */
  key(slot: number): KeyPart[] {
    return (this.#keys.kinds ?? []).map((_, part) => this.part(slot, part));
  }

  /** Orders two slots by one part of their keys; texts by Unicode code point. */
  comparePart(part: number, a: number, b: number): number {
    return this.#keys.compare(part, this.#cell(a, KEY_AT + part), this.#cell(b, KEY_AT + part));
  }

  /** Passes every live slot to `each`, in the order of the slots. */
  forEachLive(each: (slot: number) => void): void {
    for (let slot = 0; slot < this.#end; slot++) if (this.isLive(slot)) each(slot);
  }

  isLive(slot: number): boolean {
    return (this.#cell(slot, 0) & LIVE) !== 0;
  }

  /** Whether the slot's last change has not been taken for the tables yet. */
  isUnwritten(slot: number): boolean {
    return (this.#cell(slot, 0) & UNWRITTEN) !== 0;
  }

  /** The version of the record that changed the slot last, in microseconds. */
  version(slot: number): number {
    return this.#cell(slot, this.#versionAt);
  }

  /** Rolls back what the record with the number `record` has changed. */
  rollback(record: number): void {
    this.#journal?.undo(record, {
      remove: (slot) => this.#remove(slot),
      restore: (slot, kept, from) => {
        const { i32 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
        const at = 2 * ((slot & CHUNK_MASK) * this.#width + this.#versionAt);
        const count = 2 * (this.#width - this.#versionAt);
        for (let i = 0; i < count; i++) i32[at + i] = kept[from + i] as number;
      },
      insert: (slot, row) => this.#insert(slot, row),
    });
  }

  remove(slot: number, record?: number): void {
    if (record !== undefined) this.#keep(slot, record);
    this.#remove(slot);
  }

  /** Keeps a row that a record removes. */
  #keep(slot: number, record: number): void {
    const { i32 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
    const at = 2 * (slot & CHUNK_MASK) * this.#width;
    this.#journal?.keepRow(record, slot, i32.slice(at, at + 2 * this.#width));
  }

  /** Undoes a removal: everything that happened since has been undone before, so the slot was freed last. */
  #insert(slot: number, row: Int32Array): void {
    if (this.#free.pop() !== slot)
      throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not free`);
    const { f64, i32 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
    const at = (slot & CHUNK_MASK) * this.#width;
    i32.set(row, 2 * at);
    // The removal has entered it in the list of unsaved slots.
    f64[at] = (f64[at] as number) | UNSAVED;
    const hash = this.#keys.hash(f64, at + KEY_AT);
    let other = this.#index.first(hash);
    while (other >= 0) other = this.#index.next(hash);
    this.#index.insert(hash, slot);
    this.#live++;
  }

  #remove(slot: number): void {
    const { f64 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
    const row = (slot & CHUNK_MASK) * this.#width;
    const hash = this.#keys.hash(f64, row + KEY_AT);
    let found = this.#index.first(hash);
    while (found >= 0 && found !== slot) found = this.#index.next(hash);
    if (found < 0) throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not in its index`);
    this.#index.remove();
    this.#live--;
    this.#free.push(slot);
    const flags = f64[row] as number;
    if ((flags & UNSAVED) === 0) this.#unsaved.push(slot);
    f64[row] = UNSAVED | (flags & UNWRITTEN);
    this.#interner.released += this.#textCells.length;
  }

  /** Marks the texts that live slots hold: all slots, or these. */
  markTexts(marks: TextMarks, slots?: Int32Array): void {
    if (this.#textCells.length === 0) return;
    const count = slots?.length ?? this.#end;
    for (let n = 0; n < count; n++) {
      const slot = slots === undefined ? n : (slots[n] as number);
      const { f64 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
      const row = (slot & CHUNK_MASK) * this.#width;
      if (((f64[row] as number) & LIVE) === 0) continue;
      for (const cell of this.#textCells) {
        const id = f64[row + cell] as number;
        if (id > 0) marks.add(id);
      }
    }
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
      if ((this.#clear(slot, UNWRITTEN) & LIVE) !== 0) each(slot);
    }
    if (end < list.length) return false;
    list.clear();
    this.#taken = 0;
    return true;
  }

  /** The slots changed or removed since the last call; {@link saveRows} must follow before any of them changes again. */
  takeUnsaved(): Int32Array {
    const slots = this.#unsaved.toArray();
    this.#unsaved.clear();
    return slots;
  }

  /** Cells of a row, for checkpoints: flags, key, version, values. 0 before the first key. */
  get width(): number {
    return this.#width;
  }

  /**
   * Copies the rows of slots, for checkpoints, as pairs of 32-bit integers, and marks them as saved: in one pass,
   * because every row is a wait for memory.
   */
  saveRows(slots: Int32Array, into: Int32Array): void {
    const size = 2 * this.#width;
    let to = 0;
    for (const slot of slots) {
      const { f64, i32 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
      const row = (slot & CHUNK_MASK) * this.#width;
      f64[row] = (f64[row] as number) & ~UNSAVED;
      for (let i = 2 * row; i < 2 * row + size; i++) into[to++] = i32[i] as number;
    }
  }

  /**
   * Loads rows that {@link saveRows} copied, of a state with keys of these kinds; {@link rebuild} must follow.
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
    if (this.#entry === undefined) this.#declare(kinds);
    while (this.#end < end) this.#extend();
    const size = slots.length === 0 ? 0 : rows.length / slots.length;
    const fixed = 2 * (this.#versionAt + 1);
    slots.forEach((slot, n) => {
      const { i32 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
      const to = (slot & CHUNK_MASK) * 2 * this.#width;
      for (let i = 0; i < fixed; i++) i32[to + i] = rows[n * size + i] as number;
      this.at(slot).$reset();
      cells.forEach((cell, at) => {
        if (cell < 0) return;
        i32[to + fixed + 2 * at] = rows[n * size + 2 * cell] as number;
        i32[to + fixed + 2 * at + 1] = rows[n * size + 2 * cell + 1] as number;
      });
    });
  }

  /** Indexes every live slot again after rows were loaded from a checkpoint. */
  rebuild(): void {
    this.#live = 0;
    this.#free.clear();
    for (let slot = this.#end - 1; slot >= 0; slot--) {
      const { f64 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
      const row = (slot & CHUNK_MASK) * this.#width;
      f64[row] = (f64[row] as number) & LIVE;
      if (f64[row] === 0) {
        this.#free.push(slot);
        continue;
      }
      const hash = this.#keys.hash(f64, row + KEY_AT);
      let other = this.#index.first(hash);
      while (other >= 0) other = this.#index.next(hash);
      this.#index.insert(hash, slot);
      this.#live++;
    }
  }

  #matches(slot: number): boolean {
    const { f64 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
    const key = (slot & CHUNK_MASK) * this.#width + KEY_AT;
    const { loaded } = this.#keys;
    for (let part = 0; part < loaded.length; part++) if (f64[key + part] !== loaded[part]) return false;
    return true;
  }

  #declare(kinds: readonly KeyKind[]): void {
    this.#keys.declare(kinds);
    this.#versionAt = KEY_AT + kinds.length;
    this.#width = this.#versionAt + 1 + (this.#offsets.at(-1) ?? 0);
    this.#textCells = textCells(kinds, this.columns, this.#offsets);
    this.#journal = new UndoJournal(this.#width - this.#versionAt);
    this.#entry = keyEntry(this.owner, kinds, this.columns, {
      keys: this.#keys,
      interner: this.#interner,
      index: this.#index,
      chunks: this.#chunks,
      pointer: this.#pointer,
      cursor: this.cursor,
      journal: this.#journal,
      state: this,
      create: (at, hash) => this.#create(at, hash),
      list: (slot, flags) => this.#list(slot, flags),
    });
  }

  /** Creates a slot, and enters it at this position of the index. */
  #create(at: number, hash: number): number {
    const slot = this.#free.length > 0 ? this.#free.pop() : this.#extend();
    this.#live++;
    this.#index.insertAt(at, hash, slot);
    return slot;
  }

  #list(slot: number, flags: number): void {
    if ((flags & UNWRITTEN) === 0) this.#unwritten.push(slot);
    if ((flags & UNSAVED) === 0) this.#unsaved.push(slot);
  }

  #extend(): number {
    const slot = this.#end++;
    if ((slot & CHUNK_MASK) === 0) this.#chunks.push(new Chunk(this.#width));
    return slot;
  }

  #point(chunk: Chunk, row: number): void {
    const pointer = this.#pointer;
    pointer.f64 = chunk.f64;
    pointer.i64 = chunk.i64;
    pointer.i32 = chunk.i32;
    pointer.at = row + this.#versionAt + 1;
  }

  #cell(slot: number, cell: number): number {
    return (this.#chunks[slot >>> CHUNK_BITS] as Chunk).f64[(slot & CHUNK_MASK) * this.#width + cell] as number;
  }

  /** Clears a flag; returns the flags before. */
  #clear(slot: number, flag: number): number {
    const { f64 } = this.#chunks[slot >>> CHUNK_BITS] as Chunk;
    const row = (slot & CHUNK_MASK) * this.#width;
    const flags = f64[row] as number;
    f64[row] = flags & ~flag;
    return flags;
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
