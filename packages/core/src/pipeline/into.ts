import type { Observable } from 'rxjs';
import { checkStateFits } from '../operators/direct-writer.js';
import type { KeyOf, RowOf, Table, ValuesOf } from '../table/index.js';
import { currentPlan } from './ambient.js';
import type { Update } from './update.js';

/** One destination of a pipeline: made by {@link into}. */
export interface Branch {
  readonly table: Table;
}

/**
 * Sends rows into a table.
 *
 * Accepts plain rows (`trades.pipe(map(toRow))`), or the output of a keyed operator: then the key's parts are the key
 * columns in order, and the state's fields are the columns of the same names. A `shard` column is filled in.
 *
 * @throws ERR_PIPELINE_INVALID if the state of a keyed operator does not fit the table, or another branch writes it;
 * ERR_SHARD_MISSING if partial figures of several partitions would overwrite each other, for a window when it is run
 */
export function into<T extends Table>(
  table: T,
  rows: Observable<RowOf<T>> | Observable<Update<KeyOf<T>, ValuesOf<T>>>,
): Branch {
  const plan = currentPlan('into');
  const origin = plan.operatorOf(rows);
  const writer = origin?.writesState === true ? origin : undefined;
  if (writer !== undefined) checkStateFits(writer, table);
  plan.addTable(table, rows, writer);
  return { table };
}
