import type { PartitionRange } from './source.js';

/** One message as it is archived: a record, or what could not be read as one, with the reason. */
export type ArchiveEntry<T> =
  | { readonly offset: number; readonly ingested: number; readonly record: T }
  | {
      readonly offset: number;
      readonly ingested: number;
      readonly raw: Uint8Array;
      readonly cause: string;
      /** The clock of intake, epoch milliseconds, where `ingested` is what the producer's clock said. */
      readonly seen?: number | undefined;
    };

/** One message as it is read from an archive: what was a record when it was archived may be none of the schema of today. */
export type ReadEntry<T> =
  ArchiveEntry<T> | { readonly offset: number; readonly ingested: number; readonly unfit: T; readonly cause: string };

/** One file of an archive: a gapless stretch of offsets of one partition, both ends included. */
export interface ArchiveStretch {
  readonly name: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  /** The day of the watermark at its first record, `YYYY-MM-DD`. */
  readonly day: string;
}

/** By what the log of a source is known again in a file of its archive; each absent where it is not known. */
export interface ArchivedHistory {
  /** The offset at which the file itself begins, which may lie in the file before; absent where it does not. */
  readonly firstOffset?: number;
  /** The leader epochs of its first and its last message. */
  readonly firstEpoch?: number;
  readonly lastEpoch?: number;
  /** The checksum of its last message. */
  readonly checksum?: number;
}

/** What an archive says of the source that it was made from. */
export interface ArchiveFacts {
  /** Identity of the source. */
  readonly source: string;
  /** How many partitions it had; undefined where the archive does not tell. */
  readonly partitions?: number | undefined;
  /** How many it had before, as far as the archive knows: partitions can be added. */
  readonly partitionsBefore?: readonly number[] | undefined;
  /** Of a file: whether some of its records are where one of those earlier numbers puts them. */
  readonly mixed?: boolean | undefined;
  /** The partitioner for which every record was checked; undefined for a function, and where none was. */
  readonly partitioner?: string | undefined;
  /** The name of the form of its messages, by which those that were no records can be read again. */
  readonly form?: string | undefined;
  /** Of a file: by what the log is known again. */
  readonly history?: ArchivedHistory | undefined;
}

/** What the source of an archive held when it was looked at last: so that a partition without a file is known to be empty. */
export interface SourceExtent {
  readonly source: string;
  /** When that was, epoch milliseconds. */
  readonly at: number;
  readonly ranges: readonly PartitionRange[];
}

/** A part of a file, to be gone through once: its entries some at a time, made as they are taken, so that few are held. */
export type ArchivePart<T> = Iterable<readonly ReadEntry<T>[]>;

export interface ReadArchive<T> {
  /** The fields of the records to be read; to touch another is ERR_FIELD_NOT_READ. Defaults to all. */
  readonly fields?: readonly string[] | undefined;
  /** Values of fields that files may lack, as they were written before there was such a field. */
  readonly defaults?: Partial<T> | undefined;
}

/** The archive of a stream: everything that was in its source, by partition, in order of offset. */
export interface Archive<T> {
  /**
   * What it says of its source: the archive as a whole, undefined while it is empty, or one of its files.
   * @param name one of {@link stretches}
   */
  facts(name?: string): Promise<ArchiveFacts | undefined>;
  /** Every file, by partition and first offset; no offset is in two of them. */
  stretches(): Promise<readonly ArchiveStretch[]>;
  /**
   * The first offset that was ever archived of a partition, which each of its files tells: so that a lost first file is
   * noticed too. Undefined where there is none, or only files that do not tell.
   */
  began(partition: number): Promise<number | undefined>;
  /**
   * An id of the archive itself, which goes with it where it is moved or copied. An archive without one is given it.
   * Undefined where nobody else can open the archive.
   *
   * @param now epoch milliseconds
   */
  identity?(now: number): Promise<string | undefined>;
  /** What {@link writeExtent} wrote last; undefined where nothing was, as by an archiver of before. */
  extent?(): Promise<SourceExtent | undefined>;
  writeExtent?(extent: SourceExtent): Promise<void>;
  /** The entries of one file from an offset on, part by part as they are fetched. */
  read(stretch: ArchiveStretch, from: number, options?: ReadArchive<T>): AsyncIterable<ArchivePart<T>>;
  /** Adds a file, atomically; `entries` come in order of offset, from `first` to `last`. */
  write(stretch: Omit<ArchiveStretch, 'name'>, facts: ArchiveFacts, entries: readonly ArchiveEntry<T>[]): Promise<void>;
}
