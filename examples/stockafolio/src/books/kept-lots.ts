import { int32, money, optional, record, text, timestamp, type Infer, type StateMap } from '@stockafolio/core';
import { quantity } from '../quantity.js';
import type { Lot, LotRows } from './lot.js';

/** A lot as the state keeps it, and as the table of open lots has it. */
export const KeptLot = record('kept_lot', {
  lot: text({ min: 1, max: 128 }),
  opened: timestamp(),
  tacked: int32({ min: 0 }),
  quantity: quantity(),
  basis: optional(money()),
  currency: optional(text()),
});
type KeptLot = Infer<typeof KeptLot>;

type Entry = readonly [number, Lot];

/** The lots of a position, in the form in which the books know them. */
export class KeptLots implements LotRows {
  readonly #kept: StateMap<number, KeptLot>;
  /** Absent for US dollars. */
  readonly #currency: string | undefined;
  /** With the average method lots have no basis of their own. */
  readonly #hasOwnBasis: boolean;

  constructor(kept: StateMap<number, KeptLot>, currency: string | undefined, hasOwnBasis: boolean) {
    this.#kept = kept;
    this.#currency = currency;
    this.#hasOwnBasis = hasOwnBasis;
  }

  get size(): number {
    return this.#kept.size;
  }

  first(): Entry | undefined {
    return entryOf(this.#kept.first());
  }

  last(): Entry | undefined {
    return entryOf(this.#kept.last());
  }

  lastKey(): number | undefined {
    return this.#kept.lastKey();
  }

  set(rank: number, { id, opened, tacked, quantity, basis }: Lot): void {
    const currency = this.#currency;
    this.#kept.set(rank, { lot: id, opened, tacked, quantity, basis: this.#hasOwnBasis ? basis : undefined, currency });
  }

  delete(rank: number): boolean {
    return this.#kept.delete(rank);
  }

  clear(): void {
    this.#kept.clear();
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const [rank, kept] of this.#kept) yield [rank, lotOf(kept)];
  }
}

function entryOf(kept: readonly [number, KeptLot] | undefined): Entry | undefined {
  return kept === undefined ? undefined : [kept[0], lotOf(kept[1])];
}

function lotOf({ lot, opened, tacked, quantity, basis = 0 }: KeptLot): Lot {
  return { id: lot, opened, tacked, quantity, basis };
}
