import { StockafolioError } from '@stockafolio/core';
import { markOf, type Mutation, type PartitionRange, type SourceBatch } from '@stockafolio/core/ports';
import {
  type CheckpointChain,
  CheckpointWriter,
  checkWritten,
  Feed,
  findCheckpoint,
  heldFor,
  isWritten,
  MessageIntake,
  PartitionEngine,
  partitioningRow,
  readFloors,
  readProgress,
  readWhole,
  restoreCheckpoint,
  type TableIds,
  type Whole,
} from '@stockafolio/engine';
import { filesWithin } from './files-within.js';
import type { StreamOptions } from './options.js';
import { Turn } from './turn.js';

/** Defaults, in milliseconds. */
export const FIGURES_INTERVAL = 1_000;
const CHECKPOINT_INTERVAL = 5_000;
const CHECKPOINT_TIMEOUT = 60_000;

/** One assigned partition: its engine, and the writer of its checkpoints. */
export interface PartitionTask {
  readonly partition: number;
  readonly generation: number;
  /** The offset at which it was opened. */
  readonly from: number;
  readonly intake: MessageIntake<unknown>;
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
  /** The row that records the number of partitions of the source, until it is written. */
  note: Mutation | undefined;
  /** Whether a message arrived since the last commit. */
  dirty: boolean;
  /** Whether the last commit left this partition's parts of shared figures unwritten. */
  owing: boolean;
  /** Whether a message arrived since windows last emitted their content. */
  open: boolean;
  /** When the last message arrived, by `Clock.elapsed`. */
  heardAt: number;
  /** Since when some change is in no checkpoint, by `Clock.elapsed`; undefined if there is none. */
  unsavedSince: number | undefined;
  /** When its shared figures are due, and its next checkpoint. */
  readonly figures: Turn;
  readonly checkpoint: Turn;
  /** When the source received the oldest message since the last commit, epoch milliseconds. */
  oldest: number | null;
  /** The offset that the next new message will get, as far as known. */
  end: number;
}

/** What is known about a partition when it is opened. */
export interface Opening {
  /** Identity of the source. */
  readonly source: string;
  readonly range: PartitionRange;
  /** How many partitions the source has. */
  readonly of: number;
  readonly generation: number;
  /** What the tables hold of it; undefined if nothing. */
  readonly whole: Whole | undefined;
  readonly tableIds: TableIds;
  /** Whether the tables have recorded the number of partitions of the source, for this partition. */
  readonly isNoted: boolean;
}

/** Creates the engine of a partition, restored from the newest checkpoint that the tables contain, if there is one. */
export async function openPartition<T>(options: StreamOptions<T>, opening: Opening): Promise<PartitionTask> {
  const { source, range, of, generation, whole, tableIds, isNoted } = opening;
  const { pipeline, checkpoints, codec, clock } = options;
  const { figuresInterval = FIGURES_INTERVAL, checkpointInterval = CHECKPOINT_INTERVAL } = options;
  const { partition } = range;
  const engine = new PartitionEngine({
    pipeline,
    partition,
    source,
    partitions: of,
    codec,
    states: options.states?.(),
    onBadRecord: options.onBadRecord ?? 'dead-letter',
    clock,
  });
  const chain = await findFitting(options, opening);
  if (chain === undefined) {
    if (whole !== undefined && range.oldest > 0) throw beginningGone(range, whole.progress);
    engine.resume({ offset: range.oldest, version: 0, latest: null });
    options.onEvent?.({ type: 'started', partition, offset: range.oldest });
  } else {
    const { acceptPlanChange = false } = options;
    const changes = restoreCheckpoint(engine, chain, { source, acceptPlanChange, tableIds });
    const { offset } = engine.position;
    if (offset > range.end) throw ahead(chain.last.name, range, offset);
    options.onEvent?.({ type: 'resumed', partition, offset, checkpoint: chain.last.name, changes });
  }
  const files = filesWithin(checkpoints, clock, options.checkpointTimeout ?? CHECKPOINT_TIMEOUT);
  const writer = new CheckpointWriter({ pipeline: pipeline.name, source, engine, files, tableIds }, chain);
  engine.setFloors((await readFloors(options.tables, pipeline.name)).get(partition) ?? []);
  const now = clock.elapsed();
  const { partitioning } = engine;
  return {
    partition,
    generation,
    from: engine.position.offset,
    intake: new MessageIntake<unknown>({
      ...{ stream: pipeline.stream, codec, partition, partitions: of },
      onPartitionMismatch: options.onPartitionMismatch ?? 'fail',
    }),
    engine,
    writer,
    note: isNoted || partitioning === undefined ? undefined : partitioningRow(pipeline.name, partition, partitioning),
    dirty: false,
    owing: false,
    open: false,
    heardAt: now,
    unsavedSince: undefined,
    figures: new Turn(figuresInterval, partition, of, now),
    checkpoint: new Turn(checkpointInterval, partition, of, now),
    oldest: null,
    end: range.end,
  };
}

