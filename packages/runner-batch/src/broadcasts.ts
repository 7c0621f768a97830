import type { Pipeline } from '@stockafolio/core';
import { broadcastsOf, withBroadcasts } from '@stockafolio/core/plan';
import type { Archive } from '@stockafolio/core/ports';
import { inputsOf } from './inputs.js';
import type { BatchPorts, BatchUnit } from './options.js';

/** The pipeline with each broadcast stream as its lanes: one for each partition that is archived. */
export async function withArchivedBroadcasts<T>(ports: BatchPorts<T>): Promise<Pipeline> {
  const { pipeline } = ports;
  if (broadcastsOf(pipeline).length === 0) return pipeline;
  const archives = new Map(inputsOf(ports).map(({ stream, archive }) => [stream.name, archive]));
  return withBroadcasts(pipeline, await countBroadcasts(pipeline, (stream) => archives.get(stream)));
}

/** The same for a unit: with as many lanes as it was planned with. */
export function withBroadcastsOf(pipeline: Pipeline, { inputs = [] }: Pick<BatchUnit, 'inputs'>): Pipeline {
  const counts = broadcastsOf(pipeline).map((name): [string, number] => [
    name,
    inputs.filter(({ lane }) => lane?.of === name).length,
  ]);
  return withBroadcasts(pipeline, new Map(counts));
}

/** By name of each broadcast stream, how many partitions its archive has; one if nothing of it is archived. */
export async function countBroadcasts(
  pipeline: Pick<Pipeline, 'streams'>,
  archiveOf: (stream: string) => Archive<unknown> | undefined,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const name of broadcastsOf(pipeline)) {
    const archive = archiveOf(name);
    if (archive === undefined) continue;
    const seen = (await archive.files()).map(({ partition }) => partition + 1);
    counts.set(name, Math.max(1, (await archive.facts())?.partitions ?? 1, ...seen));
  }
  return counts;
}
