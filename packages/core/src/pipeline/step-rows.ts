import type { Mutation } from '../ports/index.js';

/** Rows of one step that are looked through one by one; beyond that many they are found by key. */
const FEW = 16;

/**
 * The rows that wait for the commit, with those of the step in hand (a record, a flush, a commit) at the end.
 *
 * All rows of a step bear one version, and stores keep the first of two equal versions: so of several rows of one key
 * that a step makes, only the last may be written.
 */
export class StepRows {
  #rows: Mutation[] = [];
  #start = 0;
  /** Where the rows are that this step has put, and, once they are many, where by key. */
  readonly #put: number[] = [];
  /** How many of them are of this step; the array keeps its length from step to step. */
  #puts = 0;
  readonly #places = new Map<string, number>();

  get length(): number {
    return this.#rows.length;
  }

  /** Begins a step. */
  begin(): void {
    this.#start = this.#rows.length;
    if (this.#puts > FEW) this.#places.clear();
    this.#puts = 0;
  }

  /** Adds a row whose key no other row of this step has. */
  push(row: Mutation): void {
    this.#rows.push(row);
  }

  /** Adds a row, in the place of the one of the same key where this step has put one already. */
  put(row: Mutation): void {
    const place = this.#puts <= FEW ? this.#scan(row) : this.#places.get(idOf(row));
    if (place !== undefined) {
      this.#rows[place] = row;
      return;
    }
    const end = this.#rows.push(row) - 1;
    this.#put[this.#puts++] = end;
    if (this.#puts <= FEW) return;
    const unknown = this.#places.size === 0 ? this.#put.slice(0, this.#puts) : [end];
    for (const at of unknown) this.#places.set(idOf(this.#rows[at] as Mutation), at);
  }

  /** Takes back the rows of the step in hand. */
  rollback(): void {
    this.#rows.length = this.#start;
  }

  /** Takes back the last steps: all rows but the first so many. */
  rollbackTo(length: number): void {
    this.#rows.length = length;
    this.begin();
  }

  /** Gives all rows, and forgets them. */
  take(): readonly Mutation[] {
    const rows = this.#rows;
    this.#rows = [];
    this.begin();
    return rows;
  }

  #scan(row: Mutation): number | undefined {
    for (let n = this.#puts - 1; n >= 0; n--) {
      const place = this.#put[n] as number;
      const other = this.#rows[place] as Mutation;
      if (other.table === row.table && sameKey(row, other)) return place;
    }
    return undefined;
  }
}

function sameKey(a: Mutation, b: Mutation): boolean {
  for (let n = 0; n < a.table.keyLength; n++) if (a.values[n] !== b.values[n]) return false;
  return true;
}

/** U+0000 is in no text of a row, so that no two keys share an id. */
function idOf({ table, values }: Mutation): string {
  let id = table.name;
  for (let n = 0; n < table.keyLength; n++) id += `\u0000${String(values[n])}`;
  return id;
}
