import { StockafolioError } from '@stockafolio/core';
import {
  findCheckpoint,
  partitioningOf,
  partitionsChanged,
  type CheckpointHeader,
  type Partitioning,
} from '@stockafolio/core/engine';
import type { ArchiveStretch } from '@stockafolio/core/ports';
import { checkComplete } from './check-complete.js';
import type { BatchOptions, BatchPorts, BatchUnit } from './options.js';

export interface BatchPlan {
  /** Identity of the source that was archived; undefined where the archive is empty. */
  readonly source: string | undefined;
  /** What is to be done: one unit for every partition in which there is something. */
  readonly units: readonly BatchUnit[];
  /** By partition, where the checkpoints stand from which it goes on. */
  readonly checkpoints: ReadonlyMap<number, CheckpointHeader>;
  /** How the source was divided when the newest of the archive was written, where that is known and matters. */
  readonly partitioning: Partitioning | undefined;
}

/**
 * Divides a run into units.
 *
 * @throws ERR_ARCHIVE_GAP naming the partition and the offsets that are missing; ERR_ARCHIVE_INCOMPLETE naming partitions
 * of which there is nothing; ERR_PARTITIONS_CHANGED where the source has been given partitions since
 */
export async function planUnits<T>(ports: BatchPorts<T>, options: BatchOptions): Promise<BatchPlan> {
  const facts = await ports.archive.facts();
  const units: BatchUnit[] = [];
  const checkpoints = new Map<number, CheckpointHeader>();
  if (facts === undefined) return { source: undefined, units, checkpoints, partitioning: undefined };
  const { source, partitions, partitionsBefore = [] } = facts;
  const partitioning = partitioningOf(ports.pipeline.stream, partitions);
  const stretches = await ports.archive.stretches();
  if (options.allowMissingPartitions !== true) await checkComplete(ports.archive, stretches);
  for (const [partition, files] of byPartition(stretches, options.day)) {
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

/** What every unit of a run is told alike. */
export function unitOptions<T>(
  { tables }: Pick<BatchPorts<T>, 'tables'>,
  options: BatchOptions,
): Pick<BatchUnit, 'onBadRecord' | 'onPartitionMismatch' | 'acceptPlanChange' | 'writeRows'> {
  return {
    onBadRecord: options.onBadRecord ?? 'dead-letter',
    onPartitionMismatch: options.onPartitionMismatch ?? 'fail',
    acceptPlanChange: options.acceptPlanChange ?? false,
    writeRows: options.writeRows ?? tables.rowsAtOnce ?? 20_000,
  };
}

export async function newestCheckpoint<T>(
  { checkpoints, pipeline }: Pick<BatchPorts<T>, 'checkpoints' | 'pipeline'>,
  partition: number,
): Promise<CheckpointHeader | undefined> {
  return (await findCheckpoint(checkpoints, pipeline.name, partition, () => undefined))?.last.header;
}

/** The first offset that the archive of a partition should have. */
export async function beginning<T>(
  { archive }: Pick<BatchPorts<T>, 'archive'>,
  partition: number,
  files: readonly ArchiveStretch[],
): Promise<number> {
  return (await archive.began(partition)) ?? files[0]?.first ?? 0;
}

/**
 * The files of each partition, up to the last one of the day: where no record had come yet, a file bears the day on which
 * its messages were taken in, which may lie behind that of the next one.
 */
export function byPartition(stretches: readonly ArchiveStretch[], day?: string): Map<number, ArchiveStretch[]> {
  const partitions = new Map<number, ArchiveStretch[]>();
  for (const stretch of stretches) {
    const files = partitions.get(stretch.partition);
    if (files === undefined) partitions.set(stretch.partition, [stretch]);
    else files.push(stretch);
  }
  if (day === undefined) return partitions;
  for (const [partition, files] of partitions) {
    const last = files.findLastIndex((stretch) => stretch.day <= day);
    if (last < 0) partitions.delete(partition);
    else partitions.set(partition, files.slice(0, last + 1));
  }
  return partitions;
}

/** The offset after the last of the files, which must follow one another without a gap from `from` on. */
export function checkGapless(partition: number, files: readonly ArchiveStretch[], from: number): number {
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
    hint: 'archive again what is missing, from the source or from a copy; nothing was written',
  });
}
