import type { Pipeline } from '@stockafolio/core';

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

/** The identity of the sources of several streams together. */
export function jointIdentity(identities: readonly string[]): string {
  return identities.join(' + ');
}
