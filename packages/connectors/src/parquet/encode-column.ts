import { crc32 } from 'node:zlib';
import type { ColumnChunk, ColumnMetaData, Encoding } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { StockafolioError } from '@stockafolio/core';
import { bitsFor, packed } from './bit-packing.js';
import { schemaElements, type ParquetColumn } from './columns.js';
import { buildDictionary } from './dictionary.js';
import { encodePlain, type Bounds } from './encode-plain.js';
import { parquetPeers } from './peers.js';
import type { Zstd } from './zstd.js';

/** Where column chunks are written, and how. */
export interface ChunkTarget {
  readonly writer: ByteWriter;
  readonly zstd: Zstd;
}

/**
 * Writes a column of one row group, as one page after its dictionary, and returns its metadata for the footer.
 *
 * @throws ERR_ROW_INVALID if a value is missing, ERR_OVERFLOW if one does not fit
 */
export function writeChunk(target: ChunkTarget, column: ParquetColumn, values: readonly unknown[]): ColumnChunk {
  if (!column.optional && values.includes(undefined)) {
    throw new StockafolioError('ERR_ROW_INVALID', `row ${values.indexOf(undefined)} has no '${column.stored}'`);
  }
  const start = target.writer.offset;
  const present = column.optional ? values.filter((value) => value !== undefined && value !== null) : values;
  const levels = column.optional ? levelsOf(values) : new Uint8Array();
  const rows = { values: values.length, nulls: values.length - present.length, levels };
  const size = { uncompressed: 0 };
  const isText = column.kind === 'text' || column.kind === 'oneOf';
  const dictionary = isText ? buildDictionary(present as readonly string[]) : undefined;

  let bounds: Bounds | undefined;
  let data_page_offset = start;
  let encoding: Encoding = 'PLAIN';
  if (dictionary === undefined) {
    const plain = encodePlain(column.kind, present);
    bounds = plain.bounds;
    size.uncompressed += writeDataPage(target, rows, plain.bytes, encoding);
  } else {
    encoding = 'RLE_DICTIONARY';
    size.uncompressed += writeDictionary(
      target,
      encodePlain('text', dictionary.values).bytes,
      dictionary.values.length,
    );
    data_page_offset = target.writer.offset;
    const bits = bitsFor(Math.max(0, dictionary.values.length - 1));
    const indexes = packed(dictionary.indexes, present.length, bits);
    const body = new Uint8Array(1 + indexes.length);
    body[0] = bits;
    body.set(indexes, 1);
    size.uncompressed += writeDataPage(target, rows, body, encoding);
  }
  const meta_data: ColumnMetaData = {
    type: schemaElements([column])[1]?.type ?? 'BYTE_ARRAY',
    encodings: dictionary === undefined ? ['PLAIN', 'RLE'] : ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
    path_in_schema: [column.stored],
    codec: 'ZSTD',
    num_values: BigInt(values.length),
    total_uncompressed_size: BigInt(size.uncompressed),
    total_compressed_size: BigInt(target.writer.offset - start),
    data_page_offset: BigInt(data_page_offset),
    ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(start) }),
    statistics: {
      null_count: BigInt(rows.nulls),
      ...(bounds === undefined ? {} : { min_value: bounds.min, max_value: bounds.max }),
    },
  };
  return { file_offset: BigInt(start), meta_data };
}

interface PageRows {
  readonly values: number;
  readonly nulls: number;
  /** Definition levels: which of the values are present. */
  readonly levels: Uint8Array;
}

function levelsOf(values: readonly unknown[]): Uint8Array {
  const levels = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) levels[i] = values[i] === undefined || values[i] === null ? 0 : 1;
  return packed(levels, values.length, 1);
}

function writeDictionary({ writer, zstd }: ChunkTarget, plain: Uint8Array, count: number): number {
  const compressed = zstd.compress(plain);
  const start = writer.offset;
  parquetPeers().writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: plain.length,
    compressed_page_size: compressed.length,
    crc: crc32(compressed) | 0,
    dictionary_page_header: { num_values: count, encoding: 'PLAIN' },
  });
  const header = writer.offset - start;
  writer.appendBytes(compressed);
  return header + plain.length;
}

function writeDataPage({ writer, zstd }: ChunkTarget, rows: PageRows, plain: Uint8Array, encoding: Encoding): number {
  const { levels } = rows;
  const compressed = zstd.compress(plain);
  const is_compressed = compressed.length < plain.length;
  const body = is_compressed ? compressed : plain;
  const start = writer.offset;
  parquetPeers().writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.length + plain.length,
    compressed_page_size: levels.length + body.length,
    // crc32 of no bytes returns 0, whatever its start value.
    crc: (body.length === 0 ? crc32(levels) : crc32(body, crc32(levels))) | 0,
    data_page_header_v2: {
      num_values: rows.values,
      num_nulls: rows.nulls,
      num_rows: rows.values,
      encoding,
      definition_levels_byte_length: levels.length,
      repetition_levels_byte_length: 0,
      is_compressed,
    },
  });
  const header = writer.offset - start;
  writer.appendBytes(levels);
  writer.appendBytes(body);
  return header + levels.length + plain.length;
}
