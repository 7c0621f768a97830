import type { Pipeline } from '@stockafolio/core';
import type { WirePlanEdge, WirePlanNode } from '../wire/pipeline-types.js';

/** What the plan is drawn from. */
export type PlannedPipeline = Pick<Pipeline, 'streams' | 'plan'>;

/** Figures beside the plan; undefined for what is not known. */
export interface PlanFigures {
  /** Messages a second of the first stream. */
  readonly messages: number | undefined;
  /** Rows a second of a table. */
  rowsOf(table: string): number | undefined;
  keysOf(operator: string): number | undefined;
}

/** The plan as nodes and edges, with the figures that are known of them. */
export function planPicture(
  { streams, plan }: PlannedPipeline,
  figures: PlanFigures,
): { readonly nodes: WirePlanNode[]; readonly edges: WirePlanEdge[] } {
  const node = (kind: WirePlanNode['kind'], name: string, more: Partial<WirePlanNode> = {}): WirePlanNode => ({
    ...{ id: `${kind} ${name}`, name, kind, operator: null, keys: null, ...more },
  });
  const [first] = streams;
  const nodes = [
    ...[...streams, ...plan.repartitions.map(({ stream }) => stream)].map(({ name }) => node('stream', name)),
    ...plan.operators.map(({ name, kind }) =>
      node('operator', name, { operator: kind, keys: figures.keysOf(name) ?? null }),
    ),
    ...plan.tables.map(({ name }) => node('table', name)),
    ...plan.topics.map(({ stream }) => node('topic', stream.name)),
  ];
  const edges = plan.edges.map(({ from, stream, to, table, topic, repartition }) => {
    const target = table ? 'table' : topic === true ? 'topic' : repartition === true ? 'stream' : 'operator';
    // The counter of messages is that of the first stage, which may read several streams together.
    const ofStream = stream === first?.name && streams.length === 1 ? figures.messages : undefined;
    return {
      from: stream === undefined ? `operator ${from}` : `stream ${stream}`,
      to: `${target} ${to}`,
      rate: (table ? figures.rowsOf(to) : ofStream) ?? null,
    };
  });
  return { nodes, edges };
}
