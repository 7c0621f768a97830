export interface FileInfo {
  /** Path below the root of the store, with `/` between its parts. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A stretch of a file in bytes: from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** Refuse, with ERR_FILE_EXISTS, to replace a file of that name. */
  readonly ifAbsent?: boolean;
}

/**
 * A store of whole files: a folder, S3, HDFS.
 *
 * A written file becomes visible whole or not at all, under any failure; what a failed write leaves behind is never
 * listed. Errors are StockafolioErrors: ERR_FILE_NOT_FOUND, ERR_FILE_EXISTS, ERR_FILES_FULL, ERR_FILES_READ_ONLY,
 * ERR_FILES_REFUSED (the store takes nothing from us: credentials, bucket, region, clock), ERR_FILES_UNAVAILABLE
 * (retryable).
 */
export interface Files {
  /** Where it is, the same for every process that opens it; undefined where it is nowhere else. */
  readonly location?: string;
  /** All files whose name begins with the prefix, sorted by name (by code unit). */
  list(prefix: string): AsyncIterable<FileInfo>;
  /** Bytes of the file, or undefined where there is none. */
  size(name: string): Promise<number | undefined>;
  /**
   * The whole file, or a stretch of it: exactly the bytes asked for, or an error. One that ends beyond the file is
   * ERR_FILES_UNAVAILABLE over a network: the file was replaced since its size was asked.
   */
  read(name: string, range?: ByteRange): Promise<Uint8Array>;
  /** Writes a file atomically and durably. */
  write(name: string, content: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<void>;
  /** Gives a file another name, atomically; a file of that name is replaced. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is no error. */
  delete(name: string): Promise<void>;
  close(): Promise<void>;
}
