import { type KeyPart, StockafolioError } from '@stockafolio/core';
import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { KeyEntry, RowValues, State } from '@stockafolio/core/ports';
import { keyEntry, type MemoryEntry } from './key-entry.js';
import { KeyedRows } from './keyed-rows.js';
import { KEY_AT, UNSAVED, UNWRITTEN } from './rows.js';
import { rowLister } from './row-values.js';
import { SlotIndex } from './slot-index.js';
import type { MemorySubKeys } from './sub-keys.js';

/**
 * The state of one operator for each key: a row of 8-byte cells with flags, the key, the version of the last change,
 * and the fields of the state schema. They are adjacent, so that one change touches one area of memory.
 *
 * A key has a slot, found by hash; slots are reused after removal. Every change is recorded twice: for the tables
 * (`takeUnwritten`) and for the next checkpoint (`takeUnsaved`). It can be undone while its record is being processed
 * (`rollback`).
 */
export class KeyedState extends KeyedRows implements State {
  readonly #index = new SlotIndex();
  #entry: MemoryEntry | undefined;
  readonly #below = new Map<string, MemorySubKeys>();
  /** Of a key that is entered alone. */
  readonly #alone = { record: 0, versions: new Float64Array(1) };

  /**
   * The code that enters keys like this one, part by part, so that no array is needed.
   *
   * @throws ERR_ROW_INVALID if the key is not like the first one
   */
  entryFor(key: readonly KeyPart[]): KeyEntry {
    if (this.#entry === undefined) this.declare(this.keys.kindsOf(key));
    else if (key.length !== this.keys.loaded.length) this.keys.refuse(key);
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
    const slot = this.#search(this.keys.load(key));
    if (slot >= 0) this.at(slot);
    return slot;
  }

  /** The slot of a key whose parts are stored as these cells; -1 if there is none. */
  findStored(cells: Float64Array): number {
    const { loaded } = this.keys;
    for (let part = 0; part < loaded.length; part++) loaded[part] = cells[part] as number;
    return this.#search(this.keys.hash(loaded, 0));
  }

  /** Finds the loaded key. */
  #search(hash: number): number {
    let slot = this.#index.first(hash);
    while (slot >= 0 && !this.#matches(slot)) slot = this.#index.next(hash);
    return slot;
  }

  /** One part of a slot's key, as it is stored. */
  partCell(slot: number, part: number): number {
    return this.cell(slot, KEY_AT + part);
  }

  rowsOf(owner: string, origins: readonly ColumnOrigin[], shard: number): (slot: number) => RowValues {
    const scope = { cursor: this.cursor, interner: this.interner, shard };
    const list = rowLister(owner, origins, this.keys.kinds ?? [], scope);
    const { pointer } = this;
    return (slot) => {
      this.at(slot);
      return list(pointer.f64, pointer.at);
    };
  }

  slotsWith(parts: readonly number[], values: readonly KeyPart[]): Int32Array {
    const wanted = parts.map((part, n) => this.keys.known(part, values[n] as KeyPart));
    if (wanted.some(Number.isNaN)) return new Int32Array(0);
    return this.slotsOf(
      parts.map((part) => KEY_AT + part),
      wanted,
    );
  }

  override rollback(record: number): void {
    for (const { rows } of this.#below.values()) rows.rollback(record);
    super.rollback(record);
  }

  override remove(slot: number, record?: number): void {
    for (const subKeys of this.#below.values()) subKeys.clear(slot, record);
    super.remove(slot, record);
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

  override forgetTexts(): void {
    this.#entry?.forgetTexts();
  }

  #matches(slot: number): boolean {
    const { loaded } = this.keys;
    for (let part = 0; part < loaded.length; part++) if (this.cell(slot, KEY_AT + part) !== loaded[part]) return false;
    return true;
  }

  protected enterIndex(slot: number): void {
    this.#index.add(this.hashOf(slot), slot);
  }

  protected leaveIndex(slot: number): void {
    if (!this.#index.removeSlot(this.hashOf(slot), slot))
      throw new StockafolioError('ERR_INTERNAL', `${this.owner}: slot ${slot} is not in its index`);
  }

  override declare(kinds: readonly KeyKind[]): void {
    super.declare(kinds);
    this.#entry = keyEntry(this.owner, kinds, this.columns, {
      keys: this.keys,
      interner: this.interner,
      index: this.#index,
      chunks: this.chunks,
      pointer: this.pointer,
      cursor: this.cursor,
      journal: this.journal,
      state: this,
      below: [...this.#below.values()].map(({ rows, rootCell }) => ({ rows, rootCell })),
      create: (at, hash) => this.#create(at, hash),
      list: (slot, flags) => this.#list(slot, flags),
    });
  }

  /** Creates a slot, and enters it at this position of the index. */
  #create(at: number, hash: number): number {
    const slot = this.takeSlot();
    this.#index.insertAt(at, hash, slot);
    return slot;
  }

  #list(slot: number, flags: number): void {
    if ((flags & UNWRITTEN) === 0) this.unwritten.push(slot);
    if ((flags & UNSAVED) === 0) this.unsaved.push(slot);
  }
}
