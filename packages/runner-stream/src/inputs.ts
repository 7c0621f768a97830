import { StockafolioError } from '@stockafolio/core';
import type { Codec, Source } from '@stockafolio/core/ports';
import { jointSource } from './joint-source.js';
import type { StageOptions, StreamInput, StreamOptions } from './options.js';

/** The source of the pipeline's stream; of several streams their sources, read as one. */
export function sourceOf<T>(options: StageOptions<T>): Source {
  if (options.inputs !== undefined) return options.source;
  const inputs = inputsOf(options);
  if (inputs.length === 1) return options.source;
  return jointSource(inputs.map(({ source }, n) => ({ source, stream: options.pipeline.streams[n]?.name ?? '' })));
}

/** The codecs of the pipeline's streams, in order. */
export function codecsOf<T>(options: StreamOptions<T>): readonly Codec<unknown>[] {
  return inputsOf(options).map(({ codec }) => codec);
}

export function codecAt(codecs: readonly Codec<unknown>[], input: number): Codec<unknown> {
  const codec = codecs[input];
  if (codec === undefined) throw new StockafolioError('ERR_INTERNAL', `there is no codec of stream number ${input}`);
  return codec;
}

/** What each stream is read from, in order. @throws ERR_USAGE if a stream is missing */
export function inputsOf<T>(options: StageOptions<T>): readonly StreamInput[] {
  const { pipeline, source, codec, others = {}, inputs } = options;
  if (inputs !== undefined) return inputs;
  const names = pipeline.streams.map(({ name }) => name);
  const extra = Object.keys(others).find((name) => !names.slice(1).includes(name));
  if (extra !== undefined) {
    throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline.name}' does not read another stream '${extra}'`, {
      hint: `its streams are ${names.join(', ')}; \`source\` and \`codec\` are those of the first`,
    });
  }
  return names.map((name, n) => {
    const input = n === 0 ? { source, codec: codec as Codec<unknown> } : others[name];
    if (input !== undefined) return input;
    throw new StockafolioError('ERR_USAGE', `pipeline '${pipeline.name}' also reads stream '${name}'`, {
      hint: `name its source too: others: { ${name}: { source, codec } }, or --source ${name}=URL`,
    });
  });
}
