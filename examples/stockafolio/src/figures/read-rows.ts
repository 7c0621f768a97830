import { rowObject, type RowOf, type Table, type Value } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';

/** The rows with a leading part of the key in a table, as plain objects, in clustering order. */
export async function readRows<T extends Table>(
  tables: Tables,
  table: T,
  prefix: readonly Value[],
  limit?: number,
): Promise<RowOf<T>[]> {
  return (await readVersioned(tables, table, prefix, limit)).map(({ row }) => row);
}

/** The same, each with its version, in microseconds, and its shard if that ends its key. */
export async function readVersioned<T extends Table>(
  tables: Tables,
  table: T,
  prefix: readonly Value[],
  limit?: number,
): Promise<{ readonly row: RowOf<T>; readonly version: number; readonly shard: number }[]> {
  const rows: { row: RowOf<T>; version: number; shard: number }[] = [];
  const found = tables.scan(table, prefix, limit === undefined ? {} : { limit });
  for await (const { values, version } of found) {
    const shard = Number(values[table.keyLength - 1]);
    rows.push({ row: rowObject(table, values) as RowOf<T>, version, shard });
  }
  return rows;
}

/** The row of a primary key, or undefined. */
export async function readRow<T extends Table>(
  tables: Tables,
  table: T,
  key: readonly Value[],
): Promise<RowOf<T> | undefined> {
  const found = await tables.get(table, key);
  return found === undefined ? undefined : (rowObject(table, found.values) as RowOf<T>);
}
