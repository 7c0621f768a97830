import { parquetMetadata, type ColumnMetaData, type Compressors, type FileMetaData, type RowGroup } from 'hyparquet';
import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { mismatch, perMillisecond, type ParquetColumn } from './columns.js';
import { decodeChunk, type Chunk } from './decode-column.js';
import type { ColumnValues } from './decode-plain.js';
import { FOOTER_CHECKSUM, isIntact } from './footer-checksum.js';
import { corrupt, decodingError, unsupported } from './parquet-error.js';
import { readRanges } from './read-ranges.js';
import { loadZstd } from './zstd.js';

/** A Parquet file that was opened: what its footer says, and its columns on request. */
export interface ParquetFile {
  readonly name: string;
  readonly rows: number;
  /** Rows of each row group, in order. */
  readonly rowGroups: readonly number[];
  /** Key-value metadata. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Names of the columns as stored. */
  readonly columns: readonly string[];
  /** Smallest and largest value of a whole-number column in a row group, where the file says. */
  bounds(group: number, stored: string): { readonly min: number; readonly max: number } | undefined;
  /**
   * Columns of one row group, reading their bytes only. A column that the file lacks is absent in every row if it is
   * optional.
   *
   * @throws ERR_PARQUET_CORRUPT, ERR_PARQUET_UNSUPPORTED; ERR_OVERFLOW where an int64 is past 2^53
   */
  readColumns(group: number, columns: readonly ParquetColumn[]): Promise<readonly ColumnValues[]>;
}

/** Bytes that are read from the end at first: footers of a few hundred row groups fit. */
const TAIL = 65_536;
const MAGIC = 'PAR1';

/**
 * Opens a file by its footer.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_PARQUET_CORRUPT where it is not whole
 */
export async function openParquet(files: Files, name: string): Promise<ParquetFile> {
  const footer = await readFooter(files, name);
  const groups = footer.metadata.row_groups;
  checkLayout(name, footer);
  const elements = new Map(footer.metadata.schema.slice(1).map((element) => [element.name, element]));
  const rowGroups = groups.map(({ num_rows }) => Number(num_rows));

  return {
    name,
    rows: Number(footer.metadata.num_rows),
    rowGroups,
    metadata: new Map(keyValues(footer.metadata)),
    columns: [...elements.keys()],
    bounds(group, stored) {
      const rowGroup = groups[group];
      const { min_value, max_value } = (rowGroup && chunkOf(rowGroup, stored)?.statistics) ?? {};
      const isWhole = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';
      return isWhole(min_value) && isWhole(max_value) ? { min: Number(min_value), max: Number(max_value) } : undefined;
    },
    async readColumns(group, columns) {
      const rowGroup = groups[group];
      const rows = rowGroups[group];
      if (rowGroup === undefined || rows === undefined) throw new RangeError(`there is no row group ${group}`);
      const wanted = columns.map((column) => {
        const element = elements.get(column.stored);
        const meta = chunkOf(rowGroup, column.stored);
        if (element === undefined || meta === undefined) {
          if (!column.optional) throw unsupported(name, `it has no column '${column.stored}'`);
          return undefined;
        }
        const what = mismatch(column.kind, element);
        if (what !== undefined) throw unsupported(name, `column '${column.stored}' ${what}`);
        return { element, meta };
      });
      const metas = wanted.flatMap((each) => (each === undefined ? [] : [each.meta]));
      const decompressors = await decompressorsFor(metas);
      const parts = await readRanges(files, name, metas.map(rangeOf));
      let next = 0;
      return columns.map((column, c) => {
        const each = wanted[c];
        if (each === undefined) return new Array<undefined>(rows).fill(undefined);
        const bytes = parts[next++] ?? new Uint8Array();
        return decoded(name, column, () => decodeTimes(column, { ...each, bytes, rows, decompressors }));
      });
    },
  };
}

function keyValues({ key_value_metadata = [] }: FileMetaData): [string, string][] {
  return key_value_metadata.flatMap(({ key, value }) => (key === FOOTER_CHECKSUM ? [] : [[key, value ?? '']]));
}

