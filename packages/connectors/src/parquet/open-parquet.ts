import {
  parquetMetadata,
  type ColumnChunk,
  type ColumnMetaData,
  type FileMetaData,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { StockafolioError, isStockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import type { ParquetColumn } from './columns.js';
import { conversionOf, mismatch, type Conversion, type FinerTimes } from './conversions.js';
import { decodeChunk } from './decode-column.js';
import type { ColumnValues } from './decode-plain.js';
import { decompressorsFor } from './decompressors.js';
import { FOOTER_CHECKSUM, isIntact } from './footer-checksum.js';
import { corrupt, decodingError, unsupported } from './parquet-error.js';
import { readRanges } from './read-ranges.js';
import { Unfit } from './stored-values.js';

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
   * Values are read exactly or not at all, whoever wrote the file.
   *
   * @throws ERR_PARQUET_CORRUPT; ERR_PARQUET_UNSUPPORTED where a column lacks, is nested, of another type, or holds what
   * its kind does not; ERR_OVERFLOW where a number is past what its kind holds
   */
  readColumns(group: number, columns: readonly ParquetColumn[]): Promise<readonly ColumnValues[]>;
}

export interface OpenParquetOptions {
  /** Of times that are finer than a millisecond: `refuse` (unless told), or `cut` the rest off, as codecs do. */
  readonly finerTimes?: FinerTimes;
}

/** Bytes that are read from the end at first: footers of a few hundred row groups fit. */
const TAIL = 65_536;
const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';

/** More rows of a group are refused: a few bytes can claim any number of rows without values, each of which takes room. */
const MOST_ROWS = 2 ** 24;

/**
 * Opens a file by its footer.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_PARQUET_CORRUPT where it is not whole, ERR_PARQUET_UNSUPPORTED where it is encrypted
 */
export async function openParquet(
  files: Files,
  name: string,
  { finerTimes = 'refuse' }: OpenParquetOptions = {},
): Promise<ParquetFile> {
  const footer = await readFooter(files, name);
  const groups = footer.metadata.row_groups;
  checkLayout(name, footer);
  const elements = topLevel(footer.metadata.schema);
  const rowGroups = groups.map(({ num_rows }) => Number(num_rows));

  return {
    name,
    rows: Number(footer.metadata.num_rows),
    rowGroups,
    metadata: new Map(keyValues(footer.metadata)),
    columns: elements.map((element) => element.name),
    bounds(group, stored) {
      const rowGroup = groups[group];
      const { min_value, max_value } = (rowGroup && chunkOf(rowGroup, stored)?.meta_data?.statistics) ?? {};
      const isWhole = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';
      return isWhole(min_value) && isWhole(max_value) ? { min: Number(min_value), max: Number(max_value) } : undefined;
    },
    async readColumns(group, columns) {
      const rowGroup = groups[group];
      const rows = rowGroups[group];
      if (rowGroup === undefined || rows === undefined) throw new RangeError(`there is no row group ${group}`);
      const wanted = columns.map((column) => found(column, rowGroup));
      const metas = wanted.flatMap((each) => (each === undefined ? [] : [each.meta]));
      // Of no rows there may be no pages either.
      if (rows === 0) return columns.map(() => []);
      const decompressors = await decompressorsFor(metas);
      const parts = await readRanges(files, name, metas.map(rangeOf));
      let next = 0;
      return columns.map((column, c) => {
        const each = wanted[c];
        if (each === undefined) return new Array<undefined>(rows).fill(undefined);
        const bytes = parts[next++] ?? new Uint8Array();
        return decoded(name, column, () => decodeChunk(column, { ...each, bytes, rows, decompressors }));
      });
    },
  };

  function found(column: ParquetColumn, rowGroup: RowGroup): FoundColumn | undefined {
    const { stored, kind, optional } = column;
    const [element, another] = elements.filter((each) => each.name === stored);
    if (element === undefined) {
      if (optional) return undefined;
      const names = elements.map((each) => each.name).join(', ');
      throw unsupported(name, `it has no column '${stored}'; it has ${names || 'none'}`);
    }
    if (another !== undefined) throw unsupported(name, `two of its columns are called '${stored}'`);
    const conversion = conversionOf(kind, element, finerTimes);
    if (conversion === undefined) throw unsupported(name, `column '${stored}' ${mismatch(kind, element)}`);
    const chunk = chunkOf(rowGroup, stored);
    if (chunk?.crypto_metadata !== undefined) throw unsupported(name, `column '${stored}' is encrypted`, DECRYPT);
    const meta = chunk?.meta_data;
    if (meta === undefined) throw corrupt(name, `its footer tells nothing of column '${stored}'`);
    if (meta.type !== element.type || Number(meta.num_values) !== Number(rowGroup.num_rows)) {
      throw corrupt(name, `its footer contradicts itself on column '${stored}'`);
    }
    return { element, conversion, meta };
  }
}

interface FoundColumn {
  readonly element: SchemaElement;
  readonly conversion: Conversion;
  readonly meta: ColumnMetaData;
}

/** The columns that are not within others, in order; of a nested one the group that it is. */
function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const top: SchemaElement[] = [];
  let within = 0;
  for (const element of schema.slice(1)) {
    if (within === 0) top.push(element);
    else within -= 1;
    within += element.num_children ?? 0;
  }
  return top;
}

