import { StockafolioError } from '../errors/index.js';
import type { Stream, Topic } from '../stream/index.js';

/**
 * Checks that a pipeline may send to a topic.
 *
 * @param others the topics that other branches send to, and the streams that the pipeline reads or repartitions
 * @throws ERR_PIPELINE_INVALID
 */
export function checkTopic(
  pipeline: string,
  { stream }: Topic<never>,
  others: { readonly topics: readonly Topic[]; readonly streams: readonly Stream<unknown>[] },
): void {
  const { name } = stream;
  if (others.streams.some((each) => each.name === name)) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `pipeline '${pipeline}' cannot send to topic '${name}', because it reads a stream of that name: its records would come back without end`,
      { hint: 'give the topic a stream of another name; to partition records by another key use repartition()' },
    );
  }
  if (!others.topics.some((each) => each.stream.name === name)) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${pipeline}': two branches send to topic '${name}'`, {
    hint: 'give each branch a topic of its own, or merge them before one into()',
  });
}
