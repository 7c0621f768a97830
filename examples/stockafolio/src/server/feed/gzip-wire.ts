import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Wire } from './feed-client.js';

/** The header of a gzip file without a name or a time (RFC 1952, section 2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block of deflated data (RFC 1951, section 3.2.6). */
const LAST_BLOCK = Buffer.from([3, 0]);

/** A frame is deflated once, however many clients receive it. */
const deflated = new WeakMap<Uint8Array, Buffer>();

/**
 * Compresses what is written to a wire, as one gzip file.
 *
 * Each frame is deflated alone, up to a full flush. Such pieces can be put one behind the other in any order, so all
 * clients share them, and a client costs no more than the checksum and the length of what it was sent.
 */
export function gzipWire(wire: Wire): Wire {
  let sum = 0;
  let length = 0;
  let begun = false;
  const take = (frame: Uint8Array): Buffer => {
    // zlib takes no bytes as the start of a new sum.
    if (frame.length > 0) sum = crc32(frame, sum);
    length = (length + frame.length) % 2 ** 32;
    const piece = pieceOf(frame);
    if (begun) return piece;
    begun = true;
    return Buffer.concat([HEADER, piece]);
  };
  return {
    write: (frame) => wire.write(take(frame)),
    end: (frame) => {
      const last = frame === undefined ? take(new Uint8Array()) : take(frame);
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(sum, 0);
      trailer.writeUInt32LE(length, 4);
      return wire.end(Buffer.concat([last, LAST_BLOCK, trailer]));
    },
    destroy: () => wire.destroy(),
    on: (event, listener) => wire.on(event, listener),
  };
}

/** Whether a client accepts gzip, by its Accept-Encoding header (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | undefined): boolean {
  for (const coding of (header ?? '').split(',')) {
    const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
    if (name !== 'gzip' && name !== '*') continue;
    return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  }
  return false;
}

function pieceOf(frame: Uint8Array): Buffer {
  let piece = deflated.get(frame);
  if (piece === undefined) {
    piece = deflateRawSync(frame, { level: 4, finishFlush: constants.Z_FULL_FLUSH });
    deflated.set(frame, piece);
  }
  return piece;
}
