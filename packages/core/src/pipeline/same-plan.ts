import { StockafolioError } from '../errors/index.js';
import type { Plan } from './plan.js';

/**
 * Returns a plan that was declared again, if it equals the first one.
 *
 * @throws ERR_PIPELINE_INVALID if its operators, tables or edges differ
 */
export function samePlan(pipeline: string, first: Plan, again: Plan): Plan {
  const before = shapeOf(first);
  const now = shapeOf(again);
  const at = before.findIndex((line, n) => line !== now[n]);
  if (at < 0 && now.length === before.length) return again;
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}' declared ${before[at] ?? 'nothing more'} at first, and ${now[at < 0 ? before.length : at] ?? 'nothing more'} for a partition`,
    {
      hint: 'the build function must declare the same whenever it is called: read variables and the environment outside of it',
    },
  );
}

/** What a plan declares, in order, as text. */
function shapeOf({ operators, edges, tables, topics, repartitions }: Plan): string[] {
  return [
    ...operators.map(
      ({ name, kind, settings, state, subKeys = {} }) =>
        `${kind} '${name}' ${JSON.stringify([settings, state.fields, Object.entries(subKeys).map(([below, each]) => [below, each.kind, each.isMulti, each.fields.fields])])}`,
    ),
    ...edges.map(
      ({ from, stream, to, other }) =>
        `an edge from '${stream ?? from}' to ${other === true ? 'the other input of ' : ''}'${to}'`,
    ),
    ...repartitions.map(
      ({ stream: { name, keyFields, schema } }) =>
        `repartition '${name}' ${JSON.stringify([keyFields ?? null, schema.fields])}`,
    ),
    ...topics.map(
      ({ compactBy, isTransactional, stream: { name, keyFields, schema } }) =>
        `topic '${name}' ${JSON.stringify([compactBy, isTransactional, keyFields ?? null, schema.fields])}`,
    ),
    ...tables.map(({ name, columns }) => `table '${name}' ${JSON.stringify(columns)}`),
  ];
}
