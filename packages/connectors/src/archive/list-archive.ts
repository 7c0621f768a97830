import type { Files } from '@stockafolio/core/ports';
import { parseArchiveName, type Stretch } from './stretch.js';

/** A file's range, and the part of it to read: if files overlap, no offset is read twice. */
export interface ReadableStretch extends Stretch {
  /** First offset that no earlier file holds. */
  readonly from: number;
}

/** A range of offsets that no file holds. */
export interface Gap {
  readonly partition: number;
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
}

/**
 * The archived files of a stream: for each partition, in ascending order, its files by offset. A killed archiver may
 * leave a shorter and a longer file with the same first offset: the longer one is read. Files that lie wholly within
 * others are left out. If files overlap, the later one is read from the offset where the earlier one ends. Files with
 * other names are ignored.
 */
export async function listArchive(
  files: Files,
  stream: string,
): Promise<ReadonlyMap<number, readonly ReadableStretch[]>> {
  const found = new Map<number, Stretch[]>();
  for await (const { name } of files.list(`${stream}/day=`)) {
    const stretch = parseArchiveName(name);
    if (stretch === undefined) continue;
    const others = found.get(stretch.partition);
    if (others === undefined) found.set(stretch.partition, [stretch]);
    else others.push(stretch);
  }
  const partitions = [...found].sort(([a], [b]) => a - b);
  return new Map(partitions.map(([partition, stretches]) => [partition, withoutOverlaps(stretches)]));
}

/** The files of one partition that need to be read, by offset. */
export function withoutOverlaps(stretches: readonly Stretch[]): ReadableStretch[] {
  const sorted = [...stretches].sort(
    (a, b) => a.firstOffset - b.firstOffset || b.lastOffset - a.lastOffset || (a.name < b.name ? -1 : 1),
  );
  const readable: ReadableStretch[] = [];
  let next = 0;
  for (const stretch of sorted) {
    if (stretch.lastOffset < next) continue;
    readable.push({ ...stretch, from: Math.max(next, stretch.firstOffset) });
    next = stretch.lastOffset + 1;
  }
  return readable;
}

/**
 * The offsets between a partition's files that none of them holds.
 *
 * @param from the offset where the archive should begin; defaults to that of its first file
 */
export function gaps(stretches: readonly ReadableStretch[], from?: number): Gap[] {
  const holes: Gap[] = [];
  let next = from ?? stretches[0]?.from ?? 0;
  for (const { partition, from: first, lastOffset } of stretches) {
    if (first > next) holes.push({ partition, firstOffset: next, lastOffset: first - 1 });
    next = Math.max(next, lastOffset + 1);
  }
  return holes;
}
