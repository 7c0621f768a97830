import { StockafolioError } from '@stockafolio/core';
import {
  type Archive,
  type ArchivedFile,
  type ArchiveEntry,
  type ArchiveFacts,
  partialRecordMaker,
  type SourceExtent,
} from '@stockafolio/core/ports';

/** {@link Archive} in memory, for tests. */
export interface MemoryArchive<T> extends Archive<T> {
  /** The files, by name; a test may read and change them. */
  readonly contents: Map<
    string,
    {
      readonly file: ArchivedFile;
      readonly facts: ArchiveFacts;
      readonly entries: readonly ArchiveEntry<T>[];
    }
  >;
}

/** An empty archive in memory; entries come two at a time, so that readers see several parts of a file. */
export function memoryArchive<T>(): MemoryArchive<T> {
  const contents: MemoryArchive<T>['contents'] = new Map();
  const beginnings = new Map<number, number>();
  let extent: SourceExtent | undefined;
  return {
    contents,

    async facts(name) {
      if (name !== undefined) return contents.get(name)?.facts;
      const [first, ...others] = [...contents.values()].map(({ facts }) => facts);
      if (first === undefined) return undefined;
      const newest = others.reduce((a, b) => ((b.partitions ?? 0) >= (a.partitions ?? 0) ? b : a), first);
      return { ...newest, source: first.source };
    },

    async files() {
      const all = [...contents.values()].map(({ file }) => file);
      return all.sort((a, b) => a.partition - b.partition || a.first - b.first);
    },

    began: async (partition) => beginnings.get(partition),

    extent: async () => extent,

    async writeExtent(written) {
      extent = written;
    },

    async *read({ name }, from, { fields } = {}) {
      const entries = contents.get(name)?.entries;
      if (entries === undefined) throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`);
      const left = entries.filter(({ offset }) => offset >= from).map((entry) => narrowed(entry, fields));
      for (let n = 0; n < left.length; n += 2) yield [left.slice(n, n + 1), left.slice(n + 1, n + 2)];
    },

    async write(file, facts, entries) {
      beginnings.set(file.partition, Math.min(beginnings.get(file.partition) ?? file.first, file.first));
      const name = `${file.day}/${file.partition}/${file.first}-${file.last}`;
      contents.set(name, { file: { ...file, name }, facts, entries: [...entries] });
    },
  };
}

/** The entry with only these fields of its record. */
function narrowed<T>(entry: ArchiveEntry<T>, fields: readonly string[] | undefined): ArchiveEntry<T> {
  if (fields === undefined || !('record' in entry)) return entry;
  const whole = Object.entries(entry.record as object);
  const names = whole.map(([name]) => name);
  const values = whole.filter(([name]) => fields.includes(name)).map(([, value]: readonly [string, unknown]) => value);
  return { ...entry, record: partialRecordMaker<T & object>(names, fields)(values) };
}
