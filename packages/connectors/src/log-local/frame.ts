import { crc32 } from 'node:zlib';
import type { OutgoingMessage, SourceMessage } from '@stockafolio/core/ports';

/*
 * A segment is a sequence of frames. Each holds messages with consecutive offsets that were written together. All
 * numbers are little-endian.
 *
 *   header   u32 CRC-32 of the rest of the header
 *            u32 bytes of the body
 *            u32 CRC-32 of the body
 *            u32 number of messages
 *            f64 offset of the first message
 *   body     for each message
 *            f64 timestamp
 *            i32 bytes of the key, -1 for none
 *            u32 bytes of the headers (JSON), 0 for none
 *            i32 bytes of the value, -1 for none
 *            key, headers, value
 *
 * The header has its own checksum, so that a damaged length is not mistaken for a frame that is still being written.
 */
export const HEADER = 24;
const MESSAGE = 20;

/**
 * A frame is closed at about this many bytes: this bounds what a torn write loses, and what is read again at the end of
 * a chunk.
 */
const FRAME = 128 * 1024;

export interface FrameHeader {
  readonly bodyLength: number;
  readonly bodyCrc: number;
  readonly count: number;
  readonly firstOffset: number;
}

/** The header at this position, or undefined if its checksum is wrong. */
export function readHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  if (crc32(bytes.subarray(at + 4, at + HEADER)) !== bytes.readUInt32LE(at)) return undefined;
  return {
    bodyLength: bytes.readUInt32LE(at + 4),
    bodyCrc: bytes.readUInt32LE(at + 8),
    count: bytes.readUInt32LE(at + 12),
    firstOffset: bytes.readDoubleLE(at + 16),
  };
}

/** Whether the body at this position, after the header, is what was written. */
export function bodyIsWhole(bytes: Buffer, at: number, header: FrameHeader): boolean {
  return crc32(bytes.subarray(at, at + header.bodyLength)) === header.bodyCrc;
}

/** Reads the messages of one body in order; keys and values are slices of the same memory. */
export class BodyReader {
  readonly #bytes: Buffer;
  #at: number;
  #offset: number;
  #left: number;

  constructor(bytes: Buffer, at: number, header: FrameHeader) {
    this.#bytes = bytes;
    this.#at = at;
    this.#offset = header.firstOffset;
    this.#left = header.count;
  }

  get left(): number {
    return this.#left;
  }

  skipTo(offset: number): void {
    while (this.#left > 0 && this.#offset < offset) this.next();
  }

  next(): SourceMessage {
    const bytes = this.#bytes;
    const at = this.#at;
    const timestamp = bytes.readDoubleLE(at);
    const keyLength = bytes.readInt32LE(at + 8);
    const headersLength = bytes.readUInt32LE(at + 12);
    const afterKey = at + MESSAGE + Math.max(keyLength, 0);
    const afterHeaders = afterKey + headersLength;
    const valueLength = bytes.readInt32LE(at + 16);
    this.#at = afterHeaders + Math.max(valueLength, 0);
    const key = keyLength < 0 ? null : bytes.subarray(at + MESSAGE, afterKey);
    const value = valueLength < 0 ? null : bytes.subarray(afterHeaders, this.#at);
    const offset = this.#offset;
    this.#offset += 1;
    this.#left -= 1;
    if (headersLength === 0) return { offset, timestamp, key, value };
    const headers = JSON.parse(bytes.toString('utf8', afterKey, afterHeaders)) as Record<string, string>;
    return { offset, timestamp, key, value, headers };
  }
}

/** A message to write, with its time. */
export type TimedMessage = OutgoingMessage & { readonly timestamp: number };

/** Frames ready to be written, in memory that the next call reuses. */
export interface EncodedFrames {
  readonly bytes: Buffer;
  /** Where each frame ends, and the offset that follows it. */
  readonly ends: readonly { readonly position: number; readonly nextOffset: number }[];
}

/** Encodes messages into frames, in a reused buffer that grows to the largest batch. */
export class FrameEncoder {
  #bytes = Buffer.allocUnsafeSlow(2 * FRAME);

  encode(messages: readonly TimedMessage[], firstOffset: number): EncodedFrames {
    const ends: { position: number; nextOffset: number }[] = [];
    let offset = firstOffset;
    let start = 0;
    let at = HEADER;
    for (const message of messages) {
      at = this.#put(message, at);
      offset += 1;
      if (at - start >= FRAME) {
        this.#close(start, at, offset - (ends.at(-1)?.nextOffset ?? firstOffset), offset);
        ends.push({ position: at, nextOffset: offset });
        start = at;
        at += HEADER;
      }
    }
    const count = offset - (ends.at(-1)?.nextOffset ?? firstOffset);
    if (count > 0) {
      this.#close(start, at, count, offset);
      ends.push({ position: at, nextOffset: offset });
    }
    return { bytes: this.#bytes.subarray(0, ends.at(-1)?.position ?? 0), ends };
  }

  #put({ key, value, timestamp, headers }: TimedMessage, at: number): number {
    const headerBytes = headers === undefined ? undefined : Buffer.from(JSON.stringify(headers));
    const headersLength = headerBytes?.length ?? 0;
    const keyLength = key?.length ?? 0;
    const end = at + MESSAGE + keyLength + headersLength + (value?.length ?? 0);
    // Also ensures space for the header of the next frame.
    this.#ensure(end + HEADER);
    const bytes = this.#bytes;
    bytes.writeDoubleLE(timestamp, at);
    bytes.writeInt32LE(key === null ? -1 : keyLength, at + 8);
    bytes.writeUInt32LE(headersLength, at + 12);
    bytes.writeInt32LE(value === null ? -1 : value.length, at + 16);
    if (key !== null) bytes.set(key, at + MESSAGE);
    if (headerBytes !== undefined) bytes.set(headerBytes, at + MESSAGE + keyLength);
    if (value !== null) bytes.set(value, end - value.length);
    return end;
  }

  #close(start: number, end: number, count: number, nextOffset: number): void {
    const bytes = this.#bytes;
    const body = start + HEADER;
    bytes.writeUInt32LE(end - body, start + 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(body, end)), start + 8);
    bytes.writeUInt32LE(count, start + 12);
    bytes.writeDoubleLE(nextOffset - count, start + 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(start + 4, body)), start);
  }

  #ensure(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
