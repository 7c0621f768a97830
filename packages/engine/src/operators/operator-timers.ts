import { DueBook } from '../timers/due-book.js';

/** All timers of one operator. */
export class OperatorTimers {
  readonly #all: DueBook[] = [];
  /** Those at which a batch of records ends. */
  readonly #ending: DueBook[] = [];

  /**
   * @param isUnseen whether nothing is emitted when they are due, and what is then dropped no record could find: it need
   * not be done before the next record, so a batch of records does not end there
   */
  open(isUnseen: boolean): DueBook {
    const timers = new DueBook();
    this.#all.push(timers);
    if (!isUnseen) this.#ending.push(timers);
    return timers;
  }

  /** A time before which a batch of records need not end; infinity if nothing is due. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const timers of this.#ending) next = Math.min(next, timers.next);
    return next;
  }

  /** Removes a slot; for good, or for a record that may be rolled back. */
  remove(slot: number, record: number | undefined): void {
    for (const timers of this.#all) timers.remove(slot, record);
  }

  rollback(record: number): void {
    for (const timers of this.#all) timers.rollback(record);
  }
}
