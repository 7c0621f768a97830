import {
  checkWritten,
  CheckpointWriter,
  Feed,
  findCheckpoint,
  MessageIntake,
  PartitionEngine,
  readFloors,
  readProgress,
  restoreCheckpoint,
} from '@stockafolio/core/engine';
import type { PartitionRange, SourceBatch } from '@stockafolio/core/ports';
import { StockafolioError } from '@stockafolio/core';
import type { StreamOptions } from './options.js';
import { Turn } from './turn.js';

/** Milliseconds, unless told otherwise. */
export const FIGURES_INTERVAL = 1_000;
const CHECKPOINT_INTERVAL = 5_000;

/** One assigned partition: its engine, and the writer of its checkpoints. */
export interface PartitionTask {
  readonly partition: number;
  readonly generation: number;
  readonly intake: MessageIntake<unknown>;
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
  /** Whether something came since the last commit. */
  dirty: boolean;
  /** Whether the last commit left out this partition's parts of shared figures. */
  owing: boolean;
  /** Whether something came since windows last gave out what is in them. */
  open: boolean;
  /** When the last message came; epoch milliseconds of the clock. */
  heardAt: number;
  /** When its shared figures are due, and its next checkpoint. */
  readonly figures: Turn;
  readonly checkpoint: Turn;
  /** When the source took in the oldest message since the last commit, epoch milliseconds. */
  oldest: number | null;
  /** The offset that the next new message will get, as far as known. */
  end: number;
}

/**
 * Makes the engine of a partition, resumed from its newest checkpoint where there is one.
 *
 * @param of how many partitions the source has
 */
export async function openPartition<T>(
  options: StreamOptions<T>,
  source: string,
  range: PartitionRange,
  of: number,
  generation: number,
  written: number | undefined,
): Promise<PartitionTask> {
  const { pipeline, checkpoints, codec, clock } = options;
  const { figuresInterval = FIGURES_INTERVAL, checkpointInterval = CHECKPOINT_INTERVAL } = options;
  const { partition } = range;
  const engine = new PartitionEngine({
    pipeline,
    partition,
    source,
    codec,
    onBadRecord: options.onBadRecord ?? 'dead-letter',
  });
  const chain = await findCheckpoint(checkpoints, pipeline.name, partition, (name, reason) =>
    options.onEvent?.({ type: 'checkpoint-skipped', partition, name, reason }),
  );
  let resumed: ConstructorParameters<typeof CheckpointWriter>[1];
  if (chain === undefined) {
    if (written !== undefined && range.oldest > 0) throw beginningGone(range, written);
    engine.resume({ offset: range.oldest, version: 0, latest: null });
    options.onEvent?.({ type: 'started', partition, offset: range.oldest });
  } else {
    const changes = restoreCheckpoint(engine, chain, { source, acceptPlanChange: options.acceptPlanChange ?? false });
    const { offset } = engine.position;
    if (offset > range.end) throw ahead(chain.last.name, range, offset);
    // The run that had the partition before may have moved both on after the rows of progress were read.
    if (written === undefined || written < offset) {
      const meanwhile = await readProgress(options.tables, pipeline.name);
      checkWritten(partition, engine.position, meanwhile.get(partition)?.offset);
    }
    resumed = { last: chain.last, base: chain.base };
    options.onEvent?.({ type: 'resumed', partition, offset, checkpoint: chain.last.name, changes });
  }
  engine.setFloors((await readFloors(options.tables, pipeline.name)).get(partition) ?? []);
  const writer = new CheckpointWriter({ pipeline: pipeline.name, source, engine, files: checkpoints }, resumed);
  const now = clock.now();
  return {
    partition,
    generation,
    intake: new MessageIntake<unknown>({
      ...{ stream: pipeline.stream, codec, partition, partitions: of },
      onPartitionMismatch: options.onPartitionMismatch ?? 'fail',
    }),
    engine,
    writer,
    dirty: false,
    owing: false,
    open: false,
    heardAt: now,
    figures: new Turn(figuresInterval, partition, of, now),
    checkpoint: new Turn(checkpointInterval, partition, of, now),
    oldest: null,
    end: range.end,
  };
}

/** Takes a batch of messages through the partition's engine. */
export function takeBatch<T>(task: PartitionTask, batch: SourceBatch, options: StreamOptions<T>): void {
  const { engine, intake } = task;
  const now = options.clock.now();
  const feed = new Feed(engine);
  let next = engine.position.offset;
  for (const message of batch.messages) {
    if (message.offset < next) continue;
    next = message.offset + 1;
    const place = { offset: message.offset, ingested: message.timestamp };
    const taken = intake.take(message, now);
    if ('record' in taken) feed.add(taken.record, place);
    else feed.reject(taken.rejected, message.value ?? new Uint8Array(0), place);
  }
  feed.end();
  task.oldest ??= batch.messages[0]?.timestamp ?? null;
  task.dirty = true;
  task.open = true;
  task.heardAt = now;
  task.end = Math.max(batch.endOffset, engine.position.offset);
}

function beginningGone({ partition, oldest }: PartitionRange, written: number): StockafolioError {
  return new StockafolioError(
    'ERR_OFFSET_GONE',
    `partition ${partition}: the tables are exact up to offset ${written}, but there is no checkpoint, and the source begins at offset ${oldest}: what lies before is gone`,
    { hint: 'rebuild checkpoints and tables from the archive with the batch runner, then start the stream from there' },
  );
}

function ahead(name: string, { partition, end }: PartitionRange, offset: number): StockafolioError {
  return new StockafolioError(
    'ERR_CHECKPOINTS_AHEAD',
    `checkpoint '${name}' goes on from offset ${offset} of partition ${partition}, but the source ends at ${end}`,
    { hint: 'the source was emptied or replaced: give it checkpoints and tables of its own' },
  );
}
