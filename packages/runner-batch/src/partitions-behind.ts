import type { Archive } from '@stockafolio/core/ports';

/** A partition that seems to have stopped being archived: others have files of later days, and its source held more. */
export interface PartitionBehind {
  readonly partition: number;
  /** The offset after the last archived one, and the day of its file. */
  readonly archived: number;
  readonly day: string;
  /** The end offset of the source, and the day up to which other partitions are archived. */
  readonly end: number;
  readonly others: string;
}

/**
 * The partitions that lack files at the end, as far as the archive tells. This is only a hint: a partition that is
 * quiet on a day also ends before the others, and the last offsets of a source may be transaction markers instead of
 * messages.
 *
 * @param day only files up to the end of this day are considered
 */
export async function partitionsBehind(
  archive: Pick<Archive<unknown>, 'files' | 'extent'>,
  day?: string,
): Promise<PartitionBehind[]> {
  const extent = await archive.extent?.();
  if (extent === undefined) return [];
  const all = await archive.files();
  const others = all
    .map((file) => file.day)
    .filter((each) => day === undefined || each <= day)
    .reduce((a, b) => (a > b ? a : b), '');
  return extent.ranges.flatMap(({ partition, end }) => {
    const files = all.filter((file) => file.partition === partition);
    const last = files.at(-1);
    if (last === undefined || last.last + 1 >= end || files.some((file) => file.day >= others)) return [];
    return [{ partition, archived: last.last + 1, day: last.day, end, others }];
  });
}

/** The same in words. */
export function describeBehind({ partition, archived, day, end, others }: PartitionBehind): string {
  return `archive: partition ${partition} ends at offset ${archived}, on ${day}; its source held up to ${end}, and others are archived to ${others}: if there are messages after that offset, archive them first (stockafolio archive --until-caught-up)`;
}
