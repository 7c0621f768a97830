import { loadPeer, type Peer } from '@stockafolio/core/ports';
import type { Codec } from './codec.js';

const LZ4: Peer = { neededBy: 'messages compressed with lz4', packages: ['lz4-napi@2'] };

/**
 * A frame of LZ4, as all clients write it for this format of batches. Its blocks do not refer to each other, for Java's
 * clients read no others. A byte becomes 255 at most, which bounds what a batch can hold.
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
