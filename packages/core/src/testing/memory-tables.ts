import { StockafolioError } from '../errors/index.js';
import type { Clock, Mutation, ScanAllOptions, ScanOptions, StoredRow, Tables } from '../ports/index.js';
import type { Kind, Value } from '../schema/index.js';
import { checkRow, checkSameShape, checkVersion, compareKeys, type Table } from '../table/index.js';
import { RowIndex, type Entry } from './row-index.js';

export interface MemoryTablesOptions {
  /** Tells when rows of tables with a ttl were written; without it they are kept for ever. */
  readonly clock?: Pick<Clock, 'now'>;
}

interface Shelf {
  readonly table: Table;
  readonly index: RowIndex;
  /** The columns of whole numbers, which know no -0. */
  readonly whole: readonly number[];
  /** All entries in key order; undefined where a key was added since. */
  sorted: readonly Entry[] | undefined;
}

/** {@link Tables} in memory, for tests and small runs: obeys the same laws as a real store, checks every value. */
export function memoryTables(options: MemoryTablesOptions = {}): Tables {
  const shelves = new Map<string, Shelf>();
  const checked = new WeakMap<Table, Shelf>();
  const now = (): number => options.clock?.now() ?? 0;

  const shelfOf = (table: Table): Shelf => {
    const known = checked.get(table);
    if (known !== undefined) return known;
    const shelf = shelves.get(table.name);
    if (shelf === undefined) {
      throw new StockafolioError('ERR_TABLE_UNKNOWN', `there is no table '${table.name}'`, {
        hint: 'create it first',
      });
    }
    checkSameShape(shelf.table, table);
    checked.set(table, shelf);
    return shelf;
  };

  const put = ({ table, values, version, deleted = false }: Mutation): void => {
    const shelf = shelfOf(table);
    checkRow(table, values, deleted ? table.keyLength : table.columns.length);
    checkVersion(table, version);
    const expires = table.ttl === undefined || options.clock === undefined ? Infinity : now() + table.ttl;
    // A copy, which the caller cannot change.
    const kept = [...values];
    for (const n of shelf.whole) if (kept[n] === 0) kept[n] = 0;
    const entry = shelf.index.add({ values: kept, version, deleted, expires });
    if (entry === undefined) shelf.sorted = undefined;
    else if (entry.version < version) Object.assign(entry, { values: kept, version, deleted, expires });
  };

  const rowOf = (entry: Entry | undefined): StoredRow | undefined =>
    entry === undefined || entry.deleted || (entry.expires !== Infinity && entry.expires <= now())
      ? undefined
      : { values: entry.values, version: entry.version };

  const sortedOf = (shelf: Shelf): readonly Entry[] =>
    (shelf.sorted ??= [...shelf.index.entries].sort((a, b) => compareKeys(shelf.table, a.values, b.values)));

  async function* rows(shelf: Shelf, prefix: readonly Value[], limit: number): AsyncGenerator<StoredRow> {
    const { table } = shelf;
    const sorted = sortedOf(shelf);
    let left = limit;
    for (let i = firstOf(table, sorted, prefix); i < sorted.length && left > 0; i += 1) {
      const entry = sorted[i];
      if (entry === undefined || compareKeys(table, entry.values, prefix) !== 0) return;
      const row = rowOf(entry);
      if (row !== undefined) {
        left -= 1;
        yield row;
      }
    }
  }

  return {
    inKeyOrder: true,
    async create(tables) {
      for (const table of tables) {
        const shelf = shelves.get(table.name);
        if (shelf === undefined) shelves.set(table.name, emptyShelf(table));
        else checkSameShape(shelf.table, table);
      }
    },
    async write(mutations) {
      for (const mutation of mutations) put(mutation);
    },
    async get(table, key) {
      const shelf = shelfOf(table);
      checkRow(table, key, table.keyLength);
      return rowOf(shelf.index.find(key));
    },
    async *scan(table, prefix, { limit = Infinity }: ScanOptions = {}) {
      const shelf = shelfOf(table);
      checkRow(table, prefix, Math.min(Math.max(prefix.length, table.partitionLength), table.keyLength));
      yield* rows(shelf, prefix, limit);
    },
    async *scanAll(table, { from = [], limit = Infinity }: ScanAllOptions = {}) {
      const shelf = shelfOf(table);
      if (from.length > 0) checkRow(table, from, Math.min(from.length, table.keyLength));
      const sorted = sortedOf(shelf);
      let left = limit;
      for (let i = firstOf(table, sorted, from); i < sorted.length && left > 0; i += 1) {
        const row = rowOf(sorted[i]);
        if (row === undefined) continue;
        left -= 1;
        yield row;
      }
    },
    close: async () => undefined,
  };
}

function emptyShelf(table: Table): Shelf {
  const whole = table.columns.flatMap(({ type }, n) => (wholeKinds.has(type.kind) ? [n] : []));
  return { table, index: new RowIndex(table.keyLength), whole, sorted: undefined };
}

const wholeKinds: ReadonlySet<Kind> = new Set(['int32', 'int64', 'money', 'timestamp', 'shard']);

/** Index of the first entry at or after the prefix. */
function firstOf(table: Table, sorted: readonly Entry[], prefix: readonly Value[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sorted[middle];
    if (entry !== undefined && compareKeys(table, entry.values, prefix) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
