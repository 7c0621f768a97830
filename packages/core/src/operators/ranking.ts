/** How slots are ranked: by value, the largest first; of equal values by key. */
export interface Order {
  value(slot: number): number | bigint;
  compareKeys(a: number, b: number): number;
}

/** Candidates are cut back to the best `k` whenever so many have gathered. */
const GATHERED = 4096;

/**
 * The first `k` slots of one group, kept between commits.
 *
 * Between two commits only a slot that has changed can enter the ranking, unless one that was in it has fallen: then,
 * and only then, all slots of the group are looked at again.
 */
export class Ranking {
  readonly group: string;
  readonly #k: number;
  readonly #order: Order;
  #top: number[] = [];
  #values: (number | bigint)[] = [];
  #emitted: number[] = [];
  #rebuilt = true;
  /** Whether every slot of the group has been looked at since the state was made or loaded. */
  #complete = false;

  constructor(group: string, k: number, order: Order) {
    this.group = group;
    this.#k = k;
    this.#order = order;
  }

  /** Whether the ranking can only be told by looking at all slots of the group again. */
  isStale(changed: readonly number[]): boolean {
    if (!this.#complete) return true;
    const last = this.#values[this.#k - 1];
    if (last === undefined) return false;
    const set = new Set(changed);
    return this.#top.some((slot, n) => set.has(slot) && this.#order.value(slot) < (this.#values[n] as number | bigint));
  }

  /** Ranks anew from all slots of the group. */
  rebuild(slots: Iterable<number>): void {
    this.#set(this.#best(slots));
    this.#complete = true;
    this.#rebuilt = true;
  }

  /** Lets changed slots enter. */
  update(changed: readonly number[]): void {
    const last = this.#values[this.#k - 1];
    const held = new Set(this.#top);
    const candidates = [...this.#top];
    for (const slot of changed) {
      if (held.has(slot)) continue;
      if (last === undefined || this.#order.value(slot) >= last) candidates.push(slot);
    }
    this.#set(this.#best(candidates));
  }

  /**
   * Gives the places whose slot is another one than before, or has changed; all of them where a value has `fallen`:
   * then a place may have been another's in between, and a run that was cut short may have written that.
   */
  takeChanged(changed: readonly number[], fallen: boolean, each: (slot: number, rank: number) => void): void {
    const all = this.#rebuilt || fallen;
    const set = new Set(changed);
    const before = this.#emitted;
    this.#emitted = [...this.#top];
    this.#top.forEach((slot, n) => {
      if (all || before[n] !== slot || set.has(slot)) each(slot, n + 1);
    });
    this.#rebuilt = false;
  }

  #set(top: number[]): void {
    this.#top = top;
    this.#values = top.map((slot) => this.#order.value(slot));
  }

  #best(slots: Iterable<number>): number[] {
    let gathered: { readonly slot: number; readonly value: number | bigint }[] = [];
    let floor: number | bigint | undefined;
    const cut = (): void => {
      gathered.sort((a, b) =>
        a.value > b.value ? -1 : a.value < b.value ? 1 : this.#order.compareKeys(a.slot, b.slot),
      );
      gathered = gathered.slice(0, this.#k);
      if (gathered.length === this.#k) floor = gathered[this.#k - 1]?.value;
    };
    for (const slot of slots) {
      const value = this.#order.value(slot);
      if (floor !== undefined && value < floor) continue;
      gathered.push({ slot, value });
      if (gathered.length >= GATHERED + this.#k) cut();
    }
    cut();
    return gathered.map(({ slot }) => slot);
  }
}
