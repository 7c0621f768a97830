import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ColumnMetaData, CompressionCodec } from 'hyparquet';
import { decompressLz4Block } from './lz4-block.js';
import { loadParquetPeers } from './peers.js';
import { loadZstd } from './zstd.js';

/** A page's content, of exactly `size` bytes. @throws any Error where it is not */
export type Decompress = (page: Uint8Array, size: number) => Uint8Array;

export type Decompressors = Partial<Record<CompressionCodec, Decompress>>;

/** Larger pages are refused: their content would have to be in memory at once. */
const LARGEST = 2 ** 28;

/** What a byte can become at most; room is made for what a page announces, so it must be possible. */
const mostFromAByte: Partial<Record<CompressionCodec, number>> = { SNAPPY: 64, LZ4_RAW: 256, ZSTD: 65_536 };

/** Zstandard in WebAssembly reads five times as fast as the one in JavaScript; files of other writers may use more. */
export async function decompressorsFor(metas: readonly ColumnMetaData[]): Promise<Decompressors> {
  const zstd = await loadZstd();
  const own: Decompressors = { ZSTD: (page, size) => zstd.decompress(page, size) };
  if (metas.every(({ codec }) => codec === 'ZSTD' || codec === 'UNCOMPRESSED')) return own;
  const { compressors } = await loadParquetPeers();
  const snappy = compressors.SNAPPY;
  return {
    ...own,
    // Both stop where there is more than was announced.
    GZIP: (page, size) => plain(gunzipSync(page, { maxOutputLength: Math.max(1, size) })),
    BROTLI: (page, size) => plain(brotliDecompressSync(page, { maxOutputLength: Math.max(1, size) })),
    LZ4_RAW: decompressLz4Block,
    ...(snappy === undefined ? {} : { SNAPPY: (page, size) => snappy(checkedSnappy(page, size), size) }),
  };
}

/**
 * The content of a page. What the footer says all pages of the chunk hold is not asked: writers were wrong about it.
 *
 * @param size what the page's header announces
 */
export function decompressPage(
  decompressors: Decompressors,
  codec: CompressionCodec | undefined,
  page: Uint8Array,
  size: number,
): Uint8Array {
  if (codec === undefined) throw new Error('unsupported compression of an unknown number');
  // Nothing at all is what an uncompressed page of nulls holds; else 0 times infinity would be no number.
  if (!(size >= 0 && (size === 0 || size <= page.length * (mostFromAByte[codec] ?? Infinity)))) {
    throw new RangeError(`a page of ${page.length} bytes that announces ${size}`);
  }
  if (size > LARGEST) throw new Error(`a page of ${size} bytes is not supported`);
  if (codec === 'UNCOMPRESSED') {
    if (page.length !== size) throw new RangeError(`a page of ${page.length} bytes where ${size} were announced`);
    return page;
  }
  // Of no content some writers store no frame either.
  if (size === 0) return new Uint8Array();
  const decompress = decompressors[codec];
  if (decompress === undefined) throw new Error(`unsupported compression ${codec}`);
  const content = decompress(page, size);
  if (content.length !== size) throw new RangeError(`a page of ${content.length} bytes where ${size} were announced`);
  return content;
}

/** Not a Buffer, whose `slice` is a view where that of other arrays is a copy. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** A Snappy page begins with its size; the decoder would make room for whatever that says. */
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
