import { StockafolioError } from '@stockafolio/core';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const MEBIBYTE = 1_048_576;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** A line of a file without its end (LF or CRLF), byte for byte; the first one also without a byte order mark. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Cuts chunks of bytes into lines, whatever they hold. Memory is bounded by the longest line that is allowed. */
export class LineSplitter {
  private readonly maxBytes: number;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private count = 0;

  /** @param maxBytes of the longest line; 64 MiB unless told */
  constructor(maxBytes = 64 * MEBIBYTE) {
    this.maxBytes = maxBytes;
  }

  /**
   * The lines that end in this chunk; it must not be written to afterwards.
   *
   * @throws ERR_USAGE where a line is longer than allowed
   */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      this.hold(chunk.subarray(start, end));
      lines.push(this.line());
      start = end + 1;
    }
    if (start < chunk.length) this.hold(chunk.subarray(start));
    return lines;
  }

  /** The last line, where the file does not end with the end of a line. */
  end(): Line[] {
    return this.pendingBytes === 0 ? [] : [this.line()];
  }

  private hold(part: Uint8Array): void {
    this.pending.push(part);
    this.pendingBytes += part.length;
    if (this.pendingBytes <= this.maxBytes) return;
    throw new StockafolioError('ERR_USAGE', `line ${this.count + 1} is longer than ${this.maxBytes / MEBIBYTE} MiB`, {
      hint: 'this seems to be no file of lines; unpack or convert it first',
    });
  }

  private line(): Line {
    const [first = new Uint8Array()] = this.pending;
    let bytes = this.pending.length <= 1 ? first : new Uint8Array(Buffer.concat(this.pending));
    this.pending = [];
    this.pendingBytes = 0;
    this.count += 1;
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (this.count === 1 && BYTE_ORDER_MARK.every((b, i) => bytes[i] === b)) bytes = bytes.subarray(3);
    return { number: this.count, bytes };
  }
}
