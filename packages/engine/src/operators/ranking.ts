/** The order of slots: by value, the largest first; equal values by key. */
export interface Order {
  value(slot: number): number | bigint;
  compareKeys(a: number, b: number): number;
}

/** Candidates are reduced to the best `k` whenever this many have been gathered. */
const GATHERED = 4096;

/**
 * The first `k` slots of one group, kept between commits.
 *
 * Between two commits only a changed slot can enter the ranking, unless a ranked slot has fallen: then, and only then,
 * all slots of the group are examined again.
 */
export class Ranking {
  readonly group: string;
  readonly #k: number;
  readonly #order: Order;
  #top: number[] = [];
  #values: (number | bigint)[] = [];
  /** Whether every slot of the group has been examined, or will be as a changed one. */
  #complete: boolean;

  /** @param isNew whether all slots of the group are among those that are given to `rank` first */
  constructor(group: string, k: number, order: Order, isNew = false) {
    this.group = group;
    this.#k = k;
    this.#order = order;
    this.#complete = isNew;
  }

  /**
   * Updates the ranking after these slots have changed, and reports the ranks whose slot differs from before or has
   * changed. If a value has `fallen`, it reports all ranks: a rank may have been another slot's in between, and a run
   * that was killed may have written that.
   *
   * @param all every slot of the group
   */
  rank(
    changed: readonly number[],
    fallen: boolean,
    all: () => Iterable<number>,
    each: (slot: number, rank: number) => void,
  ): void {
    const before = this.#top;
    const touched = this.#isStale() ? undefined : this.#update(changed);
    if (touched === undefined) this.#set(this.#best(all()));
    this.#complete = true;
    this.#top.forEach((slot, n) => {
      if (touched === undefined || fallen || before[n] !== slot || touched.has(slot)) each(slot, n + 1);
    });
  }

  /** Whether the ranking can only be determined by examining all slots of the group again. */
  #isStale(): boolean {
    if (!this.#complete) return true;
    if (this.#values[this.#k - 1] === undefined) return false;
    return this.#top.some((slot, n) => this.#order.value(slot) < (this.#values[n] as number | bigint));
  }

  /** Lets changed slots enter if none has fallen; returns those whose value is high enough. */
  #update(changed: readonly number[]): ReadonlySet<number> {
    const last = this.#values[this.#k - 1];
    const touched = new Set<number>();
    for (const slot of changed) if (last === undefined || this.#order.value(slot) >= last) touched.add(slot);
    const candidates = new Set(this.#top);
    for (const slot of touched) candidates.add(slot);
    this.#set(this.#best(candidates));
    return touched;
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
