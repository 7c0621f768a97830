import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import { StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { CREATED_BY, isIntact } from './footer-checksum.js';
import { checkShape } from './footer-shape.js';
import { corrupt, decodingError, encrypted, unsupported } from './parquet-error.js';
import { loadParquetPeers } from './peers.js';

/** Bytes that are read from the end first: footers of a few hundred row groups fit. */
const TAIL = 65_536;
const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';

/**
 * Row groups with more rows are rejected. A few bytes can claim any number of rows without values, each of which takes
 * memory.
 */
const MOST_ROWS = 2 ** 24;

/** The end of a file. */
export interface Footer {
  readonly metadata: FileMetaData;
  /** Its first byte. */
  readonly start: number;
}

/** Reads a file's footer. @throws as `openParquet` */
export async function readFooter(files: Files, name: string): Promise<Footer> {
  const { parquetMetadata } = await loadParquetPeers();
  const size = await files.size(name);
  if (size === undefined) throw new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`);
  if (size < 12) throw corrupt(name, `it has ${size} bytes`);
  let tail = await files.read(name, { start: Math.max(0, size - TAIL), end: size });
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const magic = Buffer.from(tail.slice(-4)).toString('latin1');
  if (magic === ENCRYPTED) throw encrypted(name, 'it');
  if (magic !== MAGIC) throw corrupt(name, 'it does not end as one');
  const start = size - 8 - view.getUint32(tail.length - 8, true);
  if (start < 4) throw corrupt(name, 'its footer is longer than the file');
  if (size - start > tail.length) tail = await files.read(name, { start, end: size });
  if (!isIntact(Buffer.from(tail.subarray(tail.length - (size - start), -8)))) {
    throw corrupt(name, 'its footer does not match its checksum');
  }
  try {
    const metadata = parquetMetadata(tail, { geoparquet: false });
    checkShape(metadata);
    return { metadata, start };
  } catch (error) {
    throw decodingError(name, error);
  }
}

/**
 * A footer of another file, or half a footer, would send the reader anywhere: everything must lie before it. Some other
 * writers state wrong sizes, so only the start offsets of their chunks are checked; pages state their own lengths.
 */
export function checkLayout(name: string, { metadata, start }: Footer): void {
  const isOwn = metadata.created_by === CREATED_BY;
  let rows = 0;
  for (const { columns, num_rows } of metadata.row_groups) {
    if (!(num_rows >= 0)) throw corrupt(name, `a row group of ${num_rows} rows`);
    if (num_rows > MOST_ROWS) {
      throw unsupported(
        name,
        `a row group of ${num_rows} rows`,
        `write it with row groups of at most ${MOST_ROWS} rows`,
      );
    }
    rows += Number(num_rows);
    for (const { meta_data, file_path } of columns) {
      if (file_path !== undefined) throw unsupported(name, 'its columns are in other files');
      // An encrypted column may have no metadata; without rows there may be no pages.
      if (meta_data === undefined || num_rows === 0n) continue;
      const { startByte, endByte } = rangeOf(meta_data);
      if (!(startByte >= 4 && startByte < start && (!isOwn || (endByte >= startByte && endByte <= start)))) {
        throw corrupt(name, `column '${meta_data.path_in_schema.join('.')}' lies outside of it`);
      }
    }
  }
  // Some writers leave the sum at 0. Each row group states its own rows, and its columns have as many values.
  if (metadata.num_rows !== 0n && rows !== Number(metadata.num_rows))
    throw corrupt(name, `${rows} rows where its footer says ${metadata.num_rows}`);
}

/** Bytes of a file, from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly startByte: number;
  readonly endByte: number;
}

/** The position of the pages of a column of one row group, as its footer says. */
function rangeOf(meta: ColumnMetaData): ByteRange {
  // Some writers state 0 for a missing page.
  const offsets = [meta.dictionary_page_offset ?? 0n, meta.data_page_offset].map(Number).filter((offset) => offset > 0);
  const startByte = Math.min(...offsets);
  return { startByte, endByte: startByte + Number(meta.total_compressed_size) };
}

/** The same, limited to the file. */
export function claimedRangeOf(meta: ColumnMetaData, { start }: Footer): ByteRange {
  const { startByte, endByte } = rangeOf(meta);
  return { startByte, endByte: Math.min(start, Math.max(startByte, endByte)) };
}

/**
 * The largest possible range: up to the next column, or the footer. Some writers state too small a size, without the
 * dictionary's header or at all.
 */
export function widestRangeOf(meta: ColumnMetaData, { metadata, start }: Footer): ByteRange {
  const { startByte } = rangeOf(meta);
  const starts = metadata.row_groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data }) => (meta_data === undefined ? [] : [rangeOf(meta_data).startByte])),
  );
  return { startByte, endByte: starts.reduce((end, other) => (other > startByte ? Math.min(end, other) : end), start) };
}
