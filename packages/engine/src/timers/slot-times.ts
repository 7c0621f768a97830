import { memoryFor } from '../state/memory.js';

/** For each slot two times in epoch milliseconds, infinity if it has none: when it is due, and the list that it is in. */
export class SlotTimes {
  #times: Float64Array = new Float64Array(128).fill(Number.POSITIVE_INFINITY);

  due(slot: number): number {
    return this.#times[2 * slot] ?? Number.POSITIVE_INFINITY;
  }

  listed(slot: number): number {
    return this.#times[2 * slot + 1] ?? Number.POSITIVE_INFINITY;
  }

  of(slot: number): { readonly due: number; readonly listed: number } {
    return { due: this.due(slot), listed: this.listed(slot) };
  }

  set(slot: number, due: number, listed: number): void {
    while (2 * slot >= this.#times.length) {
      const larger = new Float64Array(memoryFor(this.#times.byteLength * 2)).fill(Number.POSITIVE_INFINITY);
      larger.set(this.#times);
      this.#times = larger;
    }
    this.#times[2 * slot] = due;
    this.#times[2 * slot + 1] = listed;
  }
}
