import type { Value } from '../schema/index.js';

/** What is kept of a key: the row, or where it was removed only its key. */
export interface Entry {
  values: readonly Value[];
  version: number;
  deleted: boolean;
  /** Epoch milliseconds; Infinity where it stays. */
  expires: number;
}

const FIRST_SLOTS = 64;

/**
 * Rows by their primary key, by open addressing: a key is never joined into a text of its own, and there may be more
 * than the 2^24 that a Map holds.
 */
export class RowIndex {
  readonly #keyLength: number;
  /** In the order in which their keys came. */
  readonly entries: Entry[] = [];
  /** Two numbers a slot: the hash of the key, and one more than the entry's index; 0 where it is free. */
  #slots = new Int32Array(2 * FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;

  constructor(keyLength: number) {
    this.#keyLength = keyLength;
  }

  /** The entry of the key with which these values begin. */
  find(values: readonly Value[]): Entry | undefined {
    return this.entries[(this.#slots[2 * this.#slotOf(values, this.#hash(values)) + 1] ?? 0) - 1];
  }

  /** Takes in the entry, should its key be new; else answers the one that is there. */
  add(entry: Entry): Entry | undefined {
    const hash = this.#hash(entry.values);
    const slot = this.#slotOf(entry.values, hash);
    const place = this.#slots[2 * slot + 1] ?? 0;
    if (place !== 0) return this.entries[place - 1];
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = this.entries.push(entry);
    if (2 * this.entries.length > this.#mask) this.#grow();
    return undefined;
  }

  /** Where the key is, or else where it belongs. */
  #slotOf(values: readonly Value[], hash: number): number {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (;;) {
      const place = slots[2 * slot + 1] ?? 0;
      if (place === 0) return slot;
      if (slots[2 * slot] === hash && this.#isKey(values, this.entries[place - 1]?.values ?? [])) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #isKey(a: readonly Value[], b: readonly Value[]): boolean {
    for (let n = 0; n < this.#keyLength; n++) if (a[n] !== b[n]) return false;
    return true;
  }

  #hash(values: readonly Value[]): number {
    let hash = 0;
    for (let n = 0; n < this.#keyLength; n++) hash = hashOf(values[n], hash);
    // What is masked off are the upper bits, so they have to reach the lower ones.
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    return hash ^ (hash >>> 15);
  }

  #grow(): void {
    const before = this.#slots;
    this.#mask = before.length - 1;
    const slots = new Int32Array(2 * before.length);
    for (let at = 0; at < before.length; at += 2) {
      const place = before[at + 1] ?? 0;
      if (place === 0) continue;
      const hash = before[at] ?? 0;
      let slot = hash & this.#mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
      slots[2 * slot] = hash;
      slots[2 * slot + 1] = place;
    }
    this.#slots = slots;
  }
}

/** FNV-1a over UTF-16 units, or over the halves of a number (Fowler, Noll and Vo). */
function hashOf(value: Value, before: number): number {
  let hash = before ^ 0x811c9dc5;
  if (typeof value === 'string') {
    for (let n = 0; n < value.length; n++) hash = Math.imul(hash ^ value.charCodeAt(n), 0x01000193);
    return hash;
  }
  if (typeof value === 'bigint') return Math.imul(hash ^ Number(BigInt.asIntN(32, value)), 0x01000193);
  const number = Number(value);
  hash = Math.imul(hash ^ (number | 0), 0x01000193);
  return Math.imul(hash ^ ((number / 4_294_967_296) | 0), 0x01000193);
}
