import { StockafolioError, type Table } from '@stockafolio/core';
import {
  checkRow,
  checkSameShape,
  checkVersion,
  type Clock,
  type ScanAllOptions,
  type ScanOptions,
  type Tables,
} from '@stockafolio/core/ports';
import { MemoryTable } from './memory-table.js';

export interface MemoryTablesOptions {
  /** Gives the write time of rows in tables with a ttl; without it they are kept forever. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** A row is stored once it is written: small writes are as good as large ones. */
const AT_ONCE = 256;

/** {@link Tables} in memory, for tests and small runs: behaves like a real store, and checks every value. */
export function memoryTables(options: MemoryTablesOptions = {}): Tables {
  const { clock } = options;
  const byName = new Map<string, MemoryTable>();
  /** The same ones, by the values of type `Table` whose shape has been checked. */
  const checked = new WeakMap<Table, MemoryTable>();
  const now = (): number => clock?.now() ?? 0;

  const open = (table: Table): MemoryTable => {
    const known = checked.get(table);
    if (known !== undefined) return known;
    const found = byName.get(table.name);
    if (found === undefined) {
      throw new StockafolioError('ERR_TABLE_UNKNOWN', `there is no table '${table.name}'`, {
        hint: 'create it first',
      });
    }
    checkSameShape(found.table, table);
    checked.set(table, found);
    return found;
  };

  return {
    inKeyOrder: true,
    rowsAtOnce: AT_ONCE,
    async create(tables) {
      for (const table of tables) {
        const found = byName.get(table.name);
        if (found === undefined) byName.set(table.name, new MemoryTable(table));
        else checkSameShape(found.table, table);
      }
    },
    async write(mutations) {
      for (const mutation of mutations) {
        const { table, values, version, deleted = false } = mutation;
        const rows = open(table);
        checkRow(table, values, deleted ? table.keyLength : table.columns.length);
        checkVersion(table, version);
        rows.put(mutation, table.ttl === undefined || clock === undefined ? Infinity : clock.now() + table.ttl);
      }
    },
    async get(table, key) {
      const rows = open(table);
      checkRow(table, key, table.keyLength);
      return rows.get(key, now());
    },
    async *scan(table, prefix, { limit = Infinity }: ScanOptions = {}) {
      const rows = open(table);
      checkRow(table, prefix, Math.min(Math.max(prefix.length, table.partitionLength), table.keyLength));
      yield* rows.scan(prefix, true, limit, now);
    },
    async *scanAll(table, { from = [], limit = Infinity }: ScanAllOptions = {}) {
      const rows = open(table);
      if (from.length > 0) checkRow(table, from, Math.min(from.length, table.keyLength));
      yield* rows.scan(from, false, limit, now);
    },
    close: async () => undefined,
  };
}
