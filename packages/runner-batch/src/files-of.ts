import { StockafolioError } from '@stockafolio/core';
import type { Archive, ArchivedFile } from '@stockafolio/core/ports';
import type { BatchUnit } from './options.js';
import { archiveGap, checkGapless } from './plan-units.js';

/**
 * The files that hold a whole range of offsets of a partition.
 *
 * @throws ERR_ARCHIVE_GAP, ERR_SOURCE_MISMATCH
 */
export async function filesOf<T>(
  archive: Archive<T>,
  { partition, source, from, to }: Pick<BatchUnit, 'partition' | 'source' | 'from' | 'to'>,
): Promise<readonly ArchivedFile[]> {
  if (to <= from) return [];
  const files = (await archive.files()).filter(
    (file) => file.partition === partition && file.last >= from && file.first < to,
  );
  const end = checkGapless(partition, files, from);
  if (end < to) throw archiveGap(partition, end, to - 1);
  const made = (await archive.facts())?.source;
  if (made !== source) {
    throw new StockafolioError(
      'ERR_SOURCE_MISMATCH',
      `the unit of partition ${partition} is of source ${source}; the archive is of source ${String(made)}`,
      { hint: 'use the archive that the unit was planned on, or plan it again' },
    );
  }
  return files;
}
