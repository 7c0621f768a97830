import type { EmitOne, Infer, RemovableSchema, StateMap } from '@stockafolio/core';
import type { OpenLot } from '../lot-tables.js';
import type { Lot, LotRows } from './lot.js';

type Row = Infer<typeof OpenLot>;
type Emit = EmitOne<RemovableSchema<(typeof OpenLot)['fields']>>;
type Entry = readonly [number, Lot];

type KeptLots = LotRows & Pick<StateMap<number, Lot>, 'get'>;

/** Whose lots they are. */
export interface LotOwner {
  readonly user: string;
  readonly symbol: string;
  /** Absent for US dollars. */
  readonly currency: string | undefined;
  /** Whether a lot has a basis of its own; with the average method it has none. */
  readonly hasOwnBasis: boolean;
}

/** Lots whose changes are written to a table: what is set is a row, what is deleted has none. */
export class WrittenLots implements LotRows {
  readonly #lots: KeptLots;
  readonly #owner: LotOwner;
  readonly #emit: Emit;
  /** What was returned last: mostly it is what is changed next. */
  #last: Entry | undefined;

  constructor(lots: KeptLots, owner: LotOwner, emit: Emit) {
    this.#lots = lots;
    this.#owner = owner;
    this.#emit = emit;
  }

  get size(): number {
    return this.#lots.size;
  }

  first(): Entry | undefined {
    return (this.#last = this.#lots.first());
  }

  last(): Entry | undefined {
    return (this.#last = this.#lots.last());
  }

  lastKey(): number | undefined {
    return this.#lots.lastKey();
  }

  set(rank: number, lot: Lot): void {
    this.#lots.set(rank, lot);
    this.#emit(this.#rowOf(rank, lot));
  }

  delete(rank: number): boolean {
    const lot = this.#last?.[0] === rank ? this.#last[1] : this.#lots.get(rank);
    if (lot === undefined) return false;
    this.#emit.remove(this.#rowOf(rank, lot));
    return this.#lots.delete(rank);
  }

  clear(): void {
    for (const [rank, lot] of this.#lots) this.#emit.remove(this.#rowOf(rank, lot));
    this.#lots.clear();
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#lots[Symbol.iterator]();
  }

  #rowOf(number: number, { id, opened, quantity, basis }: Lot): Row {
    const { user, symbol, currency, hasOwnBasis } = this.#owner;
    return { user, symbol, number, lot: id, opened, quantity, basis: hasOwnBasis ? basis : undefined, currency };
  }
}
