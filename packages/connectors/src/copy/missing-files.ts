import type { FileInfo, Files } from '@stockafolio/core/ports';

/** A file of one store, and whether another store has a file of that name and size. */
export interface Compared {
  readonly file: FileInfo;
  readonly isThere: boolean;
}

/** The files of a store, compared with those of another. Both are listed by name, so neither list is held in memory. */
export async function* missingFiles(from: Files, to: Files, prefix: string): AsyncGenerator<Compared> {
  const there = to.list(prefix)[Symbol.asyncIterator]();
  let other = await there.next();
  for await (const file of from.list(prefix)) {
    while (other.done !== true && other.value.name < file.name) other = await there.next();
    yield { file, isThere: other.done !== true && other.value.name === file.name && other.value.size === file.size };
  }
}
