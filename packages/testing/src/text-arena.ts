import { StockafolioError } from '@stockafolio/core';
import { compareText, latin1Of } from '@stockafolio/core/ports';
import { isWide, memoryFor } from '@stockafolio/engine/state';

/** Bytes of a chunk: the arena grows by chunks, and never copies. */
const CHUNK_BYTES = 1 << 16;
/** A text begins at a word of 4 bytes, so that 31 bits can address 8 GiB. */
const WORD_BITS = 2;
const CHUNK_WORD_BITS = 14;
const CHUNK_WORDS = 1 << CHUNK_WORD_BITS;
const END_OF_ADDRESSES = 2 ** 31 - 1;

/** Lengths from here on are stored in 4 separate bytes after the first. */
const LONG = 127;

/** Number of short texts that are also kept as strings, for readers of few texts over and over. */
const RECENT = 1 << 10;

/** The address that is not a text: what a row contains for an absent optional text. */
export const NO_TEXT = 0;
const BYTES_OF_NO_TEXT = 1 << WORD_BITS;

/**
 * Texts as bytes outside the heap, one after the other, each identified by its address: the number of the word at which
 * it begins. A text never moves; it can be overwritten by another one that is not larger.
 *
 * The first byte holds the length in UTF-16 units, and whether the units have one byte or two.
 */
export class TextArena {
  readonly #chunks: Uint8Array[] = [];
  #end = NO_TEXT + 1;
  /** The word after the newest chunk. */
  #room = 0;
  readonly #recentAddresses = new Int32Array(RECENT);
  readonly #recentTexts: string[] = new Array<string>(RECENT).fill('');

  /** No text has an address from here on yet. */
  get end(): number {
    return this.#end;
  }

