import { StockafolioError, type Stream } from '@stockafolio/core';
import type { Archive, ArchivedFile, ArchiveFacts } from '@stockafolio/core/ports';
import {
  type CheckpointHeader,
  type DeadLetterOptions,
  findCheckpoint,
  type Partitioning,
  partitioningOf,
  partitionsChanged,
} from '@stockafolio/engine';
import { checkComplete } from './check-complete.js';
import { archivedName } from './inputs.js';
import type { BatchOptions, BatchPorts, BatchUnit } from './options.js';
import { planMerged } from './plan-merged.js';

export interface BatchPlan {
  /** Identity of the source that was archived; undefined if the archive is empty. */
  readonly source: string | undefined;
  /** The work: one unit for every partition that has messages. */
  readonly units: readonly BatchUnit[];
  /** By partition, the checkpoint from which it continues. */
  readonly checkpoints: ReadonlyMap<number, CheckpointHeader>;
  /** How the source was partitioned when the newest file was archived, if that is known and relevant. */
  readonly partitioning: Partitioning | undefined;
}

/**
 * Divides a run into units.
 *
 * @throws ERR_ARCHIVE_GAP naming the partition and the missing offsets; ERR_ARCHIVE_INCOMPLETE naming partitions
 * without files; ERR_PARTITIONS_CHANGED if the source's partitions were increased since
 */
export async function planUnits<T>(ports: BatchPorts<T>, options: BatchOptions): Promise<BatchPlan> {
  if (ports.pipeline.streams.length > 1) return planMerged(ports, options);
  const facts = await ports.archive.facts();
  const units: BatchUnit[] = [];
  const checkpoints = new Map<number, CheckpointHeader>();
  if (facts === undefined) return { source: undefined, units, checkpoints, partitioning: undefined };
  const { source, partitions, partitionsBefore = [] } = facts;
  const partitioning = partitioningOf(ports.pipeline.stream, partitions);
  const all = await ports.archive.files();
  if (options.allowMissingPartitions !== true) await checkComplete(ports.archive, all);
  for (const [partition, files] of byPartition(all, options.day)) {
    const header = options.fromStart === true ? undefined : await newestCheckpoint(ports, partition);
    if (header !== undefined) checkpoints.set(partition, header);
    else if (partitioning !== undefined) {
      const was = partitionsBefore.at(-1);
      if (was !== undefined) throw partitionsChanged('the archive', { ...partitioning, partitions: was }, partitioning);
    }
    const from = header?.position.offset ?? (await beginning(ports, partition, files));
    const to = checkGapless(partition, files, from);
    if (to <= from) continue;
    units.push({
      partition,
      ...{ source, partitions, from, to },
      fresh: header === undefined,
      fromStart: options.fromStart ?? false,
      ...unitOptions(ports, options),
    });
  }
  return { source, units, checkpoints, partitioning };
}

/** The options that all units of a run share. */
export function unitOptions<T>(
  { tables }: Pick<BatchPorts<T>, 'tables'>,
  options: BatchOptions,
): Pick<BatchUnit, 'onBadRecord' | 'onPartitionMismatch' | 'acceptPlanChange' | 'writeRows'> & DeadLetterOptions {
  return {
    deadLetterShare: options.deadLetterShare,
    onManyDeadLetters: options.onManyDeadLetters,
    onBadRecord: options.onBadRecord ?? 'dead-letter',
    onPartitionMismatch: options.onPartitionMismatch ?? 'fail',
    acceptPlanChange: options.acceptPlanChange ?? false,
    writeRows: options.writeRows ?? tables.rowsAtOnce ?? 20_000,
  };
}

/** @throws ERR_ARCHIVE_INCOMPLETE if nothing of a stream is archived */
export function expectArchived(stream: Stream<unknown>, facts: ArchiveFacts | undefined): void {
  if (facts !== undefined) return;
  throw new StockafolioError('ERR_ARCHIVE_INCOMPLETE', `nothing of stream '${archivedName(stream)}' is archived`, {
    hint: 'archive it first; if it has no messages at all, --allow-missing-partitions continues without it',
  });
}

export async function newestCheckpoint<T>(
  { checkpoints, pipeline }: Pick<BatchPorts<T>, 'checkpoints' | 'pipeline'>,
  partition: number,
): Promise<CheckpointHeader | undefined> {
  return (await findCheckpoint(checkpoints, pipeline.name, partition, () => undefined))?.last.header;
}

/** The first offset that the archive of a partition should have. */
export async function beginning(
  { archive }: { readonly archive: Pick<Archive<unknown>, 'began'> },
  partition: number,
  files: readonly ArchivedFile[],
): Promise<number> {
  return (await archive.began(partition)) ?? files[0]?.first ?? 0;
}

/**
 * The files of each partition, up to the last one of the day. A file from before the first record has the day on which
 * its messages arrived, which may be later than the day of the next file.
 */
export function byPartition(all: readonly ArchivedFile[], day?: string): Map<number, ArchivedFile[]> {
  const partitions = new Map<number, ArchivedFile[]>();
  for (const file of all) {
    const files = partitions.get(file.partition);
    if (files === undefined) partitions.set(file.partition, [file]);
    else files.push(file);
  }
  if (day === undefined) return partitions;
  for (const [partition, files] of partitions) {
    const last = files.findLastIndex((file) => file.day <= day);
    if (last < 0) partitions.delete(partition);
    else partitions.set(partition, files.slice(0, last + 1));
  }
  return partitions;
}

/** The offset after the last of the files, which must follow one another without a gap, beginning at `from`. */
export function checkGapless(partition: number, files: readonly ArchivedFile[], from: number): number {
  let next = from;
  for (const { first, last } of files) {
    if (last < next) continue;
    if (first > next) {
      throw archiveGap(partition, next, first - 1);
    }
    next = last + 1;
  }
  return next;
}

export function archiveGap(partition: number, first: number, last: number): StockafolioError {
  return new StockafolioError('ERR_ARCHIVE_GAP', `archive: partition ${partition}, ${first}-${last} missing`, {
    hint: 'archive the missing messages, from the source or from a copy; nothing was written',
  });
}
