import { canCompile, compile } from '@stockafolio/core/compile';
import { schemaElements, type ParquetColumn } from './columns.js';
import { writeChunk } from './encode-column.js';
import { CREATED_BY, FOOTER_CHECKSUM, NO_CHECKSUM, seal } from './footer-checksum.js';
import { loadParquetPeers } from './peers.js';
import { loadZstd } from './zstd.js';

/** A Parquet file under construction: the bytes of each row group as soon as its rows exist, the footer at the end. */
export interface ParquetEncoder<T extends object> {
  /** Rows so far. */
  readonly rows: number;
  /** Bytes so far. */
  readonly bytes: number;
  /** The bytes of the next row group. @throws ERR_ROW_INVALID, ERR_OVERFLOW if a value does not fit its column */
  encodeGroup(rows: readonly T[]): Uint8Array;
  /** The last bytes. */
  finish(metadata: Readonly<Record<string, string>>): Uint8Array;
}

/**
 * An encoder of files with these columns. The file's first bytes come with the first row group, or with the footer if
 * there is none.
 */
export async function parquetEncoder<T extends object>(columns: readonly ParquetColumn[]): Promise<ParquetEncoder<T>> {
  const { ByteWriter, ParquetWriter } = await loadParquetPeers();
  const zstd = await loadZstd();
  const readers = columns.map(columnReader);
  const writer = new ByteWriter(1 << 16);
  const file = new ParquetWriter({ writer, schema: schemaElements(columns), createdBy: CREATED_BY });
  const flush = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };

  return {
    get rows() {
      return Number(file.num_rows);
    },
    get bytes() {
      return writer.offset;
    },
    encodeGroup(rows) {
      const start = writer.offset;
      const chunks = columns.map((column, c) => writeChunk({ writer, zstd }, column, readers[c]?.(rows) ?? []));
      const total = chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
      file.row_groups.push({
        columns: chunks,
        total_byte_size: total,
        num_rows: BigInt(rows.length),
        total_compressed_size: BigInt(writer.offset - start),
      });
      file.num_rows += BigInt(rows.length);
      return flush();
    },
    finish(metadata) {
      const footerStart = writer.index;
      file.kvMetadata = Object.entries({ ...metadata, [FOOTER_CHECKSUM]: NO_CHECKSUM }).map(([key, value]) => ({
        key,
        value,
      }));
      void file.finish();
      const bytes = flush();
      // The footer is followed by its length and the magic number, in eight bytes.
      seal(Buffer.from(bytes.buffer, bytes.byteOffset + footerStart, bytes.length - footerStart - 8));
      return bytes;
    },
  };
}

function columnReader({ path, constant }: ParquetColumn): ColumnReader {
  if (constant !== undefined) return (rows) => new Array<number>(rows.length).fill(constant);
  return canCompile() ? compiledReader(path) : plainReader(path);
}

type ColumnReader = (rows: readonly object[]) => unknown[];

/** A property with a variable name would be looked up again in every row. */
function compiledReader(path: readonly string[]): ColumnReader {
  const value = `rows[i]${path.map((name) => `?.[${JSON.stringify(name)}]`).join('')}`;
  const text = `return (rows) => {
  const n = rows.length;
  const values = new Array(n);
  for (let i = 0; i < n; i++) values[i] = ${value};
  return values;
};`;
  return compile(`column ${path.join(' ')}`, {}, text);
}

function plainReader(path: readonly string[]): ColumnReader {
  return (rows) =>
    rows.map((row) =>
      path.reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], row),
    );
}