/**
 * The newest checkpoint whose rows the tables hold completely. If they have lost rows that they had acknowledged, that
 * is an older one: the later rows are then written again.
 *
 * @throws ERR_CHECKPOINTS_AHEAD if there is none that old
 */
async function findFitting<T>(
  { pipeline, checkpoints, tables, onEvent }: StreamOptions<T>,
  { source, range: { partition }, whole }: Opening,
): Promise<CheckpointChain | undefined> {
  const skipped = (name: string, reason: string): void =>
    onEvent?.({ type: 'checkpoint-skipped', partition, name, reason });
  const newest = await findCheckpoint(checkpoints, pipeline.name, partition, skipped);
  // A checkpoint of another source is rejected when it is restored.
  if (newest === undefined || newest.last.header.source !== source) return newest;
  const { header } = newest.last;
  const { position } = header;
  if (isWritten(position, heldFor(header, whole))) return newest;
  // The previous holder of the partition may have advanced both after the progress rows were read.
  const now = heldFor(
    header,
    (await readWhole(tables, pipeline.name, await readProgress(tables, pipeline.name))).get(partition),
  );
  if (isWritten(position, now)) return newest;
  const older =
    now === undefined ? undefined : await findCheckpoint(checkpoints, pipeline.name, partition, skipped, now);
  if (older === undefined) checkWritten(partition, position, now);
  skipped(newest.last.name, `the tables are exact only up to offset ${String(now)}`);
  return older;
}

/** Passes a batch of messages through the partition's engine; returns how many of them it rejected. */
export function takeBatch<T>(task: PartitionTask, batch: SourceBatch, options: StreamOptions<T>): number {
  const { engine, intake } = task;
  const { rejected } = engine;
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
  const last = batch.messages.at(-1);
  if (last !== undefined && next === last.offset + 1) engine.setMark(markOf(last, batch.epoch));
  task.oldest ??= batch.messages[0]?.timestamp ?? null;
  task.dirty = true;
  task.open = true;
  task.heardAt = options.clock.elapsed();
  task.unsavedSince ??= task.heardAt;
  task.end = Math.max(batch.endOffset, engine.position.offset);
  return engine.rejected - rejected;
}

function beginningGone({ partition, oldest }: PartitionRange, written: number): StockafolioError {
  return new StockafolioError(
    'ERR_OFFSET_GONE',
    `partition ${partition}: the tables are exact up to offset ${written}, but there is no checkpoint, and the source begins at offset ${oldest}: earlier messages are gone`,
    { hint: 'rebuild checkpoints and tables from the archive with the batch runner, then start the stream from there' },
  );
}

function ahead(name: string, { partition, end }: PartitionRange, offset: number): StockafolioError {
  return new StockafolioError(
    'ERR_CHECKPOINTS_AHEAD',
    `checkpoint '${name}' continues from offset ${offset} of partition ${partition}, but the source ends at ${end}`,
    { hint: 'the source was emptied or replaced: use new checkpoints and tables for it' },
  );
}
