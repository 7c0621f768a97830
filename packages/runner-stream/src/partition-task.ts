import { type Pipeline, StockafolioError } from '@stockafolio/core';
import {
  markOf,
  type Mutation,
  type PartitionRange,
  type Position,
  positionAt,
  type SourceBatch,
  type SourceMessage,
} from '@stockafolio/core/ports';
import {
  type CheckpointChain,
  CheckpointWriter,
  CLOCKS_DIFFER,
  checkWritten,
  Feed,
  findCheckpoint,
  heldFor,
  inputName,
  type InputPosition,
  isWritten,
  mayBeSameSource,
  MergedFeed,
  MessageIntake,
  PartitionEngine,
  partitioningOf,
  partitioningRow,
  readEarlyRows,
  readFloors,
  readLulls,
  readProgress,
  readWhole,
  restoreCheckpoint,
  type TableIds,
  type Whole,
} from '@stockafolio/engine';
import type { DeadLetterReport } from './dead-letter-report.js';
import { filesWithin } from './files-within.js';
import { codecAt, codecsOf } from './inputs.js';
import type { StageOptions, StreamOptions } from './options.js';
import { Turn } from './turn.js';

/** Defaults, in milliseconds. */
export const FIGURES_INTERVAL = 1_000;
export const COMMIT_RECORDS = 20_000;
const CHECKPOINT_INTERVAL = 5_000;
const CHECKPOINT_TIMEOUT = 60_000;

/** One assigned partition: its engine, and the writer of its checkpoints. */
export interface PartitionTask {
  readonly partition: number;
  readonly generation: number;
  /** The offset at which it was opened. */
  readonly from: number;
  /** By stream. */
  readonly intakes: readonly MessageIntake<unknown>[];
  /** Puts the messages of several streams in order; undefined if the pipeline reads one. */
  readonly merge: MergedFeed | undefined;
  /** The streams that are not read on, by index, because too many of their messages wait for others. */
  readonly paused: Set<number>;
  readonly engine: PartitionEngine;
  readonly writer: CheckpointWriter;
  /** The rows that record the numbers of partitions of the sources, until they are written. */
  notes: readonly Mutation[];
  /** Whether a message arrived since the last commit. */
  dirty: boolean;
  /** Whether the last commit left this partition's parts of shared figures unwritten. */
  owing: boolean;
  /** Whether a message arrived since windows last emitted their content. */
  open: boolean;
  /** When the last message arrived, by `Clock.elapsed`. */
  heardAt: number;
  /** By stream, when its last message arrived, by `Clock.elapsed`. */
  readonly heard: number[];
  /** Since when some change is in no checkpoint, by `Clock.elapsed`; undefined if there is none. */
  unsavedSince: number | undefined;
  /** When its shared figures are due, and its next checkpoint. */
  readonly figures: Turn;
  readonly checkpoint: Turn;
  /** Of a stage that reads one lane of a repartition: until when that is silent, epoch milliseconds. */
  silentUntil: number | undefined;
  /** When the source received the oldest message since the last commit, epoch milliseconds. */
  oldest: number | null;
  /** The offset that the next new message will get, as far as known. */
  end: number;
}

/** What is known about a partition when it is opened. */
export interface Opening {
  /** Identity of the source, and of those of all streams if there are several. */
  readonly source: string;
  readonly sources: readonly string[];
  readonly range: PartitionRange;
  /** How many partitions the source of each stream has. */
  readonly counts: readonly number[];
  readonly generation: number;
  /** What the tables hold of it; undefined if nothing. */
  readonly whole: Whole | undefined;
  readonly tableIds: TableIds;
  /** Whether the tables have recorded the number of partitions of the source, for this partition. */
  readonly isNoted: boolean;
}

