import type { Files } from '@stockafolio/core/ports';
import type { ParquetColumn } from './columns.js';
import { parquetEncoder } from './parquet-encoder.js';

export interface WriteParquetOptions {
  /** Rows of a row group, all of which are in memory at a time; defaults to 65,536. */
  readonly rowGroupRows?: number;
  /** Key-value metadata of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Fail with ERR_FILE_EXISTS instead of replacing a file of that name. */
  readonly ifAbsent?: boolean;
}

export interface WrittenParquet {
  readonly rows: number;
  readonly bytes: number;
}

type Batches<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

export const ROW_GROUP_ROWS = 65_536;

/**
 * Writes rows to a Parquet file, row group by row group, ZSTD-compressed, each page with its checksum.
 *
 * @param batches the rows, in portions of any size
 * @throws ERR_ROW_INVALID if a value is missing, ERR_OVERFLOW if one does not fit its column, and the errors of
 * `files.write`; then there is no file
 */
export async function writeParquet<T extends object>(
  files: Files,
  name: string,
  columns: readonly ParquetColumn[],
  batches: Batches<T>,
  options: WriteParquetOptions = {},
): Promise<WrittenParquet> {
  const encoder = await parquetEncoder<T>(columns);
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const rows of inGroups(batches, options.rowGroupRows ?? ROW_GROUP_ROWS)) {
      yield encoder.encodeGroup(rows);
    }
    yield encoder.finish(options.metadata ?? {});
  }
  await files.write(name, content(), { ifAbsent: options.ifAbsent ?? false });
  return { rows: encoder.rows, bytes: encoder.bytes };
}

/** The rows in portions of exactly `size` rows, except the last. */
async function* inGroups<T>(batches: Batches<T>, size: number): AsyncGenerator<readonly T[]> {
  let pending: T[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      pending.push(row);
      if (pending.length === size) {
        yield pending;
        pending = [];
      }
    }
  }
  if (pending.length > 0) yield pending;
}
