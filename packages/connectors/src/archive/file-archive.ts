import { StockafolioError, type RecordSchema, type Stream } from '@stockafolio/core';
import type { Archive, ArchiveFacts, ArchivedFile, Files } from '@stockafolio/core/ports';
import { openArchiveFile } from './archive-file.js';
import { archiveWriter } from './archive-writer.js';
import { listArchive } from './list-archive.js';
import { archiveId, readExtent, writeExtent } from './archive-signs.js';

/** The archive of a stream as Parquet files in a store: see `archiveName` for their names. */
export function fileArchive<T>(files: Files, stream: Stream<T>): Archive<T> {
  const schema: RecordSchema = stream.schema;
  const list = async (): Promise<ArchivedFile[]> => {
    const partitions = await listArchive(files, stream.name);
    return [...partitions].flatMap(([partition, ranges]) =>
      ranges.map(({ name, from, lastOffset, day }) => ({ name, partition, first: from, last: lastOffset, day })),
    );
  };
  const beganOf = async (partition: number): Promise<number | undefined> => {
    const first = (await list()).find((range) => range.partition === partition);
    return first === undefined ? undefined : (await openArchiveFile(files, schema, first.name)).began;
  };
  const firstOf = async (partition: number, next: number): Promise<number> => {
    const oldest = (await list()).find((range) => range.partition === partition);
    return (await beganOf(partition)) ?? oldest?.first ?? next;
  };
  let archived: ArchiveFacts | undefined;
  /**
   * The source from the first file, the other facts from the newest; read again until there is a file. The newest file
   * is one that knows the most partitions, because partitions are only ever added.
   */
  const known = async (): Promise<ArchiveFacts | undefined> => {
    if (archived !== undefined) return archived;
    const all = await list();
    const [first] = all;
    if (first === undefined) return undefined;
    const { source } = (await openArchiveFile(files, schema, first.name)).facts;
    const lastOf = new Map(all.map((range) => [range.partition, range]));
    const byDay = [...lastOf.values()].sort((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0));
    const said = await Promise.all(byDay.map(async ({ name }) => (await openArchiveFile(files, schema, name)).facts));
    const most = Math.max(...said.map(({ partitions = 0 }) => partitions));
    archived = { ...said.find(({ partitions = 0 }) => partitions === most), source };
    return archived;
  };
  /** The file whose facts were read last. It is usually read next, so it is kept open. */
  let asked: { readonly name: string; readonly file: Awaited<ReturnType<typeof openArchiveFile>> } | undefined;
  /** The first archived offset of each written partition. It does not change, and listing is expensive. */
  const beginnings = new Map<number, Promise<number>>();
  return {
    files: list,
    began: beganOf,
    identity: (now) => archiveId(files, stream.name, now),
    extent: () => readExtent(files, stream.name),
    writeExtent: (extent) => writeExtent(files, stream.name, extent),

    async facts(name) {
      if (name === undefined) return known();
      asked = { name, file: await openArchiveFile(files, schema, name) };
      return asked.file.facts;
    },

    async *read({ name, last }, from, { fields, defaults = {} } = {}) {
      const file = asked?.name === name ? asked.file : await openArchiveFile(files, schema, name);
      asked = undefined;
      const source = (await known())?.source ?? '';
      if (file.facts.source !== source) throw mixed(name, file.facts.source, source);
      const wanted = { from, through: last, defaults, ...(fields === undefined ? {} : { fields }) };
      yield* file.read(wanted) as ReturnType<Archive<T>['read']>;
    },

    async write({ partition, first, last, day }, facts, entries) {
      const beginning = beginnings.get(partition) ?? firstOf(partition, first);
      beginnings.set(partition, beginning);
      const began = await beginning.catch((error: unknown) => {
        // The store was unavailable: the next write asks again.
        beginnings.delete(partition);
        throw error;
      });
      const writer = archiveWriter(files, schema, {
        ...{ stream: stream.name, facts, partition, day, began, firstOffset: first },
      });
      await writer.append(entries as Parameters<typeof writer.append>[0]);
      await writer.finish(last);
    },
  };
}

function mixed(name: string, source: string, others: string): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_MISMATCH',
    `'${name}' is of source ${source}, but the archive begins with source ${others}`,
    { hint: 'keep one archive for each source: remove the files of the other one' },
  );
}
