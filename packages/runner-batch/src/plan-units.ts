import { StockafolioError } from '@stockafolio/core';
import { findCheckpoint } from '@stockafolio/core/engine';
import type { ArchiveStretch } from '@stockafolio/core/ports';
import type { BatchOptions, BatchPorts, BatchUnit } from './options.js';

/**
 * Divides a run into units, one for every partition in which there is something to do.
 *
 * @throws ERR_ARCHIVE_GAP naming the partition and the offsets that are missing
 */
export async function planUnits<T>(ports: BatchPorts<T>, options: BatchOptions): Promise<BatchUnit[]> {
  const source = await ports.archive.identity();
  if (source === undefined) return [];
  const stretches = await ports.archive.stretches();
  const units: BatchUnit[] = [];
  for (const [partition, files] of byPartition(stretches, options.day)) {
    const chain = options.fromStart === true ? undefined : await newestCheckpoint(ports, partition);
    const from = chain ?? (await ports.archive.began(partition)) ?? files[0]?.first ?? 0;
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
      acceptPlanChange: options.acceptPlanChange ?? false,
      writeRows: options.writeRows ?? 20_000,
    });
  }
  return units;
}

async function newestCheckpoint<T>(ports: BatchPorts<T>, partition: number): Promise<number | undefined> {
  const chain = await findCheckpoint(ports.checkpoints, ports.pipeline.name, partition, () => undefined);
  return chain?.last.header.position.offset;
}

function byPartition(stretches: readonly ArchiveStretch[], day: string | undefined): Map<number, ArchiveStretch[]> {
  const partitions = new Map<number, ArchiveStretch[]>();
  for (const stretch of stretches) {
    if (day !== undefined && stretch.day > day) continue;
    const files = partitions.get(stretch.partition);
    if (files === undefined) partitions.set(stretch.partition, [stretch]);
    else files.push(stretch);
  }
  return partitions;
}

/** The offset after the last of the files, which must follow one another without a gap from `from` on. */
function checkGapless(partition: number, files: readonly ArchiveStretch[], from: number): number {
  let next = from;
  for (const { first, last } of files) {
    if (last < next) continue;
    if (first > next) {
      throw new StockafolioError('ERR_ARCHIVE_GAP', `archive: partition ${partition}, ${next}-${first - 1} missing`, {
        hint: 'archive again what is missing, from the source or from a copy; nothing was written',
      });
    }
    next = last + 1;
  }
  return next;
}
