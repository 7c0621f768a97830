import type { Pipeline } from '@stockafolio/core';
import { type Mutation, rowId } from '@stockafolio/core/ports';

/**
 * Holds back rows that may still change, so that a table gets only their final values: a window emits its row when it
 * closes, and again for every late record. Rows that stand for one record each pass through at once.
 *
 * A limited number of rows is held; beyond it, the rows that have not changed for the longest time are released, final
 * or not.
 */
export class FinalRows {
  /** Names of the tables whose rows come from operators, not directly from the records. */
  readonly #again: ReadonlySet<string>;
  readonly #most: number;
  /** By key; the most recently changed rows are last. */
  readonly #kept = new Map<string, Mutation>();

  constructor(edges: Pipeline['plan']['edges'], most: number) {
    this.#again = new Set(edges.flatMap(({ from, to, table }) => (table && from !== '' ? [to] : [])));
    this.#most = most;
  }

  /** Takes rows in the order of their versions; returns those to write now. */
  take(rows: readonly Mutation[]): readonly Mutation[] {
    const now: Mutation[] = [];
    for (const row of rows) {
      if (!this.#again.has(row.table.name)) {
        now.push(row);
        continue;
      }
      const id = rowId(row);
      this.#kept.delete(id);
      this.#kept.set(id, row);
    }
    if (this.#kept.size > this.#most) this.#letGo(now, this.#kept.size - this.#most / 2);
    return now;
  }

  /** Passes on the parts of the last rows, then the held rows that were not among them. */
  *end(last: Iterable<readonly Mutation[]>): Generator<readonly Mutation[]> {
    const tables = new Set([...this.#kept.values()].map(({ table }) => table.name));
    for (const part of last) {
      for (const row of part) if (tables.has(row.table.name)) this.#kept.delete(rowId(row));
      yield part;
    }
    const rows: Mutation[] = [];
    this.#letGo(rows, this.#kept.size);
    yield rows;
  }

  #letGo(into: Mutation[], count: number): void {
    let left = count;
    for (const [id, row] of this.#kept) {
      if (left-- <= 0) return;
      into.push(row);
      this.#kept.delete(id);
    }
  }
}
