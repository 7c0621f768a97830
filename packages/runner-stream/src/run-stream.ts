import { needsStages } from '@stockafolio/core/plan';
import { withBroadcastSources } from './broadcast/with-broadcast-sources.js';
import { inputsOf, sourceOf } from './inputs.js';
import type { StageOptions, StreamOptions, StreamResult } from './options.js';
import { Outlets } from './repartition/outlets.js';
import { runStages } from './repartition/run-stages.js';
import { StreamRun } from './stream-run.js';
import { throughGrowth } from './through-growth.js';
import { closeAll, openDestinations } from './topics/destinations.js';
import { readingOnce } from './topics/reading-once.js';

/**
 * Runs a pipeline over a live source, until it is caught up, or stopped by its signal.
 *
 * Memory is bounded by `commitRecords`: if the tables are slow or down, no more messages are read from the source.
 *
 * @throws ERR_PARTITION_MISMATCH if messages are not in the partition of their key; ERR_TABLES_TAKEN if others write
 * the tables; ERR_GROUP_TAKEN if the group is bound to others; ERR_PARTITIONS_CHANGED if the source's partitions were
 * increased since the tables were made; ERR_SOURCE_MISMATCH, ERR_CHECKPOINT_PLAN_CHANGED, ERR_OFFSET_GONE and
 * ERR_CHECKPOINTS_AHEAD if the tables and checkpoints do not fit the source or the pipeline; ERR_SOURCE_DIVERGED if the
 * source has lost messages that were read; ERR_BAD_RECORD and ERR_PIPELINE_DEFECT with `onBadRecord: 'fail'`; ERR_MANY_DEAD_LETTERS
 */
export async function runStream<T>(options: StreamOptions<T>): Promise<StreamResult> {
  return throughGrowth(options, runOnce);
}

/** Runs until a source was given partitions, or the run ends. */
async function runOnce<T>(options: StreamOptions<T>): Promise<StreamResult> {
  const run = (stage: StageOptions<T>): Promise<StreamResult> =>
    new StreamRun({ ...stage, source: sourceOf(stage) }, inputsOf(stage)).run();
  const own = readingOnce(options);
  const destinations = await openDestinations(own);
  try {
    if (needsStages(own.pipeline)) return await runStages(own, destinations, run);
    const stage = await withBroadcastSources(own);
    if (destinations.size === 0) return await run(stage);
    return await run({ ...stage, outlets: new Outlets(new Map(), destinations, own) });
  } finally {
    await closeAll(destinations);
  }
}
