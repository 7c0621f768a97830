import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { StockafolioError, isStockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { AbsentValues, allOf, rowsOf, type ColumnValues, type DecodedValues } from './column-values.js';
import type { ParquetColumn } from './columns.js';
import { conversionOf, mismatch, type Conversion, type FinerTimes } from './conversions.js';
import { ChunkEnds, decodeChunk, type Chunk } from './decode-column.js';
import { decompressorsFor } from './decompressors.js';
import { checkLayout, claimedRangeOf, readFooter, widestRangeOf } from './footer.js';
import { FOOTER_CHECKSUM } from './footer-checksum.js';
import { corrupt, decodingError, encrypted, unsupported } from './parquet-error.js';
import { readRanges } from './read-ranges.js';
import { Unfit } from './stored-values.js';

/** An open Parquet file: what its footer says, and its columns on request. */
export interface ParquetFile {
  readonly name: string;
  readonly rows: number;
  /** Rows of each row group, in order. */
  readonly rowGroups: readonly number[];
  /** Key-value metadata. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Names of the columns as stored. */
  readonly columns: readonly string[];
  /** Smallest and largest value of a whole-number column in a row group, if the file states them. */
  bounds(group: number, stored: string): { readonly min: number; readonly max: number } | undefined;
  /**
   * Columns of one row group, reading only their bytes. An optional column that the file lacks is absent in every row.
   *
   * Values are read exactly or not at all, whichever program wrote the file.
   *
   * @throws ERR_PARQUET_CORRUPT; ERR_PARQUET_UNSUPPORTED if a column is missing, nested, of another type, or holds a
   * value that its kind cannot hold; ERR_OVERFLOW if a number is past the range of its kind
   */
  readColumns(group: number, columns: readonly ParquetColumn[]): Promise<readonly ColumnValues[]>;
  /**
   * The same in chunks of rows: the columns' values of rows `first` (inclusive) to `end` (exclusive). Where possible,
   * values are made only when they are taken.
   */
  readGroup(
    group: number,
    columns: readonly ParquetColumn[],
  ): Promise<(first: number, end: number) => readonly ColumnValues[]>;
}

export interface OpenParquetOptions {
  /** What to do with times finer than a millisecond: `refuse` (the default), or `cut` the rest off, as codecs do. */
  readonly finerTimes?: FinerTimes;
}

/**
 * Opens a file by its footer.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_PARQUET_CORRUPT if it is incomplete, ERR_PARQUET_UNSUPPORTED if it is encrypted
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
    rows: rowGroups.reduce((sum, rows) => sum + rows, 0),
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
      const values = await decodeGroup(group, columns);
      return values.map(allOf);
    },
    async readGroup(group, columns) {
      const values = await decodeGroup(group, columns);
      return (first, end) => values.map((column) => rowsOf(column, first, end));
    },
  };

  async function decodeGroup(group: number, columns: readonly ParquetColumn[]): Promise<readonly DecodedValues[]> {
    const rowGroup = groups[group];
    const rows = rowGroups[group];
    if (rowGroup === undefined || rows === undefined) throw new RangeError(`there is no row group ${group}`);
    const wanted = columns.map((column) => found(column, rowGroup));
    const metas = wanted.flatMap((each) => (each === undefined ? [] : [each.meta]));
    // Without rows there may be no pages either.
    if (rows === 0) return columns.map(() => []);
    const decompressors = await decompressorsFor(metas);
    const parts = await readRanges(
      files,
      name,
      metas.map((meta) => claimedRangeOf(meta, footer)),
    );
    const values: DecodedValues[] = [];
    let next = 0;
    for (const [c, column] of columns.entries()) {
      const each = wanted[c];
      if (each === undefined) {
        values.push(new AbsentValues(rows));
        continue;
      }
      const chunk = { ...each, bytes: parts[next++] ?? new Uint8Array(), rows, decompressors };
      values.push(await decodedWhole(column, chunk));
    }
    return values;
  }

  /** Decodes a chunk. If its pages exceed the size in the footer, it is decoded again with the bytes that follow. */
  async function decodedWhole(column: ParquetColumn, chunk: Chunk): Promise<DecodedValues> {
    try {
      return decoded(name, column, () => decodeChunk(column, chunk));
    } catch (error) {
      const { startByte, endByte } = widestRangeOf(chunk.meta, footer);
      const isShort = isStockafolioError(error) && error.cause instanceof ChunkEnds;
      if (!isShort || endByte - startByte <= chunk.bytes.length) throw error;
      const [bytes = new Uint8Array()] = await readRanges(files, name, [{ startByte, endByte }]);
      return decoded(name, column, () => decodeChunk(column, { ...chunk, bytes }));
    }
  }

  function found(column: ParquetColumn, rowGroup: RowGroup): FoundColumn | undefined {
    const { stored, optional } = column;
    const [element, another] = elements.filter((each) => each.name === stored);
    if (element === undefined) {
      if (optional) return undefined;
      const names = elements.map((each) => each.name).join(', ');
      throw unsupported(name, `it has no column '${stored}'; it has ${names || 'none'}`);
    }
    if (another !== undefined) throw unsupported(name, `two of its columns are called '${stored}'`);
    const conversion = conversionOf(column, element, finerTimes);
    if (conversion === undefined) throw unsupported(name, `column '${stored}' ${mismatch(column, element)}`);
    const chunk = chunkOf(rowGroup, stored);
    // The footer does not even name a column that is encrypted with its own key.
    if (chunk?.crypto_metadata !== undefined || (chunk === undefined && hasEncrypted(rowGroup)))
      throw encrypted(name, `column '${stored}'`);
    const meta = chunk?.meta_data;
    if (meta === undefined) throw corrupt(name, `its footer does not describe column '${stored}'`);
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

/** The columns that are not within others, in order; for a nested column its group. */
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

function decoded(name: string, column: ParquetColumn, decode: () => DecodedValues): DecodedValues {
  let values: DecodedValues;
  try {
    values = decode();
  } catch (error) {
    throw columnError(name, column, error);
  }
  const absent = column.optional ? -1 : firstAbsent(values);
  if (absent >= 0) throw unsupported(name, `column '${column.stored}' has no value in row ${absent} of a row group`);
  return values;
}

/** The first row without a value; -1 if there is none. */
function firstAbsent(values: DecodedValues): number {
  if (values instanceof AbsentValues) return 0;
  return Array.isArray(values) ? values.indexOf(undefined) : -1;
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

function hasEncrypted({ columns }: RowGroup): boolean {
  return columns.some(({ crypto_metadata }) => crypto_metadata !== undefined);
}

function chunkOf({ columns }: RowGroup, stored: string): ColumnChunk | undefined {
  return columns.find(
    ({ meta_data }) => meta_data?.path_in_schema.length === 1 && meta_data.path_in_schema[0] === stored,
  );
}
