import type { Archive, ArchivedFile, ReadArchive, ReadEntry } from '@stockafolio/core/ports';

/** If the next entry is at least this many offsets away, it is looked up instead of read up to. */
const FAR = 65_536;

/** The entries of a file with these offsets, which are in order; those that the file has not are left out. */
export async function* readAt<T>(
  archive: Archive<T>,
  file: ArchivedFile,
  offsets: readonly number[],
  options: ReadArchive<T>,
): AsyncGenerator<ReadEntry<T>> {
  const left = offsets.filter((offset) => file.first <= offset && offset <= file.last);
  while (left[0] !== undefined) {
    for await (const entry of readFrom(archive, file, left, options)) yield entry;
  }
}

/** Reads the first of the remaining offsets, and those that closely follow it. */
async function* readFrom<T>(
  archive: Archive<T>,
  file: ArchivedFile,
  left: number[],
  options: ReadArchive<T>,
): AsyncGenerator<ReadEntry<T>> {
  for await (const part of archive.read(file, left[0] ?? file.first, options)) {
    for (const entries of part) {
      const last = entries.at(-1)?.offset ?? 0;
      for (const entry of entries) {
        if (entry.offset !== left[0]) continue;
        left.shift();
        yield entry;
      }
      while (left[0] !== undefined && left[0] <= last) left.shift();
      if (left[0] === undefined || left[0] > last + FAR) return;
    }
  }
  left.length = 0;
}
