import type { Pipeline } from '@stockafolio/core';
import { broadcastsOf, withBroadcasts } from '@stockafolio/core/plan';
import type { Source } from '@stockafolio/core/ports';
import { inputsOf } from '../inputs.js';
import { jointSource, type NamedSource } from '../joint-source.js';
import type { StageOptions, StreamInput, StreamOptions } from '../options.js';
import { untilBack } from '../until-back.js';
import { broadcastSource } from './broadcast-source.js';

/** What a stream, or the lanes of one, are read from. */
export type SourcePart = NamedSource & { readonly inputs: readonly StreamInput[] };

/** The lanes of a broadcast stream, which every partition reads. */
export function broadcastPart(stream: string, { source, codec }: StreamInput, lanes: number): SourcePart {
  const shared = broadcastSource(source, stream, lanes);
  const inputs = Array.from({ length: lanes }, () => ({ source: shared, codec }));
  return { stream, source: shared, lanes, isBroadcast: true, inputs };
}

/** By name of each broadcast stream, how many partitions its source has. */
export async function countBroadcasts(
  pipeline: Pick<Pipeline, 'streams'>,
  sourceOf: (stream: string) => Source | undefined,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const name of broadcastsOf(pipeline)) {
    const source = sourceOf(name);
    if (source !== undefined) counts.set(name, (await source.ranges()).length);
  }
  return counts;
}

/** The options with each broadcast stream as its lanes; those of a pipeline without any remain as they are. */
export async function withBroadcastSources<T>(options: StreamOptions<T>): Promise<StageOptions<T>> {
  const { pipeline } = options;
  if (broadcastsOf(pipeline).length === 0) return options;
  const inputs = new Map(inputsOf(options).map((input, n) => [pipeline.streams[n]?.name ?? '', input]));
  const counts = await untilBack(options, 'asking what the source holds', () =>
    countBroadcasts(pipeline, (stream) => inputs.get(stream)?.source),
  );
  const parts = [...inputs].map(([stream, input]): SourcePart => {
    const lanes = counts.get(stream);
    return lanes === undefined
      ? { stream, source: input.source, inputs: [input] }
      : broadcastPart(stream, input, lanes);
  });
  return {
    ...options,
    pipeline: withBroadcasts(pipeline, counts),
    source: jointSource(parts),
    inputs: parts.flatMap((part) => part.inputs),
  };
}
