import { rowObject, type RowOf, type Table, type Value } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';

/** The rows with a leading part of the key in a table, as plain objects, in clustering order. */
export async function readRows<T extends Table>(
  tables: Tables,
  table: T,
  prefix: readonly Value[],
  limit?: number,
): Promise<RowOf<T>[]> {
  const rows: RowOf<T>[] = [];
  const found = tables.scan(table, prefix, limit === undefined ? {} : { limit });
  for await (const { values } of found) rows.push(rowObject(table, values) as RowOf<T>);
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
