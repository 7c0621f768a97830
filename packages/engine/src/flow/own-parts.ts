import type { Stream } from '@stockafolio/core';
import type { OperatorNode, Plan } from '@stockafolio/core/plan';

/**
 * By operator, how many parts the own key of the streams that reach it has, where one of them states its fields: those
 * that meet in an operator are keyed alike. Then it is known before the first record, also after a restart.
 */
export function ownPartsOf(
  { edges, inputs, operators }: Pick<Plan, 'edges' | 'inputs' | 'operators'>,
  streams: readonly Stream<unknown>[],
): ReadonlyMap<OperatorNode, number> {
  const lengths = new Map<string, number>();
  streams.forEach(({ isBroadcast, keyFields }, n) => {
    const name = inputs[n]?.stream;
    if (name !== undefined && !isBroadcast && keyFields !== undefined) lengths.set(name, keyFields.length);
  });
  const found = new Map<OperatorNode, number>();
  // An operator comes after those before it.
  for (const node of operators) {
    for (const { from, stream, to, table, repartition, topic } of edges) {
      if (to !== node.name || table || repartition === true || topic === true) continue;
      const before = operators.find(({ name }) => name === from);
      const length = stream === undefined ? before && found.get(before) : lengths.get(stream);
      if (length !== undefined) found.set(node, length);
    }
  }
  return found;
}
