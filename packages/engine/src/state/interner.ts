import { StockafolioError } from '@stockafolio/core';
import { compareText, latin1Of } from '@stockafolio/core/ports';
import { memoryFor } from './memory.js';
import { SlotIndex } from './slot-index.js';
import { BATCH_SIZE } from './batch-size.js';
import { TextMemo } from './text-memo.js';

/** Number of texts that are also kept as strings once they were read: few, so that few survive garbage collections. */
const RECENT = 1 << 10;

/**
 * Numbers texts: equal texts get the same small integer, so that keys and state columns hold only numbers.
 *
 * Texts are stored once, as bytes, in one arena. The index is open addressing over typed arrays, so that tens of
 * millions of texts fit (a JS Map ends at 2^24 entries). Numbers are given in order of arrival from 0, and never
 * reused: a checkpoint holds only the new ones.
 */
export class Interner {
  #size = 0;
  readonly #index = new SlotIndex();
  #starts: Float64Array = new Float64Array(33);
  #arena: Uint8Array = new Uint8Array(512);
  readonly #recentIds = new Int32Array(RECENT).fill(-1);
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
    this.#index.first(hashText(''));
    this.#index.insert(hashText(''), this.#append(''));
  }

  /** Number of texts; their numbers run from 0 to `size - 1`. */
  get size(): number {
    return this.#size;
  }

  /** Bytes held by the arena and the index. */
  get bytes(): number {
    return this.#arena.length + this.#index.bytes + this.#starts.byteLength;
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

  /**
   * Numbers the keys of a batch, by index, if they are texts, before operators ask for them one by one. The loops are
   * so tight that the processor waits for several keys at a time, first for the index, then for the texts in the arena.
   */
  number(keys: readonly unknown[], count: number): void {
    const hashes = this.#hashes;
    const ids = this.#batchIds;
    let seen = 0;
    for (let n = 0; n < count; n++) {
      const key = keys[n];
      if (typeof key !== 'string') return;
      hashes[n] = hashText(key);
    }
    for (let n = 0; n < count; n++) ids[n] = this.#index.peek(hashes[n] as number) - 1;
    for (let n = 0; n < count; n++) {
      const id = ids[n] as number;
      if (id >= 0) seen ^= this.#arena[this.#starts[id] as number] as number;
    }
    this.#seen ^= seen;
    for (let n = 0; n < count; n++) {
      const key = keys[n] as string;
      ids[n] = this.#find(key, hashes[n] as number);
      this.#batchTexts[n] = key;
    }
  }

  /** The text of a number given by {@link idOf}. */
  textOf(id: number): string {
    const slot = id & (RECENT - 1);
    if (this.#recentIds[slot] === id) return this.#recentTexts[slot] as string;
    const text = this.#read(id);
    this.#recentIds[slot] = id;
    this.#recentTexts[slot] = text;
    return text;
  }

  /** Orders two numbers as their texts are ordered by Unicode code point. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    return compareText(this.textOf(a), this.textOf(b));
  }

  /** The texts numbered `from` to `to - 1`: their ends in the arena relative to the first, and their bytes. */
  slice(from: number, to: number): { readonly ends: Float64Array; readonly bytes: Uint8Array } {
    const base = this.#starts[from] as number;
    const ends = this.#starts.slice(from + 1, to + 1);
    for (let i = 0; i < ends.length; i++) ends[i] = (ends[i] as number) - base;
    return { ends, bytes: this.#arena.slice(base, this.#starts[to] as number) };
  }

  /**
   * Loads what {@link slice} returned, as the next numbers from `from` on; texts that are already known are skipped.
   */
  load(from: number, ends: Float64Array, bytes: Uint8Array): void {
    if (from > this.#size)
      throw new StockafolioError('ERR_CHECKPOINT_CORRUPT', `texts ${this.#size} to ${from - 1} are missing`);
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i] as number;
      if (from + i >= this.#size) this.idOf(decodeText(bytes, start, end));
      start = end;
    }
  }

  #find(text: string, hash: number): number {
    let id = this.#index.first(hash);
    while (id >= 0 && !this.#equals(id, text)) id = this.#index.next(hash);
    if (id < 0) {
      id = this.#append(text);
      this.#index.insert(hash, id);
    }
    return id;
  }

  /** One byte per character if every character is below 256, marked 0; otherwise two, marked 1. */
  #append(text: string): number {
    const id = this.#size++;
    if (id + 1 >= this.#starts.length) {
      this.#starts = grown(this.#starts, new Float64Array(memoryFor(this.#starts.byteLength * 2)));
    }
    const wide = isWide(text);
    const start = this.#starts[id] as number;
    const end = start + 1 + (wide ? text.length * 2 : text.length);
    if (end > this.#arena.length) {
      this.#arena = grown(this.#arena, new Uint8Array(memoryFor(Math.max(end, Math.floor(this.#arena.length * 1.5)))));
    }
    const arena = this.#arena;
    arena[start] = wide ? 1 : 0;
    let at = start + 1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      arena[at++] = unit & 0xff;
      if (wide) arena[at++] = unit >>> 8;
    }
    this.#starts[id + 1] = end;
    return id;
  }

  #equals(id: number, text: string): boolean {
    const start = this.#starts[id] as number;
    const length = (this.#starts[id + 1] as number) - start - 1;
    const arena = this.#arena;
    if (arena[start] === 0) {
      if (length !== text.length) return false;
      for (let i = 0; i < length; i++) if (arena[start + 1 + i] !== text.charCodeAt(i)) return false;
      return true;
    }
    return length === text.length * 2 && this.#read(id) === text;
  }

  #read(id: number): string {
    return decodeText(this.#arena, this.#starts[id] as number, this.#starts[id + 1] as number);
  }
}

/** The hash of a text, spread over all bits: FNV-1a over UTF-16 units (Fowler, Noll and Vo). */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** Whether a text has a UTF-16 unit that takes two bytes. */
export function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return true;
  return false;
}

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return bytes[start] === 0 ? latin1Of(bytes, start + 1, end) : wideOf(bytes, start + 1, end);
}

function wideOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i += 2) {
    text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8));
  }
  return text;
}

function grown<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
