const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const MEBIBYTE = 1_048_576;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** A line of a file without its end, byte for byte; the first one also without a byte order mark. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** If it is longer than allowed: its size in bytes; `bytes` is only its beginning. */
  readonly size?: number;
}

/** The bytes that are kept of a line that is too long. */
export const BEGINNING = 4_096;

/**
 * Splits chunks of bytes into lines, whatever they hold. Memory is bounded by the longest allowed line: of a longer one
 * only the beginning is kept.
 *
 * Lines end with LF or CRLF; if the first one ends with a single CR, CR ends lines as well. Otherwise a CR is a part of
 * its line: JSON may have one between its values.
 */
export class LineSplitter {
  private readonly maxBytes: number;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private count = 0;
  /** Whether a CR ends a line; unknown before the first line ends. */
  private byReturn: boolean | undefined;
  /** Whether a CR has ended the last line: an LF directly after it belongs to it. */
  private afterReturn = false;

  /** @param maxBytes of the longest line; defaults to 64 MiB */
  constructor(maxBytes = 64 * MEBIBYTE) {
    this.maxBytes = maxBytes;
  }

  /** The lines that end in this chunk; do not write to the chunk afterwards. */
  push(chunk: Uint8Array): Line[] {
    if (chunk.length === 0) return [];
    const lines: Line[] = [];
    if (this.byReturn === undefined) this.decide(chunk, lines);
    let start = this.afterReturn && chunk[0] === LINE_FEED ? 1 : 0;
    this.afterReturn = false;
    let feed = chunk.indexOf(LINE_FEED, start);
    let back = this.byReturn === true ? chunk.indexOf(CARRIAGE_RETURN, start) : -1;
    while (feed !== -1 || back !== -1) {
      const end = feed === -1 || (back !== -1 && back < feed) ? back : feed;
      this.hold(chunk.subarray(start, end));
      lines.push(this.line());
      start = end + 1;
      if (end === back && chunk[start] === LINE_FEED) start += 1;
      this.afterReturn = end === back && end + 1 === chunk.length;
      if (feed !== -1 && feed < start) feed = chunk.indexOf(LINE_FEED, start);
      if (back !== -1 && back < start) back = chunk.indexOf(CARRIAGE_RETURN, start);
    }
    if (start < chunk.length) this.hold(chunk.subarray(start));
    return lines;
  }

  /** The last line, if the file does not end with a line end. */
  end(): Line[] {
    return this.pendingBytes === 0 ? [] : [this.line()];
  }

  /** Decides whether lines end with a CR, as soon as this chunk tells. */
  private decide(chunk: Uint8Array, lines: Line[]): void {
    if (this.pending.at(-1)?.at(-1) === CARRIAGE_RETURN) {
      this.byReturn = chunk[0] !== LINE_FEED;
      if (this.byReturn) lines.push(this.line());
      return;
    }
    const feed = chunk.indexOf(LINE_FEED);
    const back = chunk.indexOf(CARRIAGE_RETURN);
    if (back !== -1 && (feed === -1 || back < feed)) {
      // For the last byte, only the next chunk tells whether it is part of CRLF.
      if (back + 1 < chunk.length) this.byReturn = feed !== back + 1;
    } else if (feed !== -1) this.byReturn = false;
  }

  private hold(part: Uint8Array): void {
    const wasTooLong = this.pendingBytes > this.maxBytes;
    this.pendingBytes += part.length;
    if (!wasTooLong) this.pending.push(part);
    if (wasTooLong || this.pendingBytes <= this.maxBytes) return;
    // A copy, so that the chunks can be freed.
    this.pending = [new Uint8Array(Buffer.concat(this.pending).subarray(0, BEGINNING))];
  }

  private line(): Line {
    const [first = new Uint8Array()] = this.pending;
    let bytes = this.pending.length <= 1 ? first : new Uint8Array(Buffer.concat(this.pending));
    const size = this.pendingBytes;
    this.pending = [];
    this.pendingBytes = 0;
    this.count += 1;
    if (size > this.maxBytes) return { number: this.count, bytes: new Uint8Array(bytes), size };
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (this.count === 1 && BYTE_ORDER_MARK.every((b, i) => bytes[i] === b)) bytes = bytes.subarray(3);
    return { number: this.count, bytes };
  }
}
