import { memoryFor } from './memory.js';

/**
 * Maps the hash of a key to the slot that holds it: open addressing with linear probing over typed arrays. The 64
 * segments grow one at a time, so that growth never stops the flow for long. The keys themselves are in the columns;
 * the caller compares them.
 */
export class SlotIndex {
  /** By the first bits of a hash: pairs of slot + 1 (0 if free) and hash. Compiled code reads them. */
  readonly tables: Int32Array[] = [];
  readonly #counts = new Int32Array(SEGMENTS);
  /** Where the last search ended: the position of the entry found, or the free position for a new one. */
  #segment = 0;
  #at = 0;

  constructor() {
    for (let i = 0; i < SEGMENTS; i++) this.tables.push(new Int32Array(16));
  }

  /** The entry where a search for this hash begins: slot + 1, of whatever hash, or 0. */
  peek(hash: number): number {
    const table = this.tables[hash >>> SEGMENT_SHIFT] as Int32Array;
    return table[(hash << 1) & (table.length - 1)] as number;
  }

  /** Begins a search; returns the first slot with this hash, or -1. */
  first(hash: number): number {
    this.#segment = hash >>> SEGMENT_SHIFT;
    const table = this.tables[this.#segment] as Int32Array;
    this.#at = (hash << 1) & (table.length - 1);
    return this.#scan(table, hash);
  }

  /** Continues the search if the last slot was not the right one. */
  next(hash: number): number {
    const table = this.tables[this.#segment] as Int32Array;
    this.#at = (this.#at + 2) & (table.length - 1);
    return this.#scan(table, hash);
  }

  /** Enters a slot at the end of the search that has just failed. */
  insert(hash: number, slot: number): void {
    this.insertAt(this.#at, hash, slot);
  }

  /** Enters a slot at the position in its segment where the caller's own search ended. */
  insertAt(at: number, hash: number, slot: number): void {
    const segment = hash >>> SEGMENT_SHIFT;
    const table = this.tables[segment] as Int32Array;
    table[at] = slot + 1;
    table[at + 1] = hash;
    const count = (this.#counts[segment] as number) + 1;
    this.#counts[segment] = count;
    if (count * 3 > table.length) this.tables[segment] = grow(table);
  }

  /** Enters a slot whose key is not in the index. */
  add(hash: number, slot: number): void {
    let other = this.first(hash);
    while (other >= 0) other = this.next(hash);
    this.insert(hash, slot);
  }

  /** Removes a slot; returns whether it was there. */
  removeSlot(hash: number, slot: number): boolean {
    let found = this.first(hash);
    while (found >= 0 && found !== slot) found = this.next(hash);
    if (found < 0) return false;
    this.remove();
    return true;
  }

  /** Removes the entry that the last search found, and moves up the entries that it had displaced. */
  remove(): void {
    const table = this.tables[this.#segment] as Int32Array;
    const mask = table.length - 1;
    let hole = this.#at;
    let at = (hole + 2) & mask;
    while (table[at] !== 0) {
      const home = ((table[at + 1] as number) << 1) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at] as number;
        table[hole + 1] = table[at + 1] as number;
        hole = at;
      }
      at = (at + 2) & mask;
    }
    table[hole] = 0;
    this.#counts[this.#segment] = (this.#counts[this.#segment] as number) - 1;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.tables.reduce((sum, table) => sum + table.byteLength, 0);
  }

  #scan(table: Int32Array, hash: number): number {
    const mask = table.length - 1;
    let at = this.#at;
    let entry = table[at] as number;
    while (entry !== 0) {
      if (table[at + 1] === hash) {
        this.#at = at;
        return entry - 1;
      }
      at = (at + 2) & mask;
      entry = table[at] as number;
    }
    this.#at = at;
    return -1;
  }
}

const SEGMENTS = 64;
export const SEGMENT_SHIFT = 26;

function grow(table: Int32Array): Int32Array {
  const larger = new Int32Array(memoryFor(table.byteLength * 2));
  const mask = larger.length - 1;
  for (let from = 0; from < table.length; from += 2) {
    if (table[from] === 0) continue;
    const hash = table[from + 1] as number;
    let at = (hash << 1) & mask;
    while (larger[at] !== 0) at = (at + 2) & mask;
    larger[at] = table[from] as number;
    larger[at + 1] = hash;
  }
  return larger;
}
