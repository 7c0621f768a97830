import type { RecordSchema, Stream } from '@stockafolio/core';
import type { Archive, ArchiveStretch, Files } from '@stockafolio/core/ports';
import { openArchiveFile } from './archive-file.js';
import { archiveWriter } from './archive-writer.js';
import { listArchive } from './list-archive.js';

/** The archive of a stream as Parquet files in a store: see `archiveName` for their names. */
export function fileArchive<T>(files: Files, stream: Stream<T>): Archive<T> {
  const schema: RecordSchema = stream.schema;
  const list = async (): Promise<ArchiveStretch[]> => {
    const partitions = await listArchive(files, stream.name);
    return [...partitions].flatMap(([partition, stretches]) =>
      stretches.map(({ name, from, lastOffset, day }) => ({ name, partition, first: from, last: lastOffset, day })),
    );
  };
  return {
    stretches: list,

    async identity() {
      const [first] = await list();
      return first === undefined ? undefined : (await openArchiveFile(files, schema, first.name)).source;
    },

    async *read({ name, last }, from) {
      const file = await openArchiveFile(files, schema, name);
      yield* file.read({ from, through: last }) as ReturnType<Archive<T>['read']>;
    },

    async write({ partition, first, last, day }, source, entries) {
      const writer = archiveWriter(files, schema, { stream: stream.name, source, partition, day, firstOffset: first });
      await writer.append(entries as Parameters<typeof writer.append>[0]);
      await writer.finish(last);
    },
  };
}
