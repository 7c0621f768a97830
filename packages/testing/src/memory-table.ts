import { StockafolioError, type Table, type Value } from '@stockafolio/core';
import { compareKeys, type Mutation, type RowValues, type StoredRow } from '@stockafolio/core/ports';

/** A JS Map ends at this number of entries. */
const MOST = 2 ** 24;

/** The newest mutation of a key. */
interface Row {
  /** Of a removed row only those of the key count. */
  readonly values: Value[];
  version: number;
  removed: boolean;
  expires: number;
}

/** The rows of one table in memory, including removed ones, whose versions still count. */
export class MemoryTable {
  readonly table: Table;
  readonly #most: number;
  readonly #rows = new Map<string, Row>();
  #sorted: readonly Row[] = [];
  /** The rows that are not among the sorted ones yet. */
  #unsorted: Row[] = [];

  /** @param most number of rows */
  constructor(table: Table, most = MOST) {
    this.table = table;
    this.#most = most;
  }

  /**
   * Stores a row, or the removal of one, unless its key already has the same or a higher version.
   *
   * @throws ERR_USAGE if there is no room for another row
   */
  put({ values, version, deleted = false }: Mutation, expires: number): void {
    const id = this.#idOf(values);
    const row = this.#rows.get(id) ?? this.#add(id, values);
    if (row.version >= version) return;
    const { columns } = this.table;
    // In place, because new arrays would survive young collections. Only a double has -0.
    for (const [n, value] of values.entries()) {
      row.values[n] = value === 0 && columns[n]?.type.kind !== 'double' ? 0 : value;
    }
    row.version = version;
    row.removed = deleted;
    row.expires = expires;
  }

  /** The row of a key at a time. */
  get(key: readonly Value[], now: number): StoredRow | undefined {
    const row = this.#rows.get(this.#idOf(key));
    return row === undefined ? undefined : visible(row, now);
  }

  /**
   * Rows in key order, from the first one that has the prefix or comes after it: those that exist when it begins, each
   * as it is when its turn comes.
   *
   * @param within only rows that have the prefix
   */
  *scan(prefix: readonly Value[], within: boolean, limit: number, now: () => number): Generator<StoredRow> {
    const sorted = this.#inOrder();
    let left = limit;
    for (let at = this.#firstOf(sorted, prefix); left > 0; at++) {
      const row = sorted[at];
      if (row === undefined || (within && compareKeys(this.table, row.values, prefix) !== 0)) return;
      const shown = visible(row, now());
      if (shown === undefined) continue;
      left--;
      yield shown;
    }
  }

  /** Tells keys apart: U+0000 is in no text of a row. */
  #idOf(values: readonly Value[]): string {
    return values.slice(0, this.table.keyLength).join('\0');
  }

  /** A row that every version replaces. */
  #add(id: string, values: RowValues): Row {
    if (this.#rows.size === this.#most) {
      throw new StockafolioError('ERR_USAGE', `table '${this.table.name}' in memory holds at most ${this.#most} rows`, {
        hint: 'use a store on disk for as many rows',
      });
    }
    const row: Row = { values: values.slice(), version: -1, removed: true, expires: Infinity };
    this.#rows.set(id, row);
    this.#unsorted.push(row);
    return row;
  }

  /** All rows in key order; the array does not change with later writes. */
  #inOrder(): readonly Row[] {
    if (this.#unsorted.length > 0) {
      const compare = (a: Row, b: Row): number => compareKeys(this.table, a.values, b.values);
      // Two sorted parts take hardly more time than a merge.
      this.#sorted = this.#sorted.concat(this.#unsorted.sort(compare)).sort(compare);
      this.#unsorted = [];
    }
    return this.#sorted;
  }

  /** The index of the first row at or after the prefix. */
  #firstOf(sorted: readonly Row[], prefix: readonly Value[]): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.table, sorted[middle]?.values ?? [], prefix) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A row as a reader gets it; undefined if it was removed or has expired. */
function visible({ values, version, removed, expires }: Row, now: number): StoredRow | undefined {
  return removed || expires <= now ? undefined : { values: values.slice(), version };
}
