import type { Archive } from '@stockafolio/core/ports';

/** A partition that stopped being archived, as it seems: others have files of later days, and its source held more. */
export interface PartitionBehind {
  readonly partition: number;
  /** The offset after the last that is archived, and the day of its file. */
  readonly archived: number;
  readonly day: string;
  /** What the source held, and up to which day other partitions are archived. */
  readonly end: number;
  readonly others: string;
}

/**
 * The partitions of which files are missing at the end, as far as the archive tells. No more than a sign: a partition that is
 * quiet on a day ends before the others too, and the last offsets of a source may be no messages, but marks of transactions.
 *
 * @param day only what is archived up to the end of this day is looked at
 */
export async function partitionsBehind(
  archive: Pick<Archive<unknown>, 'stretches' | 'extent'>,
  day?: string,
): Promise<PartitionBehind[]> {
  const extent = await archive.extent?.();
  if (extent === undefined) return [];
  const stretches = await archive.stretches();
  const others = stretches
    .map((stretch) => stretch.day)
    .filter((each) => day === undefined || each <= day)
    .reduce((a, b) => (a > b ? a : b), '');
  return extent.ranges.flatMap(({ partition, end }) => {
    const files = stretches.filter((stretch) => stretch.partition === partition);
    const last = files.at(-1);
    if (last === undefined || last.last + 1 >= end || files.some((file) => file.day >= others)) return [];
    return [{ partition, archived: last.last + 1, day: last.day, end, others }];
  });
}

/** The same in words. */
export function describeBehind({ partition, archived, day, end, others }: PartitionBehind): string {
  return `archive: partition ${partition} ends at offset ${archived}, on ${day}; its source held up to ${end}, and others are archived to ${others}: where those are messages, archive them first (stockafolio archive --until-caught-up)`;
}
