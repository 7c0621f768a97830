import type { Encoding, ParquetType, SchemaElement } from 'hyparquet';
import { readDeltas, taken, type Cursor } from './deltas.js';
import { decodeHybrid } from './hybrid.js';
import { parquetPeers } from './peers.js';

/** A value as Parquet stores it; INT96 and both kinds of byte arrays as their bytes. */
export type Physical = number | bigint | boolean | Uint8Array;

/**
 * Decodes this many values of any encoding, as they are stored.
 *
 * @throws RangeError if the page holds fewer, Error ("unsupported ...") if the type does not support the encoding
 */
export function physicalValues(
  element: SchemaElement,
  encoding: Encoding | undefined,
  page: Uint8Array,
  count: number,
): readonly Physical[] {
  if (count === 0) return [];
  const { type = 'BYTE_ARRAY', type_length = 0 } = element;
  // A buffer of its own, so that typed arrays can start at its beginning.
  const bytes = new Uint8Array(page);
  const cursor: Cursor = { bytes, offset: 0 };
  const width = widthOf(type, type_length);
  switch (encoding) {
    case 'PLAIN':
      return type === 'BYTE_ARRAY' ? plainBinaries(cursor, count) : plainFixed(type, width, bytes, count);
    case 'RLE':
      if (type === 'BOOLEAN') return rleBooleans(cursor, count);
      break;
    case 'DELTA_BINARY_PACKED':
      if (type === 'INT32') return readDeltas(cursor, count, 32).map(Number);
      if (type === 'INT64') return readDeltas(cursor, count, 64);
      break;
    case 'DELTA_LENGTH_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY') return inARow(cursor, count);
      break;
    case 'DELTA_BYTE_ARRAY':
      if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return withPrefixes(cursor, count);
      break;
    case 'BYTE_STREAM_SPLIT':
      if (type === 'BOOLEAN' || type === 'BYTE_ARRAY' || type === 'INT96') break;
      enough(bytes, count * width);
      return Array.from<Physical>(
        parquetPeers().byteStreamSplit({ view: new DataView(bytes.buffer), offset: 0 }, count, type, type_length),
      );
    default:
  }
  throw new Error(`unsupported encoding ${encoding ?? 'of an unknown number'} of ${type}`);
}

function widthOf(type: ParquetType, length: number): number {
  switch (type) {
    case 'BOOLEAN':
      return 1 / 8;
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT96':
      return 12;
    case 'FIXED_LEN_BYTE_ARRAY':
      if (!(length > 0)) throw new RangeError(`arrays of ${length} bytes`);
      return length;
    default:
      return 8;
  }
}

function plainFixed(type: ParquetType, width: number, bytes: Uint8Array, count: number): readonly Physical[] {
  enough(bytes, Math.ceil(count * width));
  const { buffer } = bytes;
  switch (type) {
    case 'BOOLEAN':
      return Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) & (1 << (i & 7))) !== 0);
    case 'INT32':
      return Array.from(new Int32Array(buffer, 0, count));
    case 'FLOAT':
      return Array.from(new Float32Array(buffer, 0, count));
    case 'INT64':
      return Array.from(new BigInt64Array(buffer, 0, count));
    case 'DOUBLE':
      return Array.from(new Float64Array(buffer, 0, count));
    default:
      return Array.from({ length: count }, (_, i) => bytes.subarray(i * width, (i + 1) * width));
  }
}

function plainBinaries(cursor: Cursor, count: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let i = 0; i < count; i++) values.push(taken(cursor, uint32(cursor)));
  return values;
}

function rleBooleans(cursor: Cursor, count: number): boolean[] {
  const values = new Uint8Array(count);
  decodeHybrid(taken(cursor, uint32(cursor)), 1, values);
  return Array.from(values, (value) => value === 1);
}

function inARow(cursor: Cursor, count: number): Uint8Array[] {
  return readDeltas(cursor, count, 32).map((length) => taken(cursor, Number(length)));
}

function withPrefixes(cursor: Cursor, count: number): Uint8Array[] {
  const prefixes = readDeltas(cursor, count, 32).map(Number);
  let before = new Uint8Array();
  return inARow(cursor, count).map((suffix, i) => {
    const prefix = prefixes[i] ?? 0;
    if (!(prefix >= 0 && prefix <= before.length)) {
      throw new RangeError(`a prefix of ${prefix} bytes after a text of ${before.length}`);
    }
    const value = new Uint8Array(prefix + suffix.length);
    value.set(before.subarray(0, prefix));
    value.set(suffix, prefix);
    before = value;
    return value;
  });
}

function uint32(cursor: Cursor): number {
  const bytes = taken(cursor, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

function enough(bytes: Uint8Array, wanted: number): void {
  if (bytes.length < wanted) throw new RangeError(`a page of ${bytes.length} bytes where ${wanted} are needed`);
}
