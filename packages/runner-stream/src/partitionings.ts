import type { Pipeline, StockafolioError } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import {
  checkCopartitioned,
  checkTablesPartitioning,
  inputName,
  partitioningOf,
  partitionsChanged,
} from '@stockafolio/engine';

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
  checkCopartitioned(pipeline, counts, 'sources');
  for (const [input, stream] of pipeline.streams.entries())
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
