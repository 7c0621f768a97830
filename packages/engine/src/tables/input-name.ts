import { partitionOf, type Pipeline } from '@stockafolio/core';
import { stagesOf } from '@stockafolio/core/plan';
import { bytesOf, crc32 } from '@stockafolio/core/ports';

/**
 * The name under which the library's own tables keep what belongs to one stream of a pipeline, such as its progress and
 * its dead letters: the pipeline's, with that of the stream behind it if the pipeline reads several.
 *
 * @param input the index of the stream
 * @example
 * inputName(balances, 1); // 'balances/payments'
 */
export function inputName({ name, streams }: Pick<Pipeline, 'name' | 'streams'>, input: number): string {
  const stream = streams[input];
  return streams.length === 1 || stream === undefined ? name : `${name}/${stream.name}`;
}

/**
 * Whose dead letters those of a stream are, and of which partition: each engine reads a message of a broadcast stream, but
 * its letter is one, in the message's own partition.
 */
export function letterOwner(
  pipeline: Pick<Pipeline, 'name' | 'streams'>,
  input: number,
): { readonly owner: string; readonly partition?: number } {
  const lane = pipeline.streams[input]?.lane;
  if (lane === undefined) return { owner: inputName(pipeline, input) };
  return { owner: `${pipeline.name}/${lane.of}`, partition: lane.partition };
}

/**
 * The names of {@link inputName} in the stages of a pipeline that read one of its streams: one, unless repartitions divide
 * it.
 *
 * @param input the index of the stream
 */
export function inputNames(pipeline: Pipeline, input: number): readonly string[] {
  const stream = pipeline.streams[input];
  return stagesOf(pipeline).flatMap((stage) => {
    const at = stage.streams.findIndex(({ name }) => name === stream?.name);
    return at < 0 ? [] : [inputName(stage, at)];
  });
}

const TOGETHER = ' + ';

/**
 * The identity of the sources of several streams together; lanes of a repartition, which have one, count once.
 *
 * @param identities each empty if it is not known, because nothing of the stream is archived yet
 */
export function jointIdentity(identities: readonly string[]): string {
  return identities.filter((identity, n) => identity === '' || identity !== identities[n - 1]).join(TOGETHER);
}

/** Whether two identities may be of the same sources: what is not known of one of them may be anything. */
export function mayBeSameSource(one: string, other: string): boolean {
  const [ones, others] = [one.split(TOGETHER), other.split(TOGETHER)];
  if (ones.length !== others.length) return false;
  return ones.every((each, n) => each === others[n] || (ones.length > 1 && (each === '' || others[n] === '')));
}

/** The identity of what comes out of a repartition: what went in, and its name. It stays short, however many follow. */
export function repartitionIdentity(source: string, repartition: string): string {
  const bytes = bytesOf(source);
  const digest = [crc32(bytes), partitionOf(bytes, 2 ** 31)].map((part) => part.toString(16).padStart(8, '0'));
  return `${repartition} of ${digest.join('')}`;
}
