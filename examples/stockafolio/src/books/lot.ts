import { decimal, int32, money, record, text, timestamp, type Infer, type StateMap } from '@stockafolio/core';

/**
 * Shares that were opened together and are still held. All field types are of core, so a lot can be a row below a key.
 *
 * `opened` is the time of the opening trade. `tacked` are days of a holding period that was taken over from other
 * shares, see wash sales. `quantity` is in 1e-8 shares, negative if short. `basis` is in 1e-4 of the currency: what was
 * paid for the shares; negative if short: what was received for them.
 */
export const Lot = record('lot', {
  id: text({ min: 1, max: 128 }),
  opened: timestamp(),
  tacked: int32({ min: 0 }),
  quantity: decimal(8),
  basis: money(),
});
export type Lot = Infer<typeof Lot>;

/**
 * The lots of a position in the order of opening: a map as `processByKey` has below each key, from the rank of a lot to
 * the lot. FIFO touches its first rows only, LIFO its last ones.
 */
export type LotRows = Pick<
  StateMap<number, Lot>,
  'size' | 'first' | 'last' | 'lastKey' | 'set' | 'delete' | 'clear' | typeof Symbol.iterator
>;

/**
 * What is held of one symbol.
 *
 * `basis` and `quantity` are the sums of the lots. With the average method they are the pool: its lots keep quantities
 * and dates, and each row's own basis is 0.
 */
export interface Position {
  quantity: number;
  basis: number;
  readonly lots: LotRows;
}

/** Lots in memory. */
export class LotList implements LotRows {
  /** By rank, from `#from` on; a lot that left from the middle is undefined. */
  #rows: (Lot | undefined)[] = [];
  #from = 0;
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): readonly [number, Lot] | undefined {
    const lot = this.#rows[this.#head];
    return lot === undefined ? undefined : [this.#from + this.#head, lot];
  }

  last(): readonly [number, Lot] | undefined {
    const lot = this.#rows.at(-1);
    return this.#size === 0 || lot === undefined ? undefined : [this.#from + this.#rows.length - 1, lot];
  }

  lastKey(): number | undefined {
    return this.last()?.[0];
  }

  set(rank: number, lot: Lot): void {
    if (this.#size === 0) {
      this.#rows = [lot];
      this.#from = rank;
      this.#head = 0;
      this.#size = 1;
      return;
    }
    const index = rank - this.#from;
    if (this.#rows[index] === undefined) this.#size += 1;
    this.#rows[index] = lot;
  }

  delete(rank: number): boolean {
    const index = rank - this.#from;
    if (this.#rows[index] === undefined) return false;
    this.#rows[index] = undefined;
    this.#size -= 1;
    if (this.#size === 0) {
      this.clear();
      return true;
    }
    while (this.#rows[this.#head] === undefined) this.#head += 1;
    while (this.#rows.at(-1) === undefined) this.#rows.pop();
    if (this.#head > 64 && this.#head * 2 > this.#rows.length) {
      this.#rows.splice(0, this.#head);
      this.#from += this.#head;
      this.#head = 0;
    }
    return true;
  }

  clear(): void {
    this.#rows = [];
    this.#from = 0;
    this.#head = 0;
    this.#size = 0;
  }

  *[Symbol.iterator](): IterableIterator<readonly [number, Lot]> {
    const [rows, from] = [this.#rows, this.#from];
    for (let index = this.#head; index < rows.length; index++) {
      const lot = rows[index];
      if (lot !== undefined) yield [from + index, lot];
    }
  }
}

export function emptyPosition(): Position {
  return { quantity: 0, basis: 0, lots: new LotList() };
}
