import { loadParquetPeers, type ParquetPeers } from './peers.js';

type ZstdModule = ParquetPeers['zstd'];

/**
 * Loaded once per process, even from several copies of this module: the package keeps one instance, and a second `init`
 * would invalidate the memory of the first. So copies of this module share one promise.
 */
const LOADED = Symbol.for('stockafolio.zstd');
const shared = globalThis as { [LOADED]?: Promise<void> };

/** Zstandard, loaded once per process. The level is 1: level 3 took a third longer and made nothing smaller here. */
export interface Zstd {
  compress(bytes: Uint8Array): Uint8Array;
  /** @throws Error if the bytes are not a frame of exactly this much content */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
}

export async function loadZstd(): Promise<Zstd> {
  const { zstd } = await loadParquetPeers();
  shared[LOADED] ??= works(zstd) ? Promise.resolve() : zstd.init();
  await shared[LOADED];
  return {
    compress: (bytes) => zstd.compress(bytes, 1),
    decompress: (bytes, size) => checkedDecompress(zstd, bytes, size),
  };
}

/** Whether other code in this process has loaded it already. */
function works({ compress, decompress }: ZstdModule): boolean {
  try {
    return decompress(compress(new Uint8Array(8), 1)).length === 8;
  } catch {
    return false;
  }
}

/** A failed allocation for a wrong size is fatal, so the size in the frame is checked first. */
function checkedDecompress({ decompress }: ZstdModule, bytes: Uint8Array, size: number): Uint8Array {
  const claimed = contentSize(bytes);
  if (claimed !== undefined && claimed !== size)
    throw new Error(`a page of ${claimed} bytes where ${size} were announced`);
  const content = decompress(bytes, { defaultHeapSize: size });
  if (content.length !== size) throw new Error(`a page of ${content.length} bytes where ${size} were announced`);
  return content;
}

/** The content size that a Zstandard frame states (RFC 8878, 3.1.1.1); undefined if it states none. */
function contentSize(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== 0xfd2fb528)
    throw new Error('a page that is not a Zstandard frame');
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