function keyValues({ key_value_metadata = [] }: FileMetaData): [string, string][] {
  return key_value_metadata.flatMap(({ key, value }) => (key === FOOTER_CHECKSUM ? [] : [[key, value ?? '']]));
}

function decoded(name: string, column: ParquetColumn, decode: () => ColumnValues): ColumnValues {
  let values: ColumnValues;
  try {
    values = decode();
  } catch (error) {
    throw columnError(name, column, error);
  }
  if (!column.optional && Array.isArray(values) && values.includes(undefined)) {
    throw unsupported(
      name,
      `column '${column.stored}' has no value in row ${values.indexOf(undefined)} of a row group`,
    );
  }
  return values;
}

function columnError(name: string, { stored }: ParquetColumn, error: unknown): StockafolioError {
  if (error instanceof Unfit) return unsupported(name, `column '${stored}' holds ${error.message}`, error.hint, error);
  if (!isStockafolioError(error, 'ERR_OVERFLOW')) return decodingError(name, error);
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new StockafolioError('ERR_OVERFLOW', `'${name}', column '${stored}': ${error.message}`, {
    cause: error,
    ...hint,
  });
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
  const magic = Buffer.from(tail.slice(-4)).toString('latin1');
  if (magic === ENCRYPTED) throw unsupported(name, 'it is encrypted', DECRYPT);
  if (magic !== MAGIC) throw corrupt(name, 'it does not end as one');
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
      // Of an encrypted column there may be none; of no rows there may be no pages.
      if (meta_data === undefined || num_rows === 0n) continue;
      const { startByte, endByte } = rangeOf(meta_data);
      if (!(startByte >= 4 && endByte >= startByte && endByte <= start)) {
        throw corrupt(name, `column '${meta_data.path_in_schema.join('.')}' lies outside of it`);
      }
    }
  }
  if (rows !== Number(metadata.num_rows))
    throw corrupt(name, `${rows} rows where its footer says ${metadata.num_rows}`);
}

function rangeOf(meta: ColumnMetaData): { startByte: number; endByte: number } {
  // Of a page that is not there some writers say 0.
  const offsets = [meta.dictionary_page_offset ?? 0n, meta.data_page_offset].map(Number).filter((offset) => offset > 0);
  const startByte = Math.min(...offsets);
  return { startByte, endByte: startByte + Number(meta.total_compressed_size) };
}

const DECRYPT = 'have it written again without encryption';

function chunkOf({ columns }: RowGroup, stored: string): ColumnChunk | undefined {
  return columns.find(
    ({ meta_data }) => meta_data?.path_in_schema.length === 1 && meta_data.path_in_schema[0] === stored,
  );
}
