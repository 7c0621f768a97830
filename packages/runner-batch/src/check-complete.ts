import { StockafolioError } from '@stockafolio/core';
import type { Archive, ArchivedFile, PartitionRange } from '@stockafolio/core/ports';

/** A partition of the source without an archived file. */
interface Missing {
  readonly partition: number;
  /** What the source held of it; undefined if the archive does not state it. */
  readonly held: PartitionRange | undefined;
}

/**
 * Checks that an archive has every partition of its source: a partition without files must be known to be empty. This
 * holds for single days too, because a partition that has files of other days may have had no records on this day.
 *
 * @throws ERR_ARCHIVE_INCOMPLETE naming the missing partitions
 */
export async function checkComplete(
  archive: Pick<Archive<unknown>, 'facts' | 'extent'>,
  files: readonly ArchivedFile[],
): Promise<void> {
  const facts = await archive.facts();
  if (facts === undefined) return;
  const extent = await archive.extent?.();
  // The extent of another source says nothing about this one.
  const ranges = extent?.source === facts.source ? extent.ranges : [];
  const missing = missingPartitions(files, facts.partitions ?? 0, ranges);
  if (missing.length === 0) return;
  const all = Math.max(facts.partitions ?? 0, ...ranges.map(({ partition }) => partition + 1));
  throw incomplete(missing, all, ranges.length === 0 ? undefined : extent?.at);
}

/**
 * The partitions without a file that are not known to be empty; they may exceed `partitions` if the source has grown
 * since.
 */
export function missingPartitions(
  files: readonly ArchivedFile[],
  partitions: number,
  ranges: readonly PartitionRange[],
): Missing[] {
  const archived = new Set(files.map(({ partition }) => partition));
  const known = new Map(ranges.map((range) => [range.partition, range]));
  const all = new Set([...Array.from({ length: partitions }, (_, n) => n), ...known.keys()]);
  return [...all]
    .sort((a, b) => a - b)
    .filter((partition) => !archived.has(partition))
    .map((partition) => ({ partition, held: known.get(partition) }))
    .filter(({ held }) => held === undefined || held.end > held.oldest);
}

function incomplete(missing: readonly Missing[], all: number, at: number | undefined): StockafolioError {
  const named = missing.map(({ partition, held }) =>
    held === undefined ? String(partition) : `${partition} (offsets ${held.oldest}-${held.end - 1})`,
  );
  const known =
    at === undefined
      ? 'it does not state whether they were empty'
      : `as the source was at ${new Date(at).toISOString()}`;
  const are = missing.length === 1 ? 'partition' : 'partitions';
  return new StockafolioError(
    'ERR_ARCHIVE_INCOMPLETE',
    `archive: nothing of ${are} ${named.join(', ')} of ${all} is there; ${known}`,
    {
      hint: 'run stockafolio archive --until-caught-up, which archives them or records that they are empty; if the source is gone, --allow-missing-partitions continues without them',
    },
  );
}
