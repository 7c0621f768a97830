import { crc32 } from 'node:zlib';
import type { ColumnMetaData, DataReader, Encoding, PageHeader, SchemaElement } from 'hyparquet';
import { messageOf } from '@stockafolio/core';
import { AbsentValues, allOf, DictionaryValues, type ColumnValues, type DecodedValues } from './column-values.js';
import type { ParquetColumn } from './columns.js';
import type { Conversion } from './conversions.js';
import { decodeBigDecimal, decodePlain } from './decode-plain.js';
import { decompressPage, type Decompressors } from './decompressors.js';
import { decodeHybrid } from './hybrid.js';
import { parquetPeers } from './peers.js';
import { physicalValues } from './physical-values.js';

/** A column chunk's bytes, its metadata from the footer, and how they become values. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly meta: ColumnMetaData;
  readonly element: SchemaElement;
  readonly conversion: Conversion;
  readonly rows: number;
  readonly decompressors: Decompressors;
}

/** The bytes of a chunk end before its rows do: the file is torn, or its footer states too small a chunk size. */
export class ChunkEnds extends RangeError {}

/**
 * The values of a column in one row group, `undefined` for absent ones.
 *
 * @throws ChunkEnds if there are more rows than bytes; any Error if it is not a valid chunk
 */
export function decodeChunk(column: ParquetColumn, chunk: Chunk): DecodedValues {
  const { bytes, rows } = chunk;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const pages: DecodedValues[] = [];
  let dictionary: ColumnValues | undefined;
  let seen = 0;
  while (seen < rows) {
    if (reader.offset >= bytes.length)
      throw new ChunkEnds(`column '${column.stored}' ends after ${seen} of ${rows} rows`);
    const header = pageHeader(reader, column);
    const end = reader.offset + header.compressed_page_size;
    if (!(header.compressed_page_size >= 0)) throw new RangeError(`a page of ${header.compressed_page_size} bytes`);
    if (end > bytes.length) throw new ChunkEnds(`column '${column.stored}' ends within a page`);
    const page = bytes.subarray(reader.offset, end);
    reader.offset = end;
    if (header.crc !== undefined && (crc32(page) | 0) !== header.crc) {
      throw new RangeError(`a page of column '${column.stored}' does not match its checksum`);
    }
    if (header.dictionary_page_header !== undefined) {
      if (dictionary !== undefined) throw new RangeError(`column '${column.stored}' has two dictionaries`);
      dictionary = decodeDictionary(column, chunk, page, header);
      continue;
    }
    const announced = (header.data_page_header_v2 ?? header.data_page_header)?.num_values;
    // An index page: the format allows one; it is skipped.
    if (announced === undefined) continue;
    if (!(announced >= 0 && seen + announced <= rows)) {
      throw new RangeError(`a page of ${announced} rows in column '${column.stored}', after ${seen} of ${rows}`);
    }
    if (announced === 0) continue;
    const values = decodePage(column, chunk, pageBody(chunk, header, page), dictionary);
    seen += values.length;
    pages.push(values);
  }
  const [only] = pages;
  const all =
    pages.length === 1 && only !== undefined ? only : pages.flatMap((values) => Array.from<unknown>(allOf(values)));
  if (all.length !== rows) throw new RangeError(`column '${column.stored}' has ${all.length} rows, not ${rows}`);
  return all;
}

function pageHeader(reader: DataReader, { stored }: ParquetColumn): PageHeader {
  try {
    return parquetPeers().parquetHeader(reader);
  } catch (cause) {
    // The parser reports truncated bytes in many ways, without a type of its own.
    throw new ChunkEnds(`column '${stored}' ends within the header of a page: ${messageOf(cause)}`, { cause });
  }
}

function decodeDictionary(column: ParquetColumn, chunk: Chunk, page: Uint8Array, header: PageHeader): ColumnValues {
  const plain = decompressPage(chunk.decompressors, chunk.meta.codec, page, header.uncompressed_page_size);
  const count = header.dictionary_page_header?.num_values ?? 0;
  if (!(count >= 0 && count <= plain.length)) throw new RangeError(`${count} values in ${plain.length} bytes`);
  return allOf(plainValues(column, chunk, plain, 'PLAIN', count));
}

/** A data page of either version, decompressed. */
interface PageBody {
  readonly encoding: Encoding | undefined;
  /** The number of rows that have a value in it. */
  readonly count: number;
  /** 1 for a row with a value, 0 for one without; undefined if all have one. */
  readonly levels: Uint8Array | undefined;
  readonly values: Uint8Array;
}