  /** @throws ERR_USAGE past 8 GiB */
  add(text: string): number {
    const address = this.#take(sizeOf(text.length, false));
    if (this.#write(address, text)) return address;
    this.#end = address;
    const wider = this.#take(sizeOf(text.length, true));
    writeWide(this.#chunkOf(wider), byteOf(wider), text);
    return wider;
  }

  /** Overwrites a text with another one; false if there is not enough room for it. */
  overwrite(address: number, text: string): boolean {
    const bytes = this.#chunkOf(address);
    const at = byteOf(address);
    const wide = isWide(text);
    if (wordsOf(sizeOf(text.length, wide)) > wordsOf(sizeOf(lengthAt(bytes, at), isWideAt(bytes, at)))) return false;
    if (wide) writeWide(bytes, at, text);
    else this.#write(address, text);
    const slot = recentSlot(address);
    if (this.#recentAddresses[slot] === address) this.#recentAddresses[slot] = NO_TEXT;
    return true;
  }

  textOf(address: number): string {
    const slot = recentSlot(address);
    if (this.#recentAddresses[slot] === address) return this.#recentTexts[slot] as string;
    const text = read(this.#chunkOf(address), byteOf(address));
    if (text.length >= LONG) return text;
    this.#recentAddresses[slot] = address;
    this.#recentTexts[slot] = text;
    return text;
  }

  equals(address: number, text: string): boolean {
    const bytes = this.#chunkOf(address);
    const at = byteOf(address);
    const { length } = text;
    if (lengthAt(bytes, at) !== length) return false;
    if (isWideAt(bytes, at)) return read(bytes, at) === text;
    const start = at + headOf(length);
    for (let n = 0; n < length; n++) if (bytes[start + n] !== text.charCodeAt(n)) return false;
    return true;
  }

  /** Compares two texts by Unicode code point. */
  compare(a: number, b: number): number {
    const bytesA = this.#chunkOf(a);
    const bytesB = this.#chunkOf(b);
    const atA = byteOf(a);
    const atB = byteOf(b);
    if (isWideAt(bytesA, atA) || isWideAt(bytesB, atB)) return compareText(read(bytesA, atA), read(bytesB, atB));
    const lengthA = lengthAt(bytesA, atA);
    const lengthB = lengthAt(bytesB, atB);
    const startA = atA + headOf(lengthA);
    const startB = atB + headOf(lengthB);
    const length = Math.min(lengthA, lengthB);
    for (let n = 0; n < length; n++) {
      const order = (bytesA[startA + n] as number) - (bytesB[startB + n] as number);
      if (order !== 0) return order;
    }
    return lengthA - lengthB;
  }

  /** Compares a text of the arena and another one by Unicode code point. */
  compareTo(address: number, text: string): number {
    return compareText(this.textOf(address), text);
  }

  #take(size: number): number {
    const words = wordsOf(size);
    if (this.#end + words > this.#room) this.#grow(size);
    const address = this.#end;
    this.#end = address + words;
    return address;
  }

  /** Adds room for a text; if it is longer than a chunk, as several chunks of one buffer. */
  #grow(size: number): void {
    const from = this.#chunks.length * CHUNK_WORDS;
    const count = Math.ceil((size + BYTES_OF_NO_TEXT) / CHUNK_BYTES);
    if (from + count * CHUNK_WORDS > END_OF_ADDRESSES) {
      throw new StockafolioError('ERR_USAGE', 'tables in memory hold at most 8 GiB of text', {
        hint: 'use a store on disk for as many rows',
      });
    }
    const bytes = new Uint8Array(memoryFor(count * CHUNK_BYTES));
    for (let n = 0; n < count; n++) this.#chunks.push(bytes.subarray(n * CHUNK_BYTES));
    this.#end = Math.max(from, NO_TEXT + 1);
    this.#room = from + count * CHUNK_WORDS;
  }

  /** Writes a text with one byte per unit; false if a unit needs two. */
  #write(address: number, text: string): boolean {
    const bytes = this.#chunkOf(address);
    const at = byteOf(address);
    const { length } = text;
    writeHead(bytes, at, length, false);
    const start = at + headOf(length);
    let all = 0;
    for (let n = 0; n < length; n++) {
      const unit = text.charCodeAt(n);
      bytes[start + n] = unit;
      all |= unit;
    }
    return all <= 0xff;
  }

  #chunkOf(address: number): Uint8Array {
    return this.#chunks[address >>> CHUNK_WORD_BITS] as Uint8Array;
  }
}

function byteOf(address: number): number {
  return (address & (CHUNK_WORDS - 1)) << WORD_BITS;
}

function recentSlot(address: number): number {
  return (address ^ (address >>> 10)) & (RECENT - 1);
}

function headOf(length: number): number {
  return length < LONG ? 1 : 5;
}

function sizeOf(length: number, wide: boolean): number {
  return headOf(length) + (wide ? 2 * length : length);
}

function wordsOf(size: number): number {
  return Math.ceil(size / (1 << WORD_BITS));
}

function isWideAt(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] as number) & 1) === 1;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const length = (bytes[at] as number) >>> 1;
  if (length < LONG) return length;
  return (
    (bytes[at + 1] as number) |
    ((bytes[at + 2] as number) << 8) |
    ((bytes[at + 3] as number) << 16) |
    ((bytes[at + 4] as number) << 24)
  );
}

function writeHead(bytes: Uint8Array, at: number, length: number, wide: boolean): void {
  bytes[at] = (Math.min(length, LONG) << 1) | (wide ? 1 : 0);
  if (length >= LONG) for (let n = 0; n < 4; n++) bytes[at + 1 + n] = length >>> (8 * n);
}

function writeWide(bytes: Uint8Array, at: number, text: string): void {
  const { length } = text;
  writeHead(bytes, at, length, true);
  let to = at + headOf(length);
  for (let n = 0; n < length; n++) {
    const unit = text.charCodeAt(n);
    bytes[to++] = unit;
    bytes[to++] = unit >>> 8;
  }
}

function read(bytes: Uint8Array, at: number): string {
  const length = lengthAt(bytes, at);
  const start = at + headOf(length);
  if (!isWideAt(bytes, at)) return latin1Of(bytes, start, start + length);
  let text = '';
  for (let from = 0; from < length; from += AT_ONCE) {
    const units = new Uint16Array(Math.min(AT_ONCE, length - from));
    for (let n = 0; n < units.length; n++) {
      const unit = start + 2 * (from + n);
      units[n] = (bytes[unit] as number) | ((bytes[unit + 1] as number) << 8);
    }
    text += String.fromCharCode.apply(null, units as unknown as number[]);
  }
  return text;
}

/** V8 spreads the units on its stack, which holds only this many. */
const AT_ONCE = 4096;
