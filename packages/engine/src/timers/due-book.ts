import { SlotList } from '../state/slot-list.js';

/**
 * Slots of state by the event time at which something is due for them: the closing of their window, or their removal.
 * Pure: it is given the watermark and has no clock.
 */
export class DueBook {
  readonly #slots = new Map<number, SlotList>();
  /** Due times, the latest first, so that the next one is at the end. */
  readonly #times: number[] = [];
  #record = -1;
  #added: { readonly time: number; readonly slot: number }[] = [];

  /** The earliest due time; infinity if nothing is due. */
  get next(): number {
    return this.#times[this.#times.length - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a slot, for a record that may be rolled back. */
  add(time: number, slot: number, record: number): void {
    let list = this.#slots.get(time);
    if (list === undefined) {
      list = new SlotList();
      this.#slots.set(time, list);
      this.#insert(time);
    }
    list.push(slot);
    if (record !== this.#record) {
      this.#record = record;
      this.#added = [];
    }
    this.#added.push({ time, slot });
  }

  /** Removes what was added for this record. */
  rollback(record: number): void {
    if (record !== this.#record) return;
    for (const { time } of this.#added) this.#slots.get(time)?.pop();
    this.#added = [];
  }

  /**
   * Removes every slot that is due at or before the watermark and passes it to `each`, by due time, then in order of
   * adding.
   */
  take(watermark: number, each: (slot: number) => void): void {
    while (this.next <= watermark) {
      const time = this.#times.pop() as number;
      const list = this.#slots.get(time);
      this.#slots.delete(time);
      if (list !== undefined) for (let n = 0; n < list.length; n++) each(list.at(n));
    }
  }

  /** Passes every slot to `each`, by due time, and keeps them. */
  forEach(each: (slot: number) => void): void {
    for (let t = this.#times.length - 1; t >= 0; t--) {
      const list = this.#slots.get(this.#times[t] as number);
      if (list !== undefined) for (let n = 0; n < list.length; n++) each(list.at(n));
    }
  }

  #insert(time: number): void {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) > time) low = middle + 1;
      else high = middle;
    }
    this.#times.splice(low, 0, time);
  }
}
