import type { Table } from '@stockafolio/core';
import { type Mutation, rowId, type RowValues } from '@stockafolio/core/ports';
import { Outbox } from './outbox.js';

/** Rows of one step that are searched one by one; more rows than that are found by key. */
const FEW = 16;

/**
 * The rows that wait for the commit, with those of the current step (a record, a flush, a commit) at the end.
 *
 * All rows of a step have one version, and stores keep the first of two equal versions. So if a step makes several rows
 * of one key, only the last may be written. Only rows of windows have the versions of their windows.
 */
export class StepRows {
  #rows: Mutation[] = [];
  #start = 0;
  /** The indexes of the rows that this step has put. */
  readonly #put: number[] = [];
  /** The number of them that are of this step; the array keeps its length from step to step. */
  #puts = 0;
  /** The same by key, once there are many. */
  readonly #indexes = new Map<string, number>();
  /** The start of the current emission, and the rows of earlier ones that it has replaced. */
  #mark = 0;
  #markPuts = 0;
  #replaced: { readonly at: number; readonly row: Mutation }[] = [];

  /** The records that leave for other partitions: a step that is undone has sent none. */
  readonly leaving = new Outbox();
  /** Whether rows are made to be removed: what they are made from is no more. */
  isRemoving = false;
  /** Whether that is because another value replaces it, which comes next. */
  isReplaced = false;
  /** What gets rows that are made now, which are not written. */
  instead: ((table: Table, values: RowValues) => void) | undefined;

  get length(): number {
    return this.#rows.length;
  }

  /** Begins a step. */
  begin(): void {
    this.#start = this.#rows.length;
    if (this.#puts > FEW) this.#indexes.clear();
    this.#puts = 0;
    this.leaving.begin();
    this.mark();
  }

  /** Begins an emission within the step, which can be undone on its own. */
  mark(): void {
    this.#mark = this.#rows.length;
    this.#markPuts = this.#puts;
    this.leaving.mark();
    if (this.#replaced.length > 0) this.#replaced = [];
  }

  /** Undoes the current emission. */
  rollbackToMark(): void {
    this.leaving.rollbackToMark();
    for (const { at, row } of this.#replaced.reverse()) this.#rows[at] = row;
    if (this.#puts > FEW) for (const row of this.#rows.slice(this.#mark)) this.#indexes.delete(rowId(row));
    this.#rows.length = this.#mark;
    this.#puts = this.#markPuts;
    if (this.#puts <= FEW) this.#indexes.clear();
    this.#replaced = [];
  }

  /** Adds a row whose key no other row of this step has. */
  push(row: Mutation): void {
    this.#rows.push(row);
  }

  /** Adds a row, or replaces the row of the same key that this step has already put. */
  put(row: Mutation): void {
    const at = this.#at(row);
    if (at === undefined) this.#add(row);
    else this.#replace(at, row);
  }

  /**
   * Adds a row as a store would after those of earlier emissions: of one key the first row of the latest version
   * remains.
   */
  putVersioned(row: Mutation): void {
    const at = this.#at(row);
    if (at === undefined) this.#add(row);
    else if (at >= this.#mark || row.version > (this.#rows[at] as Mutation).version) this.#replace(at, row);
  }

  #at(row: Mutation): number | undefined {
    return this.#puts <= FEW ? this.#scan(row) : this.#indexes.get(rowId(row));
  }

  #replace(at: number, row: Mutation): void {
    if (at < this.#mark) this.#replaced.push({ at, row: this.#rows[at] as Mutation });
    this.#rows[at] = row;
  }

  #add(row: Mutation): void {
    const end = this.#rows.push(row) - 1;
    this.#put[this.#puts++] = end;
    if (this.#puts <= FEW) return;
    const unknown = this.#indexes.size === 0 ? this.#put.slice(0, this.#puts) : [end];
    for (const at of unknown) this.#indexes.set(rowId(this.#rows[at] as Mutation), at);
  }

  /** Rolls back the rows of the current step. */
  rollback(): void {
    this.leaving.rollback();
    this.#rows.length = this.#start;
  }

  /** Rolls back the last steps: keeps only the first `length` rows, and the first `leaving` records that leave. */
  rollbackTo({ length, leaving }: { readonly length: number; readonly leaving: number }): void {
    this.leaving.rollbackTo(leaving);
    this.#rows.length = length;
    this.begin();
  }

  /** Returns all rows, and clears the list. */
  take(): readonly Mutation[] {
    const rows = this.#rows;
    this.#rows = [];
    this.begin();
    return rows;
  }

  #scan(row: Mutation): number | undefined {
    for (let n = this.#puts - 1; n >= 0; n--) {
      const at = this.#put[n] as number;
      const other = this.#rows[at] as Mutation;
      if (other.table === row.table && sameKey(row, other)) return at;
    }
    return undefined;
  }
}

function sameKey(a: Mutation, b: Mutation): boolean {
  for (let n = 0; n < a.table.keyLength; n++) if (a.values[n] !== b.values[n]) return false;
  return true;
}
