import type { FileHandle } from 'node:fs/promises';
import { HEADER, bodyIsWhole, readHeader, type FrameHeader } from './frame.js';
import { corrupt } from './log-error.js';

/** Bytes read at once. */
const CHUNK = 1024 * 1024;

/** A complete, verified frame in memory. */
export interface Frame {
  readonly header: FrameHeader;
  readonly bytes: Buffer;
  /** Where its body begins in `bytes`. */
  readonly body: number;
  /** Where it begins in the file. */
  readonly position: number;
}

/**
 * Scans the frames of one segment, in large chunks, while others may be appending to it. `take` returns the frames in
 * memory; when none are left, `fill` reads more.
 */
export class FrameScanner {
  readonly #handle: FileHandle;
  readonly #path: string;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where the chunk begins in the file. */
  #chunkAt = 0;
  #position: number;
  #nextOffset: number;

  constructor(handle: FileHandle, path: string, position: number, nextOffset: number) {
    this.#handle = handle;
    this.#path = path;
    this.#position = position;
    this.#nextOffset = nextOffset;
  }

  /** Where the next frame begins. */
  get position(): number {
    return this.#position;
  }

  /** The offset of the first message of the next frame. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** The next frame, or undefined if it is not in memory or not valid. */
  take(): Frame | undefined {
    const at = this.#position - this.#chunkAt;
    if (at + HEADER > this.#chunk.length) return undefined;
    const header = readHeader(this.#chunk, at);
    const body = at + HEADER;
    if (header === undefined || body + header.bodyLength > this.#chunk.length) return undefined;
    if (!bodyIsWhole(this.#chunk, body, header)) return undefined;
    if (header.firstOffset !== this.#nextOffset) return undefined;
    const frame = { header, bytes: this.#chunk, body, position: this.#position };
    this.#position += HEADER + header.bodyLength;
    this.#nextOffset += header.count;
    return frame;
  }

  /**
   * Reads more bytes.
   *
   * @returns whether there is a frame to take; if not, the rest of the file is empty or not (yet) a complete frame
   * @throws ERR_LOG_CORRUPT if the bytes there can never become a frame
   */
  async fill(): Promise<boolean> {
    try {
      return await this.#fill();
    } catch {
      // A writer may have cut off a torn end and continued during the read: only a second failure means damage.
      return this.#fill();
    }
  }

  async #fill(): Promise<boolean> {
    const { size } = await this.#handle.stat();
    const left = size - this.#position;
    if (left < HEADER) return false;
    await this.#read(Math.min(left, CHUNK));
    const header = readHeader(this.#chunk, 0);
    if (header === undefined) {
      if (await this.#onlyZeros(left)) return false;
      throw corrupt(this.#path, this.#position, 'the header of a frame has a wrong checksum');
    }
    const length = HEADER + header.bodyLength;
    if (length > left) return false;
    if (length > this.#chunk.length) await this.#read(length);
    if (bodyIsWhole(this.#chunk, HEADER, header)) {
      if (header.firstOffset === this.#nextOffset) return true;
      const what = `offset ${this.#nextOffset} should be here, but it is ${header.firstOffset}`;
      throw corrupt(this.#path, this.#position, what);
    }
    if (length === left) return false;
    throw corrupt(this.#path, this.#position, 'a frame has a wrong checksum, and more follows it');
  }

  async #read(length: number): Promise<void> {
    // New memory each time: the returned values are slices of the old.
    const chunk = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(chunk, filled, length - filled, this.#position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#chunk = chunk.subarray(0, filled);
    this.#chunkAt = this.#position;
  }

  /** Before a power cut a file system may have extended the file without writing the data yet. */
  async #onlyZeros(left: number): Promise<boolean> {
    if (left > 64 * CHUNK) return false;
    await this.#read(left);
    return this.#chunk.every((byte) => byte === 0);
  }
}