/** Other writers store times in finer units; what is finer than a millisecond is cut off, as in messages. */
function decodeTimes(column: ParquetColumn, chunk: Chunk): ColumnValues {
  const per = column.kind === 'timestamp' ? perMillisecond(chunk.element) : 1n;
  if (per === undefined || per === 1n) return decodeChunk(column, chunk);
  const values = decodeChunk({ ...column, kind: 'bigint64' }, chunk);
  return Array.from<unknown, number | undefined>(values, (value) => {
    if (typeof value !== 'bigint') return undefined;
    return Number(value / per - (value % per < 0n ? 1n : 0n));
  });
}

function decoded(name: string, column: ParquetColumn, decode: () => ColumnValues): ColumnValues {
  let values: ColumnValues;
  try {
    values = decode();
  } catch (error) {
    throw decodingError(name, error);
  }
  if (!column.optional && Array.isArray(values) && values.includes(undefined)) {
    throw unsupported(
      name,
      `column '${column.stored}' has no value in row ${values.indexOf(undefined)} of a row group`,
    );
  }
  return values;
}

interface Footer {
  readonly metadata: FileMetaData;
  /** Where it begins. */
  readonly start: number;
}

async function readFooter(files: Files, name: string): Promise<Footer> {
  const size = await files.size(name);
  if (size === undefined) throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`);
  if (size < 12) throw corrupt(name, `it has ${size} bytes`);
  let tail = await files.read(name, { start: Math.max(0, size - TAIL), end: size });
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (Buffer.from(tail.slice(-4)).toString('latin1') !== MAGIC) throw corrupt(name, 'it does not end as one');
  const start = size - 8 - view.getUint32(tail.length - 8, true);
  if (start < 4) throw corrupt(name, 'its footer is longer than the file');
  if (size - start > tail.length) tail = await files.read(name, { start, end: size });
  if (!isIntact(Buffer.from(tail.subarray(tail.length - (size - start), -8)))) {
    throw corrupt(name, 'its footer has another checksum than it was written with');
  }
  try {
    return { metadata: parquetMetadata(tail, { geoparquet: false }), start };
  } catch (error) {
    throw decodingError(name, error);
  }
}

/** A footer of another file, or half a footer, would send the reader anywhere: everything must lie before it. */
function checkLayout(name: string, { metadata, start }: Footer): void {
  let rows = 0;
  for (const { columns, num_rows } of metadata.row_groups) {
    rows += Number(num_rows);
    for (const { meta_data, file_path } of columns) {
      if (meta_data === undefined || file_path !== undefined) throw unsupported(name, 'its columns are in other files');
      const { startByte, endByte } = rangeOf(meta_data);
      if (!(startByte >= 4 && endByte > startByte && endByte <= start)) {
        throw corrupt(name, `column '${meta_data.path_in_schema.join('.')}' lies outside of it`);
      }
    }
  }
  if (rows !== Number(metadata.num_rows))
    throw corrupt(name, `${rows} rows where its footer says ${metadata.num_rows}`);
}

function rangeOf(meta: ColumnMetaData): { startByte: number; endByte: number } {
  const startByte = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  return { startByte, endByte: startByte + Number(meta.total_compressed_size) };
}

function chunkOf({ columns }: RowGroup, stored: string): ColumnMetaData | undefined {
  return columns.find(
    ({ meta_data }) => meta_data?.path_in_schema.length === 1 && meta_data.path_in_schema[0] === stored,
  )?.meta_data;
}

/** Zstandard in WebAssembly reads five times as fast as the one in JavaScript; files of other writers may use more. */
async function decompressorsFor(metas: readonly ColumnMetaData[]): Promise<Compressors> {
  const zstd = await loadZstd();
  const own: Compressors = { ZSTD: (page, size) => zstd.decompress(page, size) };
  if (metas.every(({ codec }) => codec === 'ZSTD' || codec === 'UNCOMPRESSED')) return own;
  const { compressors } = await import('hyparquet-compressors');
  return { ...compressors, ...own };
}
