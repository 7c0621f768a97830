import type { Files } from '@stockafolio/core/ports';
import { parseArchiveName, type FileRange } from './file-range.js';

/** A file's range, and the part of it to read: if files overlap, no offset is read twice. */
export interface ReadableRange extends FileRange {
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
): Promise<ReadonlyMap<number, readonly ReadableRange[]>> {
  const found = new Map<number, FileRange[]>();
  for await (const { name } of files.list(`${stream}/day=`)) {
    const range = parseArchiveName(name);
    if (range === undefined) continue;
    const others = found.get(range.partition);
    if (others === undefined) found.set(range.partition, [range]);
    else others.push(range);
  }
  const partitions = [...found].sort(([a], [b]) => a - b);
  return new Map(partitions.map(([partition, ranges]) => [partition, withoutOverlaps(ranges)]));
}

/** The files of one partition that need to be read, by offset. */
export function withoutOverlaps(ranges: readonly FileRange[]): ReadableRange[] {
  const sorted = [...ranges].sort(
    (a, b) => a.firstOffset - b.firstOffset || b.lastOffset - a.lastOffset || (a.name < b.name ? -1 : 1),
  );
  const readable: ReadableRange[] = [];
  let next = 0;
  for (const range of sorted) {
    if (range.lastOffset < next) continue;
    readable.push({ ...range, from: Math.max(next, range.firstOffset) });
    next = range.lastOffset + 1;
  }
  return readable;
}

/**
 * The offsets between a partition's files that none of them holds.
 *
 * @param from the offset where the archive should begin; defaults to that of its first file
 */
export function gaps(ranges: readonly ReadableRange[], from?: number): Gap[] {
  const holes: Gap[] = [];
  let next = from ?? ranges[0]?.from ?? 0;
  for (const { partition, from: first, lastOffset } of ranges) {
    if (first > next) holes.push({ partition, firstOffset: next, lastOffset: first - 1 });
    next = Math.max(next, lastOffset + 1);
  }
  return holes;
}
