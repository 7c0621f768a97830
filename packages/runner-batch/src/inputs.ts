import { StockafolioError, type Stream } from '@stockafolio/core';
import type { Archive, Codec } from '@stockafolio/core/ports';
import type { BatchPorts } from './options.js';

/** One stream of a pipeline, and its archive. */
export interface ArchivedInput {
  readonly stream: Stream<unknown>;
  readonly codec: Codec<unknown>;
  readonly archive: Archive<unknown>;
}

/** The streams of a pipeline, in order, with their archives. @throws ERR_USAGE if one is missing */
export function inputsOf<T>({ pipeline, codec, archive, others = {} }: BatchPorts<T>): readonly ArchivedInput[] {
  const first = { codec: codec as Codec<unknown>, archive: archive as Archive<unknown> };
  return pipeline.streams.map((stream) => {
    const name = archivedName(stream);
    const input = name === archivedName(pipeline.stream) ? first : others[name];
    if (input !== undefined) return { stream, ...input };
    throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline.name}' also reads stream '${name}'`, {
      hint: `give its archive too: others: { ${name}: { codec, archive } }`,
    });
  });
}

/** The name of the stream under which it is archived: that of the whole, if it is a lane of a broadcast stream. */
export function archivedName({ name, lane }: Pick<Stream<unknown>, 'name' | 'lane'>): string {
  return lane?.of ?? name;
}

/** The partition of an archive that a unit reads: its own, or the one that every unit reads. */
export function partitionIn({ stream: { lane } }: Pick<ArchivedInput, 'stream'>, unit: number): number {
  return lane?.partition ?? unit;
}
