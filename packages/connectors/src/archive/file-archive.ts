import { StockafolioError, type RecordSchema, type Stream } from '@stockafolio/core';
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
  const beganOf = async (partition: number): Promise<number | undefined> => {
    const first = (await list()).find((stretch) => stretch.partition === partition);
    return first === undefined ? undefined : (await openArchiveFile(files, schema, first.name)).began;
  };
  const firstOf = async (partition: number, next: number): Promise<number> => {
    const oldest = (await list()).find((stretch) => stretch.partition === partition);
    return (await beganOf(partition)) ?? oldest?.first ?? next;
  };
  /** Of the first file; asked for until there is one. */
  let archived: string | undefined;
  const identity = async (): Promise<string | undefined> => {
    if (archived !== undefined) return archived;
    const [first] = await list();
    if (first !== undefined) archived = (await openArchiveFile(files, schema, first.name)).source;
    return archived;
  };
  /** What is known of the partitions that are written: it does not change, and listing costs. */
  const beginnings = new Map<number, Promise<number>>();
  return {
    stretches: list,
    began: beganOf,

    identity,

    async *read({ name, last }, from, fields) {
      const file = await openArchiveFile(files, schema, name);
      const others = await identity();
      if (file.source !== others) throw mixed(name, file.source, others ?? '');
      const wanted = { from, through: last, ...(fields === undefined ? {} : { fields }) };
      yield* file.read(wanted) as ReturnType<Archive<T>['read']>;
    },

    async write({ partition, first, last, day }, source, entries) {
      const known = beginnings.get(partition) ?? firstOf(partition, first);
      beginnings.set(partition, known);
      const began = await known;
      const writer = archiveWriter(files, schema, {
        ...{ stream: stream.name, source, partition, day, began, firstOffset: first },
      });
      await writer.append(entries as Parameters<typeof writer.append>[0]);
      await writer.finish(last);
    },
  };
}

function mixed(name: string, source: string, others: string): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `'${name}' is of source ${source}, while the archive begins with source ${others}`,
    { hint: 'keep one archive for each source: take the files of the other one out' },
  );
}
