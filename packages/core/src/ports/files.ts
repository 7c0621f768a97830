export interface FileInfo {
  /** Path below the root of the store, with `/` between its parts. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A range of bytes of a file: from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** Do not replace a file of that name: throw ERR_FILE_EXISTS. */
  readonly ifAbsent?: boolean;
}

/**
 * A store of whole files: a folder, S3, HDFS.
 *
 * A written file becomes visible completely or not at all, under any failure; what a failed write leaves behind is
 * never listed. Errors are StockafolioErrors: ERR_FILE_NOT_FOUND, ERR_FILE_EXISTS, ERR_FILES_FULL, ERR_FILES_READ_ONLY,
 * ERR_FILES_REFUSED (the store rejects our requests: credentials, bucket, region, clock), ERR_FILES_UNAVAILABLE
 * (retryable).
 */
export interface Files {
  /** Its location, the same for every process that opens it; undefined if no other process can open it. */
  readonly location?: string;
  /** All files whose name begins with the prefix, sorted by name (by code unit). */
  list(prefix: string): AsyncIterable<FileInfo>;
  /** Bytes of the file; undefined if there is none. */
  size(name: string): Promise<number | undefined>;
  /**
   * The whole file, or a range of it: exactly the requested bytes, or an error. A range that ends beyond the file is
   * ERR_FILES_UNAVAILABLE over a network: the file was replaced since its size was read.
   */
  read(name: string, range?: ByteRange): Promise<Uint8Array>;
  /** Writes a file atomically and durably. */
  write(name: string, content: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<void>;
  /** Removes a file; a missing file is not an error. */
  delete(name: string): Promise<void>;
  close(): Promise<void>;
}
