import type { Observable } from 'rxjs';
import type { Topic, TopicRecord } from '../stream/index.js';
import type { RowOf, Table } from '../table/index.js';
import { currentPlan } from './ambient.js';
import { mapOf } from './map-output.js';
import type { RowProblem } from './row-problem.js';
import { checkStateFits } from './state-fits.js';
import type { TopicProblem } from './topic-problem.js';

/** One destination of a pipeline: made by {@link into}. */
export type Branch = { readonly table: Table } | { readonly topic: Topic<never> };

/** What a destination takes. */
export type DestinationValue<D> = D extends Table ? RowOf<D> : TopicRecord<D>;

/** Why values of the type `V` cannot go into the destination `D`, as a sentence; `never` if they can. */
export type IntoProblem<D, V> = D extends Table ? RowProblem<D, V> : TopicProblem<D, V>;

/**
 * Sends rows into a table, or records to a topic.
 *
 * A table accepts plain rows (`trades.pipe(map(toRow))`), or the output of a keyed operator: then the key's parts are the
 * key columns in order, and the state's fields are the columns of the same names. A `shard` column is filled in.
 * A map of `processByKey` that is an output is written in the same way: the key of the map is the last key column.
 *
 * A topic accepts records of its stream. With `compactBy` it also accepts what a fold emits: each change is a message with
 * the new value, the fields of `compactBy` are the key's parts in order, and the state's fields are the others.
 *
 * @throws ERR_PIPELINE_INVALID if the state of a keyed operator does not fit the table, another branch writes the
 * destination, or the pipeline reads the topic; ERR_SHARD_MISSING if partial figures of several partitions would
 * overwrite each other, for a window when it is run
 * @example
 * into(userTotals, trades.pipe(foldByKey('user-totals', { key: ['user'], state: Totals, fold: addTrade })))
 * @example
 * into(topic(alerts), trades.pipe(filter(isLarge), map(toAlert)))
 */
export function into<D extends Table | Topic<never>, V = DestinationValue<D>>(
  destination: D,
  values: [IntoProblem<D, V>] extends [never] ? Observable<V> : IntoProblem<D, V>,
): Branch {
  const plan = currentPlan('into');
  const flow = values as Observable<V>;
  const origin = plan.operatorOf(flow);
  const map = mapOf(flow);
  const writer = origin?.writesState === true || map !== undefined ? origin : undefined;
  if ('stream' in destination) {
    plan.addTopic(destination as Topic<never>, flow);
    return { topic: destination };
  }
  const table: Table = destination;
  if (writer !== undefined) checkStateFits(writer, table, map);
  plan.addTable(table, flow, writer, map);
  return { table };
}
