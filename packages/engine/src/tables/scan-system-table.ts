import { isStockafolioError, rowObject, type Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';

/** A row of a system table, by column. */
export type SystemRow = ReturnType<typeof rowObject>;

/**
 * The rows of a pipeline in a system table; none if the table does not exist, because earlier versions did not create
 * it.
 */
export async function* scanSystemTable(
  tables: Pick<Tables, 'scan'>,
  table: Table,
  pipeline: string,
): AsyncGenerator<SystemRow> {
  try {
    for await (const { values } of tables.scan(table, [pipeline])) yield rowObject(table, values);
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_TABLE_UNKNOWN')) throw error;
  }
}
