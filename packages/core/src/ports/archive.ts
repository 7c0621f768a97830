/** One archived message: a record, or what could not be read as one, with the reason. */
export type ArchiveEntry<T> =
  | { readonly offset: number; readonly ingested: number; readonly record: T }
  | { readonly offset: number; readonly ingested: number; readonly raw: Uint8Array; readonly cause: string };

/** One file of an archive: a gapless stretch of offsets of one partition, both ends included. */
export interface ArchiveStretch {
  readonly name: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  /** The day of the watermark at its first record, `YYYY-MM-DD`. */
  readonly day: string;
}

/** A part of a file, to be gone through once: its entries some at a time, made as they are taken, so that few are held. */
export type ArchivePart<T> = Iterable<readonly ArchiveEntry<T>[]>;

/** The archive of a stream: everything that was in its source, by partition, in order of offset. */
export interface Archive<T> {
  /** Identity of the source that was archived; undefined while the archive is empty. */
  identity(): Promise<string | undefined>;
  /** Every file, by partition and first offset; no offset is in two of them. */
  stretches(): Promise<readonly ArchiveStretch[]>;
  /**
   * The first offset that was ever archived of a partition, which each of its files tells: so that a lost first file is
   * noticed too. Undefined where there is none, or only files that do not tell.
   */
  began(partition: number): Promise<number | undefined>;
  /**
   * The entries of one file from an offset on, part by part as they are fetched.
   * @param fields the fields of the records to be read; to touch another is ERR_FIELD_NOT_READ. All unless told.
   */
  read(stretch: ArchiveStretch, from: number, fields?: readonly string[]): AsyncIterable<ArchivePart<T>>;
  /** Adds a file, atomically; `entries` come in order of offset, from `first` to `last`. */
  write(stretch: Omit<ArchiveStretch, 'name'>, source: string, entries: readonly ArchiveEntry<T>[]): Promise<void>;
}
