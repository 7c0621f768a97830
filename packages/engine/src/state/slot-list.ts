import { memoryFor } from './memory.js';

/** V8 allocates arrays of at most 64 bytes with their object, which is ten times as fast: timers have many short lists. */
const FIRST = 8;
const SECOND = 64;

/** A growing list of slot numbers. */
export class SlotList {
  #slots: Int32Array = new Int32Array(FIRST);
  length = 0;

  push(slot: number): void {
    if (this.length === this.#slots.length) {
      const larger = new Int32Array(memoryFor(4 * Math.max(SECOND, 2 * this.length)));
      larger.set(this.#slots);
      this.#slots = larger;
    }
    this.#slots[this.length++] = slot;
  }

  pop(): number {
    return this.#slots[--this.length] as number;
  }

  at(n: number): number {
    return this.#slots[n] as number;
  }

  clear(): void {
    this.length = 0;
    if (this.#slots.length > 1 << 16) this.#slots = new Int32Array(FIRST);
  }

  toArray(): Int32Array {
    return this.#slots.slice(0, this.length);
  }
}
