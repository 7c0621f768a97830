import type { PartitionRange } from './source.js';

/** One message as it is archived: a record, or a message that could not be read as one, with the reason. */
export type ArchiveEntry<T> =
  | { readonly offset: number; readonly ingested: number; readonly record: T }
  | {
      readonly offset: number;
      readonly ingested: number;
      readonly raw: Uint8Array;
      readonly cause: string;
      /** The clock of intake, epoch milliseconds, if `ingested` is the time of the producer's clock. */
      readonly seen?: number | undefined;
    };

/** One message as it is read from an archive: what was a record when archived may be invalid under today's schema. */
export type ReadEntry<T> =
  ArchiveEntry<T> | { readonly offset: number; readonly ingested: number; readonly unfit: T; readonly cause: string };

/** One file of an archive: a gapless range of offsets of one partition, both ends included. */
export interface ArchivedFile {
  readonly name: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  /** The day of the watermark at its first record, `YYYY-MM-DD`. */
  readonly day: string;
}

/** What identifies the log of a source in a file of its archive; each absent if unknown. */
export interface ArchivedHistory {
  /**
   * The first offset of the file itself, which may be inside the previous file if files overlap; defaults to the file's
   * `first`.
   */
  readonly firstOffset?: number;
  /** The leader epochs of its first and its last message. */
  readonly firstEpoch?: number;
  readonly lastEpoch?: number;
  /** The checksum of its last message. */
  readonly checksum?: number;
}

/** What an archive records about its source. */
export interface ArchiveFacts {
  /** Identity of the source. */
  readonly source: string;
  /** Number of partitions; undefined if the archive does not record it. */
  readonly partitions?: number | undefined;
  /** Earlier numbers of partitions, as far as the archive knows: partitions can be added. */
  readonly partitionsBefore?: readonly number[] | undefined;
  /** For a file: whether the partition of some of its records follows from one of those earlier numbers. */
  readonly mixed?: boolean | undefined;
  /** The partitioner for which every record was checked; undefined for a function, and if none was checked. */
  readonly partitioner?: string | undefined;
  /** The name of the form of its messages, with which rejected messages can be read again. */
  readonly form?: string | undefined;
  /** For a file: what identifies the log. */
  readonly history?: ArchivedHistory | undefined;
  /**
   * For a file: by writer, the last number of the messages up to its end, of pipelines that send to the topic; absent if
   * there are none.
   */
  readonly writers?: Readonly<Record<string, number>> | undefined;
}

/** What the source of an archive held when it was last checked: it shows that a partition without a file is empty. */
export interface SourceExtent {
  readonly source: string;
  /** The time of the check, epoch milliseconds. */
  readonly at: number;
  readonly ranges: readonly PartitionRange[];
}

/** A part of a file, to be iterated once: its entries in small groups, created on demand, so that few are held. */
export type ArchivePart<T> = Iterable<readonly ReadEntry<T>[]>;

export interface ReadArchive<T> {
  /** The record fields to read; touching another field throws ERR_FIELD_NOT_READ. Defaults to all. */
  readonly fields?: readonly string[] | undefined;
  /** Values for fields that files may lack because they were written before the fields existed. */
  readonly defaults?: Partial<T> | undefined;
}

/** The archive of a stream: everything that was in its source, by partition, in offset order. */
export interface Archive<T> {
  /**
   * What it records about its source: for the archive as a whole, undefined while it is empty, or for one of its files.
   * @param name one of {@link files}
   */
  facts(name?: string): Promise<ArchiveFacts | undefined>;
  /** Every file, by partition and first offset; no offset is in two of them. */
  files(): Promise<readonly ArchivedFile[]>;
  /**
   * The first offset that was ever archived of a partition. Each of its files records it, so that a lost first file is
   * noticed too. Undefined if there is no file, or none that records it.
   */
  began(partition: number): Promise<number | undefined>;
  /**
   * An id of the archive itself, which stays with it when it is moved or copied. An archive without one gets one.
   * Undefined if no other process can open the archive.
   *
   * @param now epoch milliseconds
   */
  identity?(now: number): Promise<string | undefined>;
  /**
   * What {@link writeExtent} wrote last; undefined if nothing was written, as by an earlier version of the archiver.
   */
  extent?(): Promise<SourceExtent | undefined>;
  writeExtent?(extent: SourceExtent): Promise<void>;
  /** The entries of one file from an offset on, part by part as they are fetched. */
  read(file: ArchivedFile, from: number, options?: ReadArchive<T>): AsyncIterable<ArchivePart<T>>;
  /** Adds a file, atomically; `entries` are in offset order, from `first` to `last`. */
  write(file: Omit<ArchivedFile, 'name'>, facts: ArchiveFacts, entries: readonly ArchiveEntry<T>[]): Promise<void>;
}