function pageBody(chunk: Chunk, header: PageHeader, page: Uint8Array): PageBody {
  const { meta, decompressors } = chunk;
  const size = header.uncompressed_page_size;
  const v2 = header.data_page_header_v2;
  if (v2 !== undefined) {
    // All repetition levels of a flat column are 0; some writers write them, others leave them out.
    const repetitionBytes = v2.repetition_levels_byte_length;
    const levelBytes = repetitionBytes + v2.definition_levels_byte_length;
    if (!(repetitionBytes >= 0 && levelBytes >= repetitionBytes && levelBytes <= page.length)) {
      throw new RangeError(`levels of ${levelBytes} bytes in a page of ${page.length}`);
    }
    const body = page.subarray(levelBytes);
    const isPacked = v2.is_compressed !== false;
    const values = isPacked ? decompressPage(decompressors, meta.codec, body, size - levelBytes) : body;
    // The values were written according to the levels; the number of nulls in the header is only derived.
    const hasLevels =
      chunk.element.repetition_type === 'OPTIONAL' && (v2.num_nulls !== 0 || levelBytes > repetitionBytes);
    const levels = hasLevels ? page.subarray(repetitionBytes, levelBytes) : undefined;
    return { encoding: v2.encoding, ...present(levels, v2.num_values), values };
  }
  const v1 = header.data_page_header;
  const rows = v1?.num_values ?? 0;
  const encoding = v1?.encoding;
  const plain = decompressPage(decompressors, meta.codec, page, size);
  if (chunk.element.repetition_type !== 'OPTIONAL') {
    return { encoding, ...present(undefined, rows), values: plain };
  }
  if (v1?.definition_level_encoding !== 'RLE') {
    throw new Error(`unsupported encoding ${v1?.definition_level_encoding ?? ''} of levels`);
  }
  const end = 4 + new DataView(plain.buffer, plain.byteOffset, plain.byteLength).getUint32(0, true);
  if (end > plain.length) throw new RangeError(`levels of ${end} bytes in a page of ${plain.length}`);
  return { encoding, ...present(plain.subarray(4, end), rows), values: plain.subarray(end) };
}

/** Which rows have a value, from the bytes of the levels, and how many; without levels all have one. */
function present(bytes: Uint8Array | undefined, rows: number): Pick<PageBody, 'count' | 'levels'> {
  if (bytes === undefined) return { count: rows, levels: undefined };
  const levels = new Uint8Array(rows);
  decodeHybrid(bytes, 1, levels);
  let count = 0;
  for (let i = 0; i < rows; i++) count += levels[i] as number;
  return { count, levels: count === rows ? undefined : levels };
}

function decodePage(
  column: ParquetColumn,
  chunk: Chunk,
  { encoding, count, levels, values: bytes }: PageBody,
  dictionary: ColumnValues | undefined,
): DecodedValues {
  const isIndexed = encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY';
  const values = isIndexed ? looked(bytes, count, dictionary) : plainValues(column, chunk, bytes, encoding, count);
  return levels === undefined ? values : spread(values, levels);
}

/** The values of a page. Pages stored as this library stores them are decoded at once. */
function plainValues(
  column: ParquetColumn,
  { element, conversion }: Chunk,
  bytes: Uint8Array,
  encoding: Encoding | undefined,
  count: number,
): DecodedValues {
  if (!conversion.isOwn || encoding !== 'PLAIN') {
    return physicalValues(element, encoding, bytes, count).map((stored) => conversion.convert(stored));
  }
  return column.kind === 'bigDecimal'
    ? decodeBigDecimal(bytes, count, element.type_length ?? 0)
    : decodePlain(column.kind, bytes, count);
}

function looked(bytes: Uint8Array, count: number, dictionary: ColumnValues | undefined): DecodedValues {
  const indexes = new Uint32Array(count);
  if (count > 0) decodeHybrid(bytes.subarray(1), bytes[0] ?? 0, indexes);
  return new DictionaryValues(dictionary ?? [], indexes);
}

function spread(given: DecodedValues, levels: Uint8Array): DecodedValues {
  if (given.length === 0 && !levels.includes(1)) return new AbsentValues(levels.length);
  const values = allOf(given);
  const all = new Array<unknown>(levels.length);
  let next = 0;
  for (let i = 0; i < levels.length; i++) all[i] = levels[i] === 1 ? values[next++] : undefined;
  if (next !== values.length) throw new RangeError(`${values.length} values for ${next} rows`);
  return all;
}
