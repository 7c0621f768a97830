import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ColumnMetaData, CompressionCodec } from 'hyparquet';
import { decompressLz4Block } from './lz4-block.js';
import { loadParquetPeers } from './peers.js';
import { loadZstd } from './zstd.js';

/** A page's content, of exactly `size` bytes. @throws any Error if it is not */
export type Decompress = (page: Uint8Array, size: number) => Uint8Array;

export type Decompressors = Partial<Record<CompressionCodec, Decompress>>;

/** Larger pages are rejected: their content would have to be in memory at once. */
const LARGEST = 2 ** 28;

/**
 * Largest possible output of one input byte. Memory is allocated for the announced size, so that size must be possible.
 */
const mostFromAByte: Partial<Record<CompressionCodec, number>> = { SNAPPY: 64, LZ4_RAW: 256, ZSTD: 65_536 };

/**
 * Zstandard in WebAssembly reads five times as fast as the one in JavaScript; files of other writers may use more
 * codecs.
 */
export async function decompressorsFor(metas: readonly ColumnMetaData[]): Promise<Decompressors> {
  const zstd = await loadZstd();
  const own: Decompressors = { ZSTD: (page, size) => zstd.decompress(page, size) };
  if (metas.every(({ codec }) => codec === 'ZSTD' || codec === 'UNCOMPRESSED')) return own;
  const { compressors } = await loadParquetPeers();
  const snappy = compressors.SNAPPY;
  return {
    ...own,
    // Both stop if there is more than was announced.
    GZIP: (page, size) => plain(gunzipSync(page, { maxOutputLength: Math.max(1, size) })),
    BROTLI: (page, size) => plain(brotliDecompressSync(page, { maxOutputLength: Math.max(1, size) })),
    LZ4_RAW: decompressLz4Block,
    ...(snappy === undefined ? {} : { SNAPPY: (page, size) => snappy(checkedSnappy(page, size), size) }),
  };
}

/**
 * The content of a page. The chunk's total size in the footer is ignored, because some writers state it wrong.
 *
 * @param size the size in the page's header
 */
export function decompressPage(
  decompressors: Decompressors,
  codec: CompressionCodec | undefined,
  page: Uint8Array,
  size: number,
): Uint8Array {
  if (codec === undefined) throw new Error('unsupported compression of an unknown number');
  // An uncompressed page of nulls holds nothing at all. Without the check for 0, 0 times infinity would not be a
  // number.
  if (!(size >= 0 && (size === 0 || size <= page.length * (mostFromAByte[codec] ?? Infinity)))) {
    throw new RangeError(`a page of ${page.length} bytes that announces ${size}`);
  }
  if (size > LARGEST) throw new Error(`a page of ${size} bytes is not supported`);
  if (codec === 'UNCOMPRESSED') {
    if (page.length !== size) throw new RangeError(`a page of ${page.length} bytes where ${size} were announced`);
    return page;
  }
  // Some writers store no frame for empty content.
  if (size === 0) return new Uint8Array();
  const decompress = decompressors[codec];
  if (decompress === undefined) throw new Error(`unsupported compression ${codec}`);
  const content = decompress(page, size);
  if (content.length !== size) throw new RangeError(`a page of ${content.length} bytes where ${size} were announced`);
  return content;
}

/** A plain array instead of a Buffer, whose `slice` is a view and not a copy. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** A Snappy page begins with its size; the decoder would allocate whatever that says. */
function checkedSnappy(page: Uint8Array, size: number): Uint8Array {
  let claimed = 0;
  let at = 0;
  for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
    const byte = page[at++] ?? 0;
    claimed += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  if (claimed !== size) throw new RangeError(`a page of ${claimed} bytes where ${size} were announced`);
  return page;
}
