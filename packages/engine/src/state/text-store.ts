import { latin1Of } from '@stockafolio/core/ports';
import { memoryFor } from './memory.js';

/** Dead bytes from which on they are reclaimed, once they are half of all. */
const LEAST_DEAD = 1 << 20;

/** The length that stands for "the next 4 bytes hold it". */
const LONG = 127;

/**
 * Texts by number, as bytes in one arena: each is a byte with its length and whether it is wide, then one byte per UTF-16
 * unit if all are below 256, otherwise two.
 */
export class TextStore {
  #starts: Float64Array = new Float64Array(32);
  #arena: Uint8Array = new Uint8Array(512);
  #end = 0;
  #dead = 0;

  /** Bytes held. */
  get bytes(): number {
    return this.#arena.length + this.#starts.byteLength;
  }

  /** The first byte of a text: reading it fetches the text from memory. */
  peek(id: number): number {
    return this.#arena[this.#starts[id] as number] as number;
  }

  /** Stores the text of a number that has none. */
  set(id: number, text: string): void {
    while (id >= this.#starts.length) {
      this.#starts = grown(this.#starts, new Float64Array(memoryFor(this.#starts.byteLength * 2)));
    }
    const { length } = text;
    const wide = isWide(text) ? 1 : 0;
    this.#reserve(5 + (length << wide));
    this.#starts[id] = this.#end;
    this.#putHead(length, wide);
    const arena = this.#arena;
    let at = this.#end;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      arena[at++] = unit & 0xff;
      if (wide === 1) arena[at++] = unit >>> 8;
    }
    this.#end = at;
  }

  /** Forgets the text of a number; its bytes are reclaimed by {@link compact}. */
  remove(id: number): void {
    const start = this.#starts[id] as number;
    this.#dead += this.#bodyAt(start) - start + this.#bodyLength(start);
  }

  equals(id: number, text: string): boolean {
    const start = this.#starts[id] as number;
    const arena = this.#arena;
    const { length } = text;
    if (length < LONG && arena[start] === length << 1) {
      for (let i = 0; i < length; i++) if (arena[start + 1 + i] !== text.charCodeAt(i)) return false;
      return true;
    }
    return this.#lengthAt(start) === length && this.read(id) === text;
  }

  read(id: number): string {
    const start = this.#starts[id] as number;
    const body = this.#bodyAt(start);
    const end = body + this.#bodyLength(start);
    return this.#isWideAt(start) ? wideOf(this.#arena, body, end) : latin1Of(this.#arena, body, end);
  }

  /** The {@link hashText} of a text. */
  hash(id: number): number {
    const start = this.#starts[id] as number;
    const arena = this.#arena;
    const end = this.#bodyAt(start) + this.#bodyLength(start);
    const step = this.#isWideAt(start) ? 2 : 1;
    let h = HASH_START;
    for (let at = this.#bodyAt(start); at < end; at += step) {
      h = hashUnit(h, step === 1 ? (arena[at] as number) : (arena[at] as number) | ((arena[at + 1] as number) << 8));
    }
    return spread(h);
  }

  /**
   * Copies texts, for checkpoints: where each ends in `bytes`, and their bytes, each with a first byte that states whether
   * it is wide.
   */
  pack(ids: Int32Array): { readonly ends: Float64Array; readonly bytes: Uint8Array } {
    const ends = new Float64Array(ids.length);
    let end = 0;
    ids.forEach((id, n) => {
      end += 1 + this.#bodyLength(this.#starts[id] as number);
      ends[n] = end;
    });
    const bytes = new Uint8Array(end);
    let to = 0;
    for (const id of ids) {
      const start = this.#starts[id] as number;
      const body = this.#bodyAt(start);
      const length = this.#bodyLength(start);
      bytes[to++] = this.#isWideAt(start) ? 1 : 0;
      for (let i = 0; i < length; i++) bytes[to + i] = this.#arena[body + i] as number;
      to += length;
    }
    return { ends, bytes };
  }

  /** Moves the texts together, if half of the arena is dead. @param isUsed by number, up to the last */
  compact(end: number, isUsed: (id: number) => boolean): void {
    if (this.#dead < LEAST_DEAD || this.#dead * 2 < this.#end) return;
    const from = this.#arena;
    const arena = new Uint8Array(memoryFor(Math.max(512, Math.floor((this.#end - this.#dead) * 1.5))));
    let to = 0;
    for (let id = 0; id < end; id++) {
      if (!isUsed(id)) continue;
      const start = this.#starts[id] as number;
      const length = this.#bodyAt(start) - start + this.#bodyLength(start);
      this.#starts[id] = to;
      for (let i = 0; i < length; i++) arena[to + i] = from[start + i] as number;
      to += length;
    }
    this.#arena = arena;
    this.#end = to;
    this.#dead = 0;
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#arena.length) return;
    this.#arena = grown(this.#arena, new Uint8Array(memoryFor(Math.max(needed, Math.floor(this.#arena.length * 1.5)))));
  }

  #putHead(length: number, wide: 0 | 1): void {
    const arena = this.#arena;
    arena[this.#end++] = (Math.min(length, LONG) << 1) | wide;
    if (length < LONG) return;
    for (let shift = 0; shift < 32; shift += 8) arena[this.#end++] = length >>> shift;
  }

  #isWideAt(start: number): boolean {
    return ((this.#arena[start] as number) & 1) === 1;
  }

  /** In UTF-16 units. */
  #lengthAt(start: number): number {
    const arena = this.#arena;
    const short = (arena[start] as number) >>> 1;
    if (short < LONG) return short;
    let length = 0;
    for (let n = 4; n >= 1; n--) length = length * 256 + (arena[start + n] as number);
    return length;
  }

  #bodyAt(start: number): number {
    return start + ((this.#arena[start] as number) >>> 1 < LONG ? 1 : 5);
  }

  /** In bytes. */
  #bodyLength(start: number): number {
    return this.#lengthAt(start) * (this.#isWideAt(start) ? 2 : 1);
  }
}

/** Reads the texts that {@link TextStore.pack} has copied. */
export function unpackText(bytes: Uint8Array, start: number, end: number): string {
  return bytes[start] === 0 ? latin1Of(bytes, start + 1, end) : wideOf(bytes, start + 1, end);
}

const HASH_START = 0x811c9dc5;

function hashUnit(h: number, unit: number): number {
  return Math.imul(h ^ unit, 0x01000193);
}

function spread(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** The hash of a text, spread over all bits: FNV-1a over UTF-16 units (Fowler, Noll and Vo). */
export function hashText(text: string): number {
  let h = HASH_START;
  for (let i = 0; i < text.length; i++) h = hashUnit(h, text.charCodeAt(i));
  return spread(h);
}

/** Whether a text has a UTF-16 unit that takes two bytes. */
function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return true;
  return false;
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
