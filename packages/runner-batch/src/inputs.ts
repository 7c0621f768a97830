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
  return pipeline.streams.map((stream, n) => {
    const first = { codec: codec as Codec<unknown>, archive: archive as Archive<unknown> };
    const input = n === 0 ? first : others[stream.name];
    if (input !== undefined) return { stream, ...input };
    throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline.name}' also reads stream '${stream.name}'`, {
      hint: `give its archive too: others: { ${stream.name}: { codec, archive } }`,
    });
  });
}
