import { StockafolioError } from '@stockafolio/core';
import { compareText } from '@stockafolio/core/ports';
import { BATCH_SIZE } from './batch-size.js';
import { SlotIndex } from './slot-index.js';
import { SlotList } from './slot-list.js';
import { TextMarks } from './text-marks.js';
import { TextMemo } from './text-memo.js';
import { hashText, TextStore, unpackText } from './text-store.js';
import { memoryFor } from './memory.js';

/** Number of texts that are also kept as strings once they were read: few, so that few survive garbage collections. */
const RECENT = 1 << 10;

/** So many texts may be unused before the unused ones are searched for. */
const LEAST_UNUSED = 1 << 16;

/** Flags of a number. */
const USED = 1;
const UNSAVED = 2;
/** It is of a text that is not in the index. */
const OWN = 4;

/**
 * Numbers texts: equal texts get the same small integer, so that keys and state columns hold only numbers.
 *
 * Texts are stored once, as bytes. The index is open addressing over typed arrays, so that tens of millions of texts
 * fit (a JS Map ends at 2^24 entries). A text keeps its number as long as a state holds it; {@link keepOnly} forgets the
 * others, and their numbers are given to new texts. A checkpoint holds only the texts numbered since the last one.
 */
export class Interner {
  readonly #index = new SlotIndex();
  readonly #store = new TextStore();
  #flags: Uint8Array = new Uint8Array(64);
  #end = 0;
  readonly #free = new SlotList();
  readonly #unsaved = new SlotList();
  /** Texts numbered since those in use were last looked for. */
  added = 0;
  /** Texts that state has replaced or removed since then, a text as often as that happened. */
  released = 0;
  readonly #recentIds = new Int32Array(RECENT);
  readonly #recentTexts: string[] = new Array<string>(RECENT).fill('');
  readonly #usual = new TextMemo();
  /** The stream's own key at each index of the batch, and its number. */
  readonly #batchTexts: string[] = new Array<string>(BATCH_SIZE).fill('');
  readonly #batchIds = new Int32Array(BATCH_SIZE);
  /**
   * The hashes of the texts of a batch, by index; and what was read ahead for them, kept so that V8 does not optimise
   * the reads away.
   */
  readonly #hashes = new Int32Array(BATCH_SIZE);
  #seen = 0;
  /**
   * The index, within its batch, of the current record: operators process the same records one after the other, and
   * most ask for the number of the same text of each.
   */
  batchIndex = 0;

  /** The empty text is number 0, so zeroed columns hold it. */
  constructor() {
    this.#find('', hashText(''));
  }

  /** Number of texts. */
  get size(): number {
    return this.#end - this.#free.length;
  }

  /** Numbers in use or free run from 0 to `end - 1`. */
  get end(): number {
    return this.#end;
  }

  /** Number of texts that {@link takeUnsaved} has not returned yet. */
  get unsaved(): number {
    return this.#unsaved.length;
  }

  /** Bytes held by the texts and the index. */
  get bytes(): number {
    return this.#store.bytes + this.#index.bytes + this.#flags.length;
  }

