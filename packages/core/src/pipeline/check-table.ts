import { StockafolioError } from '../errors/index.js';
import type { Table } from '../table/index.js';
import { reservedTables } from './reserved-tables.js';

/**
 * Checks that a pipeline may write a table.
 *
 * @param other the table of this name that another branch writes
 * @throws ERR_PIPELINE_INVALID
 */
export function checkTable(pipeline: string, table: Table, other: Table | undefined): void {
  const { name } = table;
  if (reservedTables.has(name)) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `pipeline '${pipeline}' cannot write table '${name}': the library has its own table of that name`,
      { hint: `use another name than ${[...reservedTables].join(', ')}` },
    );
  }
  if (other === undefined) return;
  if (other !== table)
    throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${pipeline}' has two tables named '${name}'`);
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}': two branches write table '${name}', where rows of equal versions would be lost`,
    { hint: 'give each branch a table of its own, or merge them before one into()' },
  );
}
