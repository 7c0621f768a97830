import type { Observable } from 'rxjs';
import type { RowOf, Table } from '../table/index.js';
import { currentPlan } from './ambient.js';
import type { RowProblem } from './row-problem.js';
import { checkStateFits } from './state-fits.js';

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
export function into<T extends Table, V = RowOf<T>>(
  table: T,
  rows: [RowProblem<T, V>] extends [never] ? Observable<V> : RowProblem<T, V>,
): Branch {
  const plan = currentPlan('into');
  const flow = rows as Observable<V>;
  const origin = plan.operatorOf(flow);
  const writer = origin?.writesState === true ? origin : undefined;
  if (writer !== undefined) checkStateFits(writer, table);
  plan.addTable(table, flow, writer);
  return { table };
}
