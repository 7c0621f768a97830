import { loadPeer, type Peer } from '@stockafolio/core/ports';
import type { Codec } from './codec.js';

const LZ4: Peer = { neededBy: 'messages compressed with lz4', packages: ['lz4-napi@2'] };

/**
 * An LZ4 frame, as all clients write it for this format of batches. Its blocks are independent, because Java's clients
 * read no others. One byte becomes 255 bytes at most, which bounds the content of a batch.
 *
 * @throws ERR_PEER_MISSING
 */
export async function loadLz4(): Promise<Codec> {
  const { compressFrameSync, decompressFrameSync } = await loadPeer(LZ4, () => import('lz4-napi'));
  return {
    compress: (records) => compressFrameSync(records),
    decompress: (bytes) => decompressFrameSync(bytes),
  };
}
