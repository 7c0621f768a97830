import { SlotList } from '../state/slot-list.js';
import { SlotTimes } from './slot-times.js';
import { TimeHeap } from './time-heap.js';

/** A change of one slot, to be rolled back with its record. */
interface Change {
  readonly slot: number;
  /** The time whose list the slot was added to; undefined if it was not added to any. */
  readonly added: number | undefined;
  /** Its times before, once slots are moved. */
  readonly before: { readonly due: number; readonly listed: number } | undefined;
}

/**
 * Slots of state by the event time at which something is due for them: the closing of their window, or their removal.
 * Pure: it is given the watermark and has no clock.
 *
 * A slot is in the list of its time. If it is moved to a later one, it stays where it is until that list is due, so
 * moving costs no more than a number, however often it happens. Times by slot are kept from the first move on only.
 */
export class DueBook {
  readonly #lists = new Map<number, SlotList>();
  /** The times of the lists. */
  readonly #times = new TimeHeap();
  #moved: SlotTimes | undefined;
  #record = -1;
  #changes: Change[] = [];

  /** A time before which nothing is due: the earliest, or that of a slot that was moved away; infinity if nothing is. */
  get next(): number {
    return this.#times.first;
  }

  /**
   * Adds a slot that is not in the book, for a record that may be rolled back.
   *
   * @param record -1 if the slot is restored
   */
  add(time: number, slot: number, record: number): void {
    const before = this.#moved?.of(slot);
    this.#list(time, slot);
    this.#moved?.set(slot, time, time);
    if (record >= 0) this.#note(record, { slot, added: time, before });
  }

  /** Moves a slot to another time, from whichever it has, if any; for a record that may be rolled back. */
  move(time: number, slot: number, record: number): void {
    const moved = (this.#moved ??= this.#timesBySlot());
    const before = moved.of(slot);
    const isEarlier = time < before.listed;
    if (isEarlier) this.#list(time, slot);
    moved.set(slot, time, isEarlier ? time : before.listed);
    this.#note(record, { slot, added: isEarlier ? time : undefined, before });
  }

  /** Removes a slot; for good, or for a record that may be rolled back. */
  remove(slot: number, record?: number): void {
    if (this.#moved === undefined && this.#times.length === 0) return;
    const moved = (this.#moved ??= this.#timesBySlot());
    const before = moved.of(slot);
    if (before.due === Number.POSITIVE_INFINITY) return;
    moved.set(slot, Number.POSITIVE_INFINITY, before.listed);
    if (record !== undefined) this.#note(record, { slot, added: undefined, before });
  }

  /** Rolls back what was changed for this record. */
  rollback(record: number): void {
    if (record !== this.#record) return;
    for (const { slot, added, before } of this.#changes.toReversed()) {
      if (added !== undefined) this.#lists.get(added)?.pop();
      if (before !== undefined) this.#moved?.set(slot, before.due, before.listed);
      else this.#moved?.set(slot, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    }
    this.#changes = [];
  }

  /**
   * Removes every slot that is due at or before the watermark and passes it to `each`, by due time, then in order of
   * adding.
   */
  take(watermark: number, each: (slot: number) => void): void {
    while (this.next <= watermark) {
      const time = this.next;
      this.#times.removeFirst();
      const list = this.#lists.get(time);
      this.#lists.delete(time);
      if (list === undefined) continue;
      for (let n = 0; n < list.length; n++) if (this.#isDue(list.at(n), time)) each(list.at(n));
    }
  }

  /** Passes every slot to `each`, by due time, and keeps them. */
  forEach(each: (slot: number) => void): void {
    const moved = this.#moved;
    // A slot that was moved away from a time and back to it is in its list twice.
    const slots = new Set<number>();
    for (const time of this.#times) {
      const list = this.#lists.get(time);
      for (let n = 0; n < (list?.length ?? 0); n++) {
        const slot = list?.at(n) as number;
        if (moved === undefined) each(slot);
        else if (moved.listed(slot) === time && moved.due(slot) < Number.POSITIVE_INFINITY) slots.add(slot);
      }
    }
    if (moved === undefined) return;
    for (const slot of [...slots].sort((a, b) => moved.due(a) - moved.due(b))) each(slot);
  }

  /** Whether a slot in the list of this time is due; if it was moved to a later time, it is listed there. */
  #isDue(slot: number, time: number): boolean {
    const moved = this.#moved;
    if (moved === undefined) return true;
    if (moved.listed(slot) !== time) return false;
    const due = moved.due(slot);
    if (due > time && due < Number.POSITIVE_INFINITY) {
      this.#list(due, slot);
      moved.set(slot, due, due);
      return false;
    }
    moved.set(slot, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    return due === time;
  }

  #list(time: number, slot: number): void {
    let list = this.#lists.get(time);
    if (list === undefined) {
      list = new SlotList();
      this.#lists.set(time, list);
      this.#times.add(time);
    }
    list.push(slot);
  }

  #note(record: number, change: Change): void {
    if (record !== this.#record) {
      this.#record = record;
      this.#changes = [];
    }
    this.#changes.push(change);
  }

  #timesBySlot(): SlotTimes {
    const times = new SlotTimes();
    for (const [time, list] of this.#lists) {
      for (let n = 0; n < list.length; n++) times.set(list.at(n), time, time);
    }
    return times;
  }
}
