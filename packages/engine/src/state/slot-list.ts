import { memoryFor } from './memory.js';

/** A growing list of slot numbers. */
export class SlotList {
  #slots: Int32Array = new Int32Array(64);
  length = 0;

  push(slot: number): void {
    if (this.length === this.#slots.length) {
      const larger = new Int32Array(memoryFor(this.#slots.byteLength * 2));
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
    if (this.#slots.length > 1 << 16) this.#slots = new Int32Array(64);
  }

  toArray(): Int32Array {
    return this.#slots.slice(0, this.length);
  }
}
