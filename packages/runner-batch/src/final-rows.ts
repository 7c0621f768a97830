import type { Pipeline } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';

/**
 * Keeps back rows that may yet come again, so that a table gets their final values only: a window gives out its row when
 * it closes, and anew for every record that comes late. Rows that stand for a record each pass at once.
 *
 * So many rows are kept at most; then those that have not come again for longest are let go, final or not.
 */
export class FinalRows {
  /** Names of the tables whose rows come from operators, not straight from the records. */
  readonly #again: ReadonlySet<string>;
  readonly #most: number;
  /** By key; those that came last at the end. */
  readonly #kept = new Map<string, Mutation>();

  constructor(edges: Pipeline['plan']['edges'], most: number) {
    this.#again = new Set(edges.flatMap(({ from, to, table }) => (table && from !== '' ? [to] : [])));
    this.#most = most;
  }

  /** Takes rows in the order of their versions; answers those that are to be written now. */
  take(rows: readonly Mutation[]): readonly Mutation[] {
    const now: Mutation[] = [];
    for (const row of rows) {
      if (!this.#again.has(row.table.name)) {
        now.push(row);
        continue;
      }
      const id = idOf(row);
      this.#kept.delete(id);
      this.#kept.set(id, row);
    }
    if (this.#kept.size > this.#most) this.#letGo(now, this.#kept.size - this.#most / 2);
    return now;
  }

  /** Passes on the parts of the last rows, then gives those that are left and have not come again among them. */
  *end(last: Iterable<readonly Mutation[]>): Generator<readonly Mutation[]> {
    const tables = new Set([...this.#kept.values()].map(({ table }) => table.name));
    for (const part of last) {
      for (const row of part) if (tables.has(row.table.name)) this.#kept.delete(idOf(row));
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

/** U+0000 is in no text of a row, so that no two keys share an id. */
function idOf({ table, values }: Mutation): string {
  let id = table.name;
  for (let n = 0; n < table.keyLength; n++) id += `\u0000${String(values[n])}`;
  return id;
}
