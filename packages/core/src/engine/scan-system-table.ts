import { isStockafolioError } from '../errors/index.js';
import type { Tables } from '../ports/index.js';
import { rowObject, type Table } from '../table/index.js';

/** A row of a system table, by column. */
export type SystemRow = ReturnType<typeof rowObject>;

/** The rows that a system table has of a pipeline; none where the table is not there, as an earlier version made none. */
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
