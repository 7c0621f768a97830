import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import type { Column, Table } from '@stockafolio/core';
import type { Mutation, Tables } from '@stockafolio/core/ports';

const AT_A_TIME = 5_000;

/** A store as {@link asStored} shows it. */
export interface AsStored extends Pick<Tables, 'scanAll' | 'get' | 'write'> {
  close(): Promise<void>;
}

/**
 * A store with its rows in key order, whatever was written into it by hand: keys and values outside the bounds of their
 * columns, and absent required values, if the store was opened to return them.
 *
 * If the store itself has that order, rows are passed through. Otherwise they are sorted in a folder that `close`
 * removes: this needs disk space for the tables, but no memory.
 */
export async function asStored(store: Tables, tables: readonly Table[]): Promise<AsStored> {
  // Only this library writes into a store with key order.
  if (store.inKeyOrder) {
    return {
      scanAll: (table) => store.scanAll(table),
      get: (table, key) => store.get(table, key),
      write: (rows) => store.write(rows),
      close: async () => undefined,
    };
  }
  const folder = await mkdtemp(join(tmpdir(), 'stockafolio-sorted-'));
  const sorted = embeddedTables(folder);
  const close = async (): Promise<void> => {
    await sorted.close();
    await rm(folder, { recursive: true, force: true });
  };
  const [ofAnyRow, ofAnyKey] = [tablesBy(tables, looseRow), tablesBy(tables, looseKey)];
  try {
    await sorted.create([...ofAnyRow.values()]);
    for (const [table, loose] of ofAnyRow) await copyRows(store, table, sorted, loose);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    scanAll: (table) => sorted.scanAll(ofAnyRow.get(table) ?? table),
    get: (table, key) => store.get(ofAnyKey.get(table) ?? table, key),
    write: (rows) =>
      store.write(
        rows.map((row) => (row.deleted === true ? { ...row, table: ofAnyKey.get(row.table) ?? row.table } : row)),
      ),
    close,
  };
}

function tablesBy(tables: readonly Table[], make: (column: Column) => Column): Map<Table, Table> {
  return new Map(tables.map((table) => [table, { ...table, columns: table.columns.map(make) }]));
}

/** The column without bounds, and with no value required. */
function looseRow(column: Column): Column {
  const kind = column.type.kind === 'oneOf' ? 'text' : column.type.kind;
  const optional = column.role === 'value';
  return { ...column, type: { ...column.type, kind, optional, min: undefined, max: undefined, values: undefined } };
}

function looseKey(column: Column): Column {
  return column.role === 'value' ? column : looseRow(column);
}

async function copyRows(from: Tables, table: Table, to: Tables, as: Table): Promise<void> {
  let rows: Mutation[] = [];
  for await (const { values, version } of from.scanAll(table)) {
    rows.push({ table: as, values, version });
    if (rows.length < AT_A_TIME) continue;
    await to.write(rows);
    rows = [];
  }
  if (rows.length > 0) await to.write(rows);
}