  /** The number of a text; a new one if the text is new. */
  idOf(text: string): number {
    const i = this.batchIndex;
    if (text === this.#batchTexts[i]) return this.#batchIds[i] as number;
    let id = this.#usual.get(text);
    if (id < 0) {
      id = this.#find(text, hashText(text));
      this.#usual.set(text, id);
    }
    return id;
  }

  /** A number for a text that no other is given, even if their texts are equal: it is found by nobody. */
  add(text: string): number {
    const id = this.#nextId();
    this.#put(id, text, USED | UNSAVED | OWN);
    this.#noteAdded(id);
    return id;
  }

  /** Whether a number was given by {@link add}. */
  isOwn(id: number): boolean {
    return ((this.#flags[id] as number) & OWN) !== 0;
  }

  /** Whether a number is of this text. */
  equals(id: number, text: string): boolean {
    return this.#store.equals(id, text);
  }

  /** The number of a text that has one; -1 if it has none. */
  find(text: string): number {
    return this.#search(text, hashText(text));
  }

  /**
   * Numbers the keys of a batch, by index, if they are texts, before operators ask for them one by one. The loops are
   * so tight that the processor waits for several keys at a time, first for the index, then for the texts in the arena.
   */
  number(keys: readonly unknown[], count: number): void {
    const hashes = this.#hashes;
    const ids = this.#batchIds;
    let seen = 0;
    if (this.#areNumbered(keys, count)) return;
    for (let n = 0; n < count; n++) {
      const key = keys[n];
      if (typeof key !== 'string') return;
      hashes[n] = hashText(key);
    }
    for (let n = 0; n < count; n++) ids[n] = this.#index.peek(hashes[n] as number) - 1;
    for (let n = 0; n < count; n++) {
      const id = ids[n] as number;
      if (id >= 0) seen ^= this.#store.peek(id);
    }
    this.#seen ^= seen;
    for (let n = 0; n < count; n++) {
      const key = keys[n] as string;
      ids[n] = this.#find(key, hashes[n] as number);
      this.#batchTexts[n] = key;
    }
  }

  /** Whether the keys of a batch were numbered last: several operators may announce the same ones. */
  #areNumbered(keys: readonly unknown[], count: number): boolean {
    for (let n = 0; n < count; n++) if (keys[n] !== this.#batchTexts[n]) return false;
    return true;
  }

  /** The text of a number given by {@link idOf}. */
  textOf(id: number): string {
    const slot = id & (RECENT - 1);
    if (this.#recentIds[slot] === id) return this.#recentTexts[slot] as string;
    const text = this.#store.read(id);
    this.#recentIds[slot] = id;
    this.#recentTexts[slot] = text;
    return text;
  }

  /** Orders two numbers as their texts are ordered by Unicode code point. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    return compareText(this.textOf(a), this.textOf(b));
  }

  /** Whether half as many texts as there are may have become unused, and at least so many. */
  mayHaveUnused(least = LEAST_UNUSED): boolean {
    return Math.min(this.released, this.added) >= Math.max(least, this.size >>> 1);
  }

  /** An empty set of numbers, for {@link keepOnly} and {@link takeUnsaved}. */
  marks(): TextMarks {
    return new TextMarks(this.#end);
  }

  /**
   * Forgets every text whose number is not in the set; whoever remembers numbers elsewhere must forget them too.
   *
   * @throws ERR_INTERNAL if a number in the set has no text
   */
  keepOnly(used: TextMarks): void {
    for (let id = 1; id < this.#end; id++) {
      const isUsed = ((this.#flags[id] as number) & USED) !== 0;
      if (used.has(id)) {
        if (!isUsed) throw new StockafolioError('ERR_INTERNAL', `the text with number ${id} is missing`);
      } else if (isUsed) {
        this.#forget(id);
      }
    }
    this.#store.compact(this.#end, (id) => ((this.#flags[id] as number) & USED) !== 0);
    this.#filter(this.#unsaved, (id) => this.#isUnsaved(id));
    this.added = 0;
    this.released = 0;
    this.#usual.clear();
    this.#batchTexts.fill('');
    this.#batchIds.fill(0);
    this.#recentIds.fill(0);
    this.#recentTexts.fill('');
  }

  /** The numbers in use from `from` to `to - 1`. */
  numbers(from: number, to: number): Int32Array {
    const ids = new SlotList();
    for (let id = from; id < to; id++) if (((this.#flags[id] as number) & USED) !== 0) ids.push(id);
    return ids.toArray();
  }

  /** The texts numbered since the last call; if a set is given, only those in it, and the others remain unsaved. */
  takeUnsaved(needed?: TextMarks): Int32Array {
    const taken = new SlotList();
    this.#filter(this.#unsaved, (id) => {
      if (!this.#isUnsaved(id)) return false;
      if (needed !== undefined && !needed.has(id)) return true;
      this.#flags[id] = (this.#flags[id] as number) & ~UNSAVED;
      taken.push(id);
      return false;
    });
    return taken.toArray();
  }

  /** Copies texts, for checkpoints: where each ends in `bytes`, and their bytes. */
  pack(ids: Int32Array): { readonly ends: Float64Array; readonly bytes: Uint8Array } {
    return this.#store.pack(ids);
  }

  /**
   * Loads texts that {@link pack} copied, with these numbers. A number or a text that is known already is skipped, so of
   * several checkpoints the last is loaded first; {@link loaded} must follow.
   *
   * @param areOwn whether their numbers were given by {@link add}: then a text may be known already
   */
  load(ids: Int32Array, ends: Float64Array, bytes: Uint8Array, areOwn = false): void {
    let start = 0;
    ids.forEach((id, n) => {
      const end = ends[n] as number;
      if (id >= this.#end || this.#flags[id] === 0) this.#loadText(id, unpackText(bytes, start, end), areOwn);
      start = end;
    });
  }

  /** Completes {@link load}: the numbers between those that were loaded are free. */
  loaded(): void {
    this.#free.clear();
    for (let id = this.#end - 1; id > 0; id--) if (this.#flags[id] === 0) this.#free.push(id);
    this.added = this.#end;
  }

  #loadText(id: number, text: string, isOwn: boolean): void {
    const hash = isOwn ? 0 : hashText(text);
    if (!isOwn && this.#search(text, hash) >= 0) return;
    this.#end = Math.max(this.#end, id + 1);
    this.#put(id, text, isOwn ? USED | OWN : USED);
    if (!isOwn) this.#index.insert(hash, id);
  }

  #find(text: string, hash: number): number {
    let id = this.#search(text, hash);
    if (id < 0) {
      id = this.#nextId();
      this.#put(id, text, USED | UNSAVED);
      this.#index.insert(hash, id);
      this.#noteAdded(id);
    }
    return id;
  }

  #nextId(): number {
    return this.#free.length > 0 ? this.#free.pop() : this.#end++;
  }

  #noteAdded(id: number): void {
    this.#unsaved.push(id);
    this.added++;
  }

  #search(text: string, hash: number): number {
    let id = this.#index.first(hash);
    while (id >= 0 && !this.#store.equals(id, text)) id = this.#index.next(hash);
    return id;
  }

  #put(id: number, text: string, flags: number): void {
    while (id >= this.#flags.length) {
      const larger = new Uint8Array(memoryFor(this.#flags.length * 2));
      larger.set(this.#flags);
      this.#flags = larger;
    }
    this.#store.set(id, text);
    this.#flags[id] = flags;
  }

  #forget(id: number): void {
    if (!this.isOwn(id)) this.#index.removeSlot(this.#store.hash(id), id);
    this.#store.remove(id);
    this.#flags[id] = 0;
    this.#free.push(id);
  }

  #isUnsaved(id: number): boolean {
    return ((this.#flags[id] as number) & UNSAVED) !== 0;
  }

  /** A number that was freed and given again is in the list twice: the first is kept. */
  #filter(list: SlotList, isKept: (id: number) => boolean): void {
    const all = list.toArray();
    const seen = this.marks();
    list.clear();
    for (const id of all) {
      if (seen.has(id) || !isKept(id)) continue;
      seen.add(id);
      list.push(id);
    }
  }
}