/** Creates the engine of a partition, restored from the newest checkpoint that the tables contain, if there is one. */
export async function openPartition<T>(options: StageOptions<T>, opening: Opening): Promise<PartitionTask> {
  const { source, sources, range, counts, generation, whole, tableIds, isNoted } = opening;
  const { pipeline, checkpoints, clock } = options;
  const of = Math.max(...counts);
  const codecs = codecsOf(options);
  const { figuresInterval = FIGURES_INTERVAL, checkpointInterval = CHECKPOINT_INTERVAL } = options;
  const { partition } = range;
  const engine = new PartitionEngine({
    pipeline,
    partition,
    source,
    sources,
    partitions: of,
    codec: { encode: (record, position) => codecAt(codecs, position.input ?? 0).encode(record) },
    repartitions: options.outlets?.partitions,
    topics: options.outlets?.topics,
    states: options.states?.(),
    onBadRecord: options.onBadRecord ?? 'dead-letter',
    clock,
  });
  const chain = await findFitting(options, opening);
  if (chain === undefined) {
    if (whole !== undefined && range.oldest > 0) throw beginningGone(range, whole.progress);
    engine.resume({ ...startOf(pipeline, range), version: 0, latest: null });
    options.onEvent?.({ type: 'started', partition, offset: range.oldest });
  } else {
    const { acceptPlanChange = false } = options;
    const changes = restoreCheckpoint(engine, chain, { source, acceptPlanChange, tableIds });
    const { offset } = engine.position;
    if (offset > range.end && range.isOpenEnded !== true) throw ahead(chain.last.name, range, offset);
    options.onEvent?.({ type: 'resumed', partition, offset, checkpoint: chain.last.name, changes });
  }
  const files = filesWithin(checkpoints, clock, options.checkpointTimeout ?? CHECKPOINT_TIMEOUT);
  const writer = new CheckpointWriter({ pipeline: pipeline.name, source, engine, files, tableIds }, chain);
  engine.setFloors((await readFloors(options.tables, pipeline.name)).get(partition) ?? []);
  engine.setEarlyRows(await readEarlyRows(options.tables, pipeline, partition));
  const now = clock.elapsed();
  return {
    partition,
    generation,
    from: engine.position.offset,
    intakes: pipeline.streams.map((stream, input) => {
      const at = { stream, codec: codecAt(codecs, input), partition, partitions: counts[input] };
      return new MessageIntake<unknown>({ ...at, onPartitionMismatch: options.onPartitionMismatch ?? 'fail' });
    }),
    merge: await mergeOf(engine, options),
    paused: new Set(),
    engine,
    writer,
    notes: isNoted ? [] : partitioningRows(pipeline, partition, counts),
    dirty: engine.hasNotes,
    owing: false,
    open: false,
    heardAt: now,
    heard: pipeline.streams.map(() => now),
    unsavedSince: undefined,
    figures: new Turn(figuresInterval, partition, of, now),
    checkpoint: new Turn(checkpointInterval, partition, of, now),
    oldest: null,
    silentUntil: undefined,
    end: Math.max(range.end, engine.position.offset),
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
  if (newest === undefined || !mayBeSameSource(newest.last.header.source, source)) return newest;
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

/** Where a partition begins. */
function startOf(
  { streams }: Pipeline,
  { oldest, inputs }: PartitionRange,
): { readonly offset: number; readonly inputs?: readonly InputPosition[] } {
  if (streams.length === 1) return { offset: oldest };
  const starts = streams.map(({ name }, n): InputPosition => ({ stream: name, offset: inputs?.[n]?.oldest ?? 0 }));
  return { offset: oldest, inputs: starts };
}

async function mergeOf<T>(
  engine: PartitionEngine,
  { pipeline, tables, source }: StreamOptions<T>,
): Promise<MergedFeed | undefined> {
  if (pipeline.streams.length === 1) return undefined;
  // An earlier task may have paused streams of this partition.
  source.resume([engine.partition]);
  return new MergedFeed(engine, pipeline, await readLulls(tables, pipeline, engine.partition));
}

/** The rows that record how the sources of a pipeline are partitioned. */
function partitioningRows(pipeline: Pipeline, partition: number, counts: readonly number[]): readonly Mutation[] {
  return pipeline.streams.flatMap((stream, input) => {
    const partitioning = partitioningOf(stream, counts[input]);
    return partitioning === undefined ? [] : partitioningRow(inputName(pipeline, input), partition, partitioning);
  });
}

/** Where a partition is read from. */
export function positionOf({ partition, engine }: Pick<PartitionTask, 'partition' | 'engine'>): Position {
  const { offset, mark, inputs, at, seen } = engine.position;
  const position = {
    ...positionAt(partition, offset, mark),
    ...(at === undefined ? {} : { at }),
    ...(seen === undefined ? {} : { seen }),
  };
  return inputs === undefined ? position : { ...position, inputs };
}

/** How many of the messages of a batch are more than a note that a lane is silent. */
export function recordsIn({ messages }: SourceBatch): number {
  let count = 0;
  for (const { silentUntil } of messages) if (silentUntil === undefined) count++;
  return count;
}

/** Passes a batch of messages through the partition's engine; returns how many of them it rejected. */
export function takeBatch<T>(task: PartitionTask, batch: SourceBatch, options: StreamOptions<T>): number {
  const { engine, merge } = task;
  const { rejected } = engine;
  if (merge === undefined) takeInOrder(task, batch, options.clock.now());
  const passed = merge === undefined ? 0 : addToMerge(task, merge, batch, options.clock.now());
  task.end = Math.max(batch.endOffset, engine.position.offset);
  if (recordsIn(batch) === 0) {
    if (passed > 0) changed(task, options.clock.elapsed());
    return engine.rejected - rejected;
  }
  task.oldest ??= batch.messages[0]?.timestamp ?? null;
  task.heardAt = options.clock.elapsed();
  task.heard[batch.input ?? 0] = task.heardAt;
  changed(task, task.heardAt);
  return engine.rejected - rejected;
}

/** Records need not wait any longer for streams that are silent; and not too many of them may wait. */
export function goOnWithoutSilent<T>(
  task: PartitionTask,
  options: StreamOptions<T>,
  letters: Pick<DeadLetterReport<T>, 'add'>,
): void {
  if (task.merge === undefined) return;
  const { records, rejected } = passSilence(task, options);
  if (rejected > 0) letters.add(task, records, rejected);
  boundWaiting(task, options);
}

/**
 * Passes on the messages that wait for streams which are silent; returns how many there were, and how many of them the
 * engine rejected.
 */
function passSilence<T>(
  task: PartitionTask,
  { source, pipeline, clock }: StreamOptions<T>,
): { readonly records: number; readonly rejected: number } {
  const { engine, merge, partition, heard } = task;
  if (merge === undefined || merge.waiting() === 0) return { records: 0, rejected: 0 };
  const now = clock.elapsed();
  for (const input of pipeline.streams.keys()) {
    const emptyAt = source.emptyAt?.(partition, input);
    if (emptyAt === undefined || now - (heard[input] ?? 0) < pipeline.idleAfter) continue;
    merge.silent(input, emptyAt - CLOCKS_DIFFER);
  }
  const { rejected } = engine;
  const records = merge.drain();
  if (records > 0) changed(task, now);
  return { records, rejected: engine.rejected - rejected };
}

/**
 * Pauses the streams of which too many messages wait for others, and resumes them: a stream that cannot be read would
 * otherwise fill the memory with messages of those that can.
 */
function boundWaiting<T>({ merge, partition, paused }: PartitionTask, options: StreamOptions<T>): void {
  if (merge === undefined) return;
  const { source, pipeline, commitRecords = COMMIT_RECORDS } = options;
  for (const input of pipeline.streams.keys()) {
    const waiting = merge.waiting(input);
    if (!paused.has(input) && waiting >= commitRecords) {
      paused.add(input);
      source.pause([partition], input);
    } else if (paused.has(input) && waiting <= commitRecords / 2) {
      paused.delete(input);
      source.resume([partition], input);
    }
  }
}

function changed(task: PartitionTask, now: number): void {
  task.dirty = true;
  task.open = true;
  task.unsavedSince ??= now;
}

function takeInOrder(task: PartitionTask, batch: SourceBatch, now: number): void {
  const {
    engine,
    intakes: [intake],
  } = task;
  const feed = new Feed(engine);
  let next = engine.position.offset;
  for (const message of batch.messages) {
    if (message.silentUntil !== undefined) task.silentUntil = message.silentUntil;
    if (message.silentUntil !== undefined || message.offset < next || intake === undefined) continue;
    next = message.offset + 1;
    if (message.seen !== undefined) engine.inputs.at(0).see(message.seen);
    const place = { offset: message.offset, ingested: message.timestamp };
    const taken = intake.take(message, now);
    if ('record' in taken) feed.add(taken.record, place);
    else feed.reject(taken.rejected, message.value ?? new Uint8Array(0), place);
  }
  feed.end();
  const last = batch.messages.at(-1);
  if (last === undefined) return;
  const input = engine.inputs.at(0);
  if (batch.reached !== undefined) {
    input.at = batch.reached;
    // There may be more lanes later, which are merged with this one.
    input.sent = Math.max(input.sent, engine.departures.received);
  }
  if (next === last.offset + 1) input.mark = markOf(last, batch.epoch);
}

/** @returns how many messages were passed on */
function addToMerge({ intakes }: PartitionTask, merge: MergedFeed, batch: SourceBatch, now: number): number {
  const { input = 0, messages, epoch } = batch;
  const intake = intakes[input];
  for (const each of messages) {
    if (each.silentUntil !== undefined) {
      merge.claim(input, each.silentUntil);
      continue;
    }
    if (intake === undefined || each.offset < merge.next(input)) continue;
    const taken = intake.take(each, now);
    const message = kept(each, 'rejected' in taken);
    const { offset, timestamp: ingested, value } = message;
    merge.add(input, { offset, ingested, taken, bytes: value ?? undefined, origin: { message, epoch } });
  }
  if (batch.reached !== undefined) merge.reach(input, batch.reached);
  return merge.drain();
}

/** A message that may wait: the source reuses the memory of its messages. Lanes have no marks to be made of bytes. */
function kept(message: SourceMessage, isRejected: boolean): SourceMessage {
  const { offset, timestamp, key, value, at } = message;
  if (at !== undefined)
    return { offset, timestamp, key: null, value: isRejected ? (value?.slice() ?? null) : null, at };
  return { ...message, key: key?.slice() ?? null, value: value?.slice() ?? null };
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
