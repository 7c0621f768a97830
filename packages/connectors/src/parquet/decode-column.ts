import { crc32 } from 'node:zlib';
import type { ColumnMetaData, CompressionCodec, Compressors, PageHeader, SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import type { ParquetColumn } from './columns.js';
import { decodeBigMoney, decodePlain, type ColumnValues } from './decode-plain.js';
import { fromPhysical } from './from-physical.js';

/** A column chunk's bytes and what the footer says of them. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly meta: ColumnMetaData;
  readonly element: SchemaElement;
  readonly rows: number;
  readonly decompressors: Compressors;
}

/** The values of a column in one row group, `undefined` where they are absent. @throws any Error where it is no such chunk */
export function decodeChunk(column: ParquetColumn, chunk: Chunk): ColumnValues {
  const { bytes, rows } = chunk;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const pages: ColumnValues[] = [];
  let dictionary: ColumnValues | undefined;
  let seen = 0;
  while (seen < rows) {
    if (reader.offset >= bytes.length)
      throw new RangeError(`column '${column.stored}' ends after ${seen} of ${rows} rows`);
    const header = parquetHeader(reader);
    const end = reader.offset + header.compressed_page_size;
    if (!(header.compressed_page_size >= 0 && end <= bytes.length)) {
      throw new RangeError(`column '${column.stored}' ends within a page`);
    }
    const page = bytes.subarray(reader.offset, end);
    reader.offset = end;
    if (header.crc !== undefined && (crc32(page) | 0) !== header.crc) {
      throw new RangeError(`a page of column '${column.stored}' has another checksum than it was written with`);
    }
    if (header.type === 'DICTIONARY_PAGE') {
      const plain = decompressed(chunk, page, header.uncompressed_page_size);
      dictionary = plainValues(column, chunk, plain, header.dictionary_page_header?.num_values ?? 0);
      continue;
    }
    const announced = (header.data_page_header_v2 ?? header.data_page_header)?.num_values ?? 0;
    if (!(announced > 0 && seen + announced <= rows)) {
      throw new RangeError(`a page of ${announced} rows in column '${column.stored}', after ${seen} of ${rows}`);
    }
    const values = decodePage(column, chunk, header, page, dictionary);
    seen += values.length;
    pages.push(values);
  }
  const [only] = pages;
  const all = pages.length === 1 && only !== undefined ? only : pages.flatMap((values) => Array.from<unknown>(values));
  if (all.length !== rows) throw new RangeError(`column '${column.stored}' has ${all.length} rows, not ${rows}`);
  return all;
}

function plainValues(column: ParquetColumn, { element }: Chunk, plain: Uint8Array, count: number): ColumnValues {
  return column.kind === 'bigMoney'
    ? decodeBigMoney(plain, count, element.type_length ?? 0)
    : decodePlain(column.kind, plain, count);
}

function decodePage(
  column: ParquetColumn,
  chunk: Chunk,
  header: PageHeader,
  page: Uint8Array,
  dictionary: ColumnValues | undefined,
): ColumnValues {
  const v2 = header.data_page_header_v2;
  const isIndexed = v2?.encoding === 'RLE_DICTIONARY' || v2?.encoding === 'PLAIN_DICTIONARY';
  if (v2 === undefined || !(isIndexed || v2.encoding === 'PLAIN') || v2.repetition_levels_byte_length > 0) {
    return foreignPage(column, chunk, header, page, dictionary);
  }
  const levelBytes = v2.definition_levels_byte_length;
  const body = page.subarray(levelBytes);
  const size = header.uncompressed_page_size - levelBytes;
  const plain = v2.is_compressed === false ? body : decompressed(chunk, body, size);
  const count = v2.num_values - v2.num_nulls;
  const values = isIndexed ? looked(column, plain, count, dictionary) : plainValues(column, chunk, plain, count);
  if (v2.num_nulls === 0) return values;
  const levels = new Uint8Array(v2.num_values);
  hybrid(page, 1, levels, levelBytes);
  return spread(values, levels);
}

function looked(
  column: ParquetColumn,
  plain: Uint8Array,
  count: number,
  dictionary: ColumnValues | undefined,
): readonly unknown[] {
  const known = dictionary ?? [];
  const indexes = new Uint32Array(count);
  const bits = plain[0] ?? 0;
  if (count > 0) hybrid(plain.subarray(1), bits, indexes, plain.length - 1);
  const values = new Array<unknown>(count);
  for (let i = 0; i < count; i++) {
    const index = indexes[i] ?? 0;
    if (index >= known.length) throw new RangeError(`column '${column.stored}' refers past its dictionary`);
    values[i] = known[index];
  }
  return values;
}

function hybrid(bytes: Uint8Array, bits: number, output: Uint8Array | Uint32Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  readRleBitPackedHybrid({ view, offset: 0 }, bits, output, length);
}

function spread(values: ColumnValues, levels: Uint8Array): readonly unknown[] {
  const all = new Array<unknown>(levels.length);
  let next = 0;
  for (let i = 0; i < levels.length; i++) all[i] = levels[i] === 1 ? values[next++] : undefined;
  if (next !== values.length) throw new RangeError(`${values.length} values for ${next} places`);
  return all;
}

function decompressed({ meta, decompressors }: Chunk, page: Uint8Array, size: number): Uint8Array {
  const codec: CompressionCodec = meta.codec;
  if (codec === 'UNCOMPRESSED') return page;
  const decompress = decompressors[codec];
  if (decompress === undefined) throw new Error(`unsupported compression ${codec}`);
  const plain = decompress(page, size);
  if (plain.length !== size) throw new RangeError(`a page of ${plain.length} bytes where ${size} were announced`);
  return plain;
}

/** A page as other writers make them: version 1, or an encoding that is not ours. */
function foreignPage(
  column: ParquetColumn,
  chunk: Chunk,
  header: PageHeader,
  page: Uint8Array,
  dictionary: ColumnValues | undefined,
): readonly unknown[] {
  const { element, meta, decompressors } = chunk;
  // Without its logical type the decoder hands values over as they are stored, so nothing goes through a double.
  const { type = 'BYTE_ARRAY', type_length, repetition_type, name } = element;
  const bare: SchemaElement = {
    type,
    name,
    ...(type_length === undefined ? {} : { type_length }),
    ...(repetition_type === undefined ? {} : { repetition_type }),
  };
  const root = { element: { name: 'root' }, children: [], count: 0, path: [] };
  const leaf = { element: bare, children: [], count: 1, path: [name] };
  const decoder = {
    pathInSchema: [name],
    type,
    element: bare,
    schemaPath: [root, leaf],
    codec: meta.codec,
    compressors: decompressors,
    parsers: noParsers,
  };
  const v1 = header.data_page_header;
  const { definitionLevels, dataPage } =
    v1 === undefined
      ? readDataPageV2(page, header, decoder)
      : readDataPage(decompressed(chunk, page, header.uncompressed_page_size), v1, decoder);
  const encoding = v1?.encoding ?? header.data_page_header_v2?.encoding ?? 'PLAIN';
  const stored: readonly unknown[] = Array.from<unknown>(dataPage);
  const values = encoding.endsWith('_DICTIONARY')
    ? stored.map((index) => dictionary?.[index as number])
    : stored.map((value) => fromPhysical(column.kind, value));
  if (encoding.endsWith('_DICTIONARY') && values.includes(undefined)) {
    throw new RangeError(`column '${column.stored}' refers past its dictionary`);
  }
  if (definitionLevels === undefined || definitionLevels.length === 0) return values;
  return spread(values, Uint8Array.from(definitionLevels));
}

const unused = (): never => {
  throw new Error('a bare column has no logical type');
};

const noParsers = {
  timestampFromMilliseconds: unused,
  timestampFromMicroseconds: unused,
  timestampFromNanoseconds: unused,
  dateFromDays: unused,
  stringFromBytes: unused,
  jsonFromBytes: unused,
  geometryFromBytes: unused,
  geographyFromBytes: unused,
  uuidFromBytes: unused,
};
