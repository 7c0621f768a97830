import { StockafolioError } from '@stockafolio/core';
import { findCheckpoint, type EnginePosition } from '@stockafolio/core/engine';
import type { ArchiveStretch } from '@stockafolio/core/ports';
import { checkComplete } from './check-complete.js';
import type { BatchOptions, BatchPorts, BatchUnit } from './options.js';

export interface BatchPlan {
  /** Identity of the source that was archived; undefined where the archive is empty. */
  readonly source: string | undefined;
  /** What is to be done: one unit for every partition in which there is something. */
  readonly units: readonly BatchUnit[];
  /** By partition, where the checkpoints stand from which it goes on. */
  readonly checkpoints: ReadonlyMap<number, EnginePosition>;
}

/**
 * Divides a run into units.
 *
 * @throws ERR_ARCHIVE_GAP naming the partition and the offsets that are missing; ERR_ARCHIVE_INCOMPLETE naming partitions
 * of which there is nothing
 */
export async function planUnits<T>(ports: BatchPorts<T>, options: BatchOptions): Promise<BatchPlan> {
  const source = (await ports.archive.facts())?.source;
  const units: BatchUnit[] = [];
  const checkpoints = new Map<number, EnginePosition>();
  if (source === undefined) return { source, units, checkpoints };
  const stretches = await ports.archive.stretches();
  if (options.allowMissingPartitions !== true) await checkComplete(ports.archive, stretches);
  for (const [partition, files] of byPartition(stretches, options.day)) {
    const chain = options.fromStart === true ? undefined : await newestCheckpoint(ports, partition);
    if (chain !== undefined) checkpoints.set(partition, chain);
    const from = chain?.offset ?? (await ports.archive.began(partition)) ?? files[0]?.first ?? 0;
    const to = checkGapless(partition, files, from);
    if (to <= from) continue;
    units.push({
      partition,
      source,
      from,
      to,
      fresh: chain === undefined,
      fromStart: options.fromStart ?? false,
      onBadRecord: options.onBadRecord ?? 'dead-letter',
      onPartitionMismatch: options.onPartitionMismatch ?? 'fail',
      acceptPlanChange: options.acceptPlanChange ?? false,
      writeRows: options.writeRows ?? ports.tables.rowsAtOnce ?? 20_000,
    });
  }
  return { source, units, checkpoints };
}

async function newestCheckpoint<T>(ports: BatchPorts<T>, partition: number): Promise<EnginePosition | undefined> {
  const chain = await findCheckpoint(ports.checkpoints, ports.pipeline.name, partition, () => undefined);
  return chain?.last.header.position;
}

/**
 * The files of each partition, up to the last one of the day: where no record had come yet, a file bears the day on which
 * its messages were taken in, which may lie behind that of the next one.
 */
function byPartition(stretches: readonly ArchiveStretch[], day: string | undefined): Map<number, ArchiveStretch[]> {
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
