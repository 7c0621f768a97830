import { type KeyPart, type RecordSchema, StockafolioError } from '@stockafolio/core';
import type { KeyKind } from '@stockafolio/core/plan';
import type { Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import { KeyedRows } from './keyed-rows.js';
import type { RemovedKeys } from './removed-keys.js';
import { ALL, KEY_AT, UNSAVED, UNWRITTEN } from './rows.js';
import { SlotIndex } from './slot-index.js';
import type { TextMarks } from './text-marks.js';
import { ValueTexts } from './value-texts.js';

/** The cells of the slot above, of the sub-key, and of its number among those of one value. */
const ABOVE = KEY_AT;
const KEY = KEY_AT + 1;
const NUMBER = KEY_AT + 2;

interface Below {
  readonly kind: KeyKind;
  readonly isMulti: boolean;
  /** Whether tables have them. */
  readonly isWritten: boolean;
  readonly learntFrom: number | undefined;
}

/**
 * The rows of sub-keys. Their keys are the slot above and the sub-key, and where a node keeps several of one value, their
 * numbers.
 *
 * Mostly they are found by their order, which is known anyway. An index is entered and left at each addition and removal,
 * and each is a wait for memory. So it is built only when it is needed: see {@link isIndexed}.
 */
export class SubRows extends KeyedRows {
  readonly #isMulti: boolean;
  readonly #isWritten: boolean;
  /** Those that tables may still have. */
  removed: RemovedKeys | undefined;
  #index: SlotIndex | undefined;

  constructor(
    owner: string,
    schema: RecordSchema,
    interner: Interner,
    { kind, isMulti, isWritten, learntFrom }: Below,
  ) {
    super(owner, schema, interner, () => new ValueTexts(interner, learntFrom));
    this.#isMulti = isMulti;
    this.#isWritten = isWritten;
    // Those of one value are told apart by the numbers with which they are added.
    this.declare(isMulti ? ['number', kind, 'number'] : ['number', kind]);
  }

  get isIndexed(): boolean {
    return this.#index !== undefined;
  }

  /** Finds rows by hash from now on. */
  buildIndex(): void {
    this.#index = new SlotIndex();
    this.forEachLive((slot) => this.enterIndex(slot));
  }

  /** How a sub-key is stored. @throws ERR_ROW_INVALID if it is not of the kind of the others */
  storedKey(key: KeyPart): number {
    return this.keys.cell(1, key);
  }

  /** The sub-key of a slot, as it is stored. */
  keyCell(slot: number): number {
    return this.cell(slot, KEY);
  }

  above(slot: number): number {
    return this.cell(slot, ABOVE);
  }

  number(slot: number): number {
    return this.cell(slot, NUMBER);
  }

  /** Orders the sub-keys of two slots; texts by Unicode code point. */
  compareKeys(a: number, b: number): number {
    const order = this.comparePart(1, a, b);
    return order === 0 && this.#isMulti ? this.number(a) - this.number(b) : order;
  }

  /** Finds a row by its key, where there is an index; -1 if there is none. */
  search(above: number, key: number): number {
    const index = this.#index;
    if (index === undefined) throw new StockafolioError('ERR_INTERNAL', `${this.owner} has no index`);
    const { loaded } = this.keys;
    loaded[0] = above;
    loaded[1] = key;
    const hash = this.keys.hash(loaded, 0);
    let slot = index.first(hash);
    while (slot >= 0 && (this.cell(slot, ABOVE) !== above || this.cell(slot, KEY) !== key)) slot = index.next(hash);
    return slot;
  }

  /** Adds a row, with the cursor on it. No other has this key. */
  add(above: number, key: number, number: number, record: number, version: number): number {
    const slot = this.takeSlot();
    const { f64 } = this.chunkOf(slot);
    const row = this.rowOf(slot);
    f64[row + ABOVE] = above;
    f64[row + KEY] = key;
    if (this.#isMulti) f64[row + NUMBER] = number;
    f64[row + this.versionAt] = version;
    this.journal.keepCreated(record, slot);
    const flags = f64[row] as number;
    if ((flags & UNSAVED) === 0) this.unsaved.push(slot);
    if (this.#isWritten && (flags & UNWRITTEN) === 0) this.unwritten.push(slot);
    f64[row] = ALL;
    this.at(slot).$reset();
    if (this.#index !== undefined) this.enterIndex(slot);
    this.created = true;
    return slot;
  }

  override change(slot: number, record: number, version: number): Cursor {
    const cursor = super.change(slot, record, version);
    if (this.#isWritten && (this.setFlag(slot, UNWRITTEN) & UNWRITTEN) === 0) this.unwritten.push(slot);
    return cursor;
  }

  override rollback(record: number): void {
    super.rollback(record);
    this.removed?.rollback(record);
  }

  override markTexts(marks: TextMarks, slots?: Int32Array): void {
    super.markTexts(marks, slots);
    if (slots === undefined) this.removed?.markTexts(marks);
  }

  protected enterIndex(slot: number): void {
    this.#index?.add(this.hashOf(slot), slot);
  }

  protected leaveIndex(slot: number): void {
    this.#index?.removeSlot(this.hashOf(slot), slot);
  }
}
