import { StockafolioError, type Table, type Value } from '@stockafolio/core';
import {
  checkRow,
  checkSameShape,
  checkVersion,
  type Clock,
  type Mutation,
  type ScanAllOptions,
  type ScanOptions,
  type StoredRow,
  type Tables,
} from '@stockafolio/core/ports';
import { Shelf } from './shelf.js';
import { TextArena } from './text-arena.js';

export interface MemoryTablesOptions {
  /** Gives the write time of rows in tables with a ttl; without it they are kept forever. */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Number of mutations that are written together: their positions in the index are fetched from memory at the same time.
 */
const GROUP = 32;

/** A row is stored once it is written: small writes are as good as large ones. */
const AT_ONCE = 256;

/** {@link Tables} in memory, for tests and small runs: behaves like a real store, and checks every value. */
export function memoryTables(options: MemoryTablesOptions = {}): Tables {
  const shelves = new Map<string, Shelf>();
  const checked = new WeakMap<Table, Shelf>();
  const arena = new TextArena();
  const now = (): number => options.clock?.now() ?? 0;

  /**
   * For the mutations that are being written: their tables, the hashes of their keys, and what was read of the index
   * beforehand, kept so that V8 does not optimise the reads away.
   */
  const group = { shelves: new Array<Shelf | undefined>(GROUP), hashes: new Int32Array(GROUP), touched: 0 };

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

  /** Checks the nth mutation of a group, and looks up its table. */
  const prepare = ({ table, values, version, deleted = false }: Mutation, n: number): void => {
    const shelf = shelfOf(table);
    checkRow(table, values, deleted ? table.keyLength : table.columns.length);
    checkVersion(table, version);
    group.shelves[n] = shelf;
    group.hashes[n] = shelf.hash(values);
  };

  const put = ({ table, values, version, deleted = false }: Mutation, n: number): void => {
    const expires = table.ttl === undefined || options.clock === undefined ? Infinity : now() + table.ttl;
    group.shelves[n]?.put(values, group.hashes[n] as number, version, deleted, expires);
  };

  /** Writes mutations up to the first invalid one, whose error is then thrown. */
  const writeGroup = (mutations: readonly Mutation[]): void => {
    let ready = 0;
    try {
      for (; ready < mutations.length; ready++) prepare(mutations[ready] as Mutation, ready);
    } finally {
      for (let n = 0; n < ready; n++) group.touched |= group.shelves[n]?.touch(group.hashes[n] as number) ?? 0;
      for (let n = 0; n < ready; n++) put(mutations[n] as Mutation, n);
    }
  };

  /**
   * Rows from the first one that has the prefix or comes after it; only rows with the prefix if `within`, or all of
   * them.
   */
  async function* rows(
    shelf: Shelf,
    prefix: readonly Value[],
    within: boolean,
    limit: number,
  ): AsyncGenerator<StoredRow> {
    const sorted = shelf.sorted();
    let left = limit;
    for (let i = shelf.firstOf(sorted, prefix); i < sorted.length && left > 0; i += 1) {
      const number = sorted[i] as number;
      if (within && !shelf.begins(number, prefix)) return;
      const row = shelf.rowAt(number, now());
      if (row === undefined) continue;
      left -= 1;
      yield row;
    }
  }

  return {
    inKeyOrder: true,
    rowsAtOnce: AT_ONCE,
    async create(tables) {
      for (const table of tables) {
        const shelf = shelves.get(table.name);
        if (shelf === undefined) shelves.set(table.name, new Shelf(table, arena, options.clock !== undefined));
        else checkSameShape(shelf.table, table);
      }
    },
    async write(mutations) {
      for (let from = 0; from < mutations.length; from += GROUP) writeGroup(mutations.slice(from, from + GROUP));
    },
    async get(table, key) {
      const shelf = shelfOf(table);
      checkRow(table, key, table.keyLength);
      const number = shelf.find(key);
      return number < 0 ? undefined : shelf.rowAt(number, now());
    },
    async *scan(table, prefix, { limit = Infinity }: ScanOptions = {}) {
      const shelf = shelfOf(table);
      checkRow(table, prefix, Math.min(Math.max(prefix.length, table.partitionLength), table.keyLength));
      yield* rows(shelf, prefix, true, limit);
    },
    async *scanAll(table, { from = [], limit = Infinity }: ScanAllOptions = {}) {
      const shelf = shelfOf(table);
      if (from.length > 0) checkRow(table, from, Math.min(from.length, table.keyLength));
      yield* rows(shelf, from, false, limit);
    },
    close: async () => undefined,
  };
}
