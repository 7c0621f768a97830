import { loadPeer, type Peer } from '@stockafolio/core/ports';
import { LARGEST, tooLarge, type Codec } from './codec.js';

const SNAPPY: Peer = { neededBy: 'messages compressed with snappy', packages: ['snappy@7'] };

/** The first bytes of a stream from Java's clients; two version numbers follow. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEAD = FRAMED.length + 8;

/**
 * Java's clients write blocks of Snappy, each after its length, in the framing of xerial's SnappyOutputStream;
 * librdkafka and others write one block without framing. All of them read both forms, so the plain block is written.
 *
 * @throws ERR_PEER_MISSING
 */
export async function loadSnappy(): Promise<Codec> {
  const { compressSync, uncompressSync } = await loadPeer(SNAPPY, () => import('snappy'));
  const decompressBlock = (block: Buffer): Buffer => {
    if (contentSize(block) > LARGEST) throw tooLarge();
    const content = uncompressSync(block, { asBuffer: true });
    if (typeof content === 'string') throw new TypeError('snappy gave a text');
    return content;
  };
  return {
    compress: (records) => compressSync(records),
    decompress: (bytes) => {
      if (!isFramed(bytes, 0)) return decompressBlock(bytes);
      let size = 0;
      const blocks = [...blocksOf(bytes)].map((block) => {
        size += contentSize(block);
        if (size > LARGEST) throw tooLarge();
        return decompressBlock(block);
      });
      return Buffer.concat(blocks);
    },
  };
}

/** The blocks of a framed stream. Several streams may follow one another. */
function* blocksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    if (isFramed(bytes, at)) {
      at += HEAD;
      continue;
    }
    const length = bytes.readInt32BE(at);
    const end = at + 4 + length;
    if (length < 0 || end > bytes.length) throw new RangeError('a block of Snappy is cut off');
    yield bytes.subarray(at + 4, end);
    at = end;
  }
}

function isFramed(bytes: Buffer, at: number): boolean {
  return bytes.length >= at + HEAD && FRAMED.equals(bytes.subarray(at, at + FRAMED.length));
}

/** The content size that a block states, in up to five bytes of seven bits. */
function contentSize(block: Buffer): number {
  let size = 0;
  for (let n = 0; n < 5; n++) {
    const byte = block[n] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * n);
    if (byte < 0x80) break;
  }
  return size;
}
