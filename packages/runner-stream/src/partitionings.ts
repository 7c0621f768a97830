import { type Pipeline, StockafolioError } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { checkTablesPartitioning, inputName, partitioningOf, partitionsChanged } from '@stockafolio/engine';

/**
 * Checks that the sources of a pipeline are partitioned as they were when the tables were made, and those of streams
 * that meet as each other.
 *
 * @param counts how many partitions the source of each stream has
 * @throws ERR_PARTITIONS_CHANGED; ERR_NOT_COPARTITIONED
 */
export async function checkPartitionings(
  pipeline: Pipeline,
  tables: Pick<Tables, 'scan'>,
  counts: readonly number[],
): Promise<void> {
  const { streams, plan } = pipeline;
  for (const group of plan.meetings) {
    const shown = group.map((input) => `${counts[input]} for stream '${streams[input]?.name}'`);
    if (new Set(group.map((input) => counts[input])).size < 2) continue;
    throw new StockafolioError(
      'ERR_NOT_COPARTITIONED',
      `pipeline '${pipeline.name}' brings streams together whose sources have different numbers of partitions: ${shown.join(', ')}`,
      {
        hint: 'give their topics the same number of partitions: otherwise the records of a key would be in different partitions',
      },
    );
  }
  for (const [input, stream] of streams.entries())
    await checkTablesPartitioning(tables, inputName(pipeline, input), partitioningOf(stream, counts[input]));
}

/** The error if the source of a stream has more partitions than when the run began; undefined if none has. */
export function grown(
  { streams }: Pipeline,
  before: readonly number[],
  now: readonly number[],
): StockafolioError | undefined {
  for (const [input, stream] of streams.entries()) {
    const [was, is] = [partitioningOf(stream, before[input]), partitioningOf(stream, now[input])];
    if (was === undefined || is === undefined || is.partitions === 0 || was.partitions === is.partitions) continue;
    return partitionsChanged(streams.length === 1 ? 'this run' : `this run, of stream '${stream.name}',`, was, is);
  }
  return undefined;
}
