import { StockafolioError } from '@stockafolio/core';
import { BEGINNING, type Line } from './line-splitter.js';

const MEBIBYTE = 1_048_576;
const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
const SPACES = new Set([9, 10, 13, 32]);

/**
 * Splits chunks of bytes that form one JSON array into its elements, byte for byte, numbered from 1. It does not check
 * whether an element is valid. Memory is bounded by the longest allowed element: of a longer one only the beginning is
 * kept.
 */
export class ArraySplitter {
  private readonly maxBytes: number;
  private state: 'before' | 'within' | 'after' = 'before';
  private parts: Uint8Array[] = [];
  private size = 0;
  private line = 1;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private count = 0;

  /** @param maxBytes of the longest element; defaults to 64 MiB */
  constructor(maxBytes = 64 * MEBIBYTE) {
    this.maxBytes = maxBytes;
  }

  /**
   * The elements that end in this chunk; do not write to the chunk afterwards.
   *
   * @throws ERR_USAGE if there is something before or after the array
   */
  push(chunk: Uint8Array): Line[] {
    const elements: Line[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LINE_FEED) this.line += 1;
      if (this.state !== 'within') {
        this.outside(byte);
        start = at + 1;
      } else if (this.size === 0 && start === at && SPACES.has(byte)) {
        start = at + 1;
      } else {
        if (!this.endsAt(byte)) continue;
        this.hold(chunk.subarray(start, at));
        this.take(byte, elements);
        start = at + 1;
      }
    }
    if (this.state === 'within') this.hold(chunk.subarray(start));
    return elements;
  }

  /** @throws ERR_USAGE if the array is not closed */
  end(): Line[] {
    if (this.state === 'after') return [];
    throw new StockafolioError('ERR_USAGE', `the array of the file is not closed: it ends on line ${this.line}`, {
      hint: 'the file is truncated: copy it again from a complete one',
    });
  }

  private outside(byte: number): void {
    if (SPACES.has(byte)) return;
    // A byte order mark is also allowed before the array.
    if (this.state === 'before' && byte === OPEN_ARRAY) this.state = 'within';
    else if (this.state === 'after' || byte < 0x80) {
      throw new StockafolioError('ERR_USAGE', `line ${this.line} has something ${this.state} the array of the file`, {
        hint: 'a JSON file is one array of trades, or has one trade a line',
      });
    }
  }

  /** Whether the element ends before this byte. */
  private endsAt(byte: number): boolean {
    if (this.inText) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inText = false;
      return false;
    }
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.depth += 1;
    else if (this.depth === 0) return byte === COMMA || byte === CLOSE_ARRAY;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.depth -= 1;
    return false;
  }

  private hold(part: Uint8Array): void {
    if (part.length === 0) return;
    const wasTooLong = this.size > this.maxBytes;
    this.size += part.length;
    if (!wasTooLong) this.parts.push(part);
    if (wasTooLong || this.size <= this.maxBytes) return;
    // A copy, so that the chunks can be freed.
    this.parts = [new Uint8Array(Buffer.concat(this.parts).subarray(0, BEGINNING))];
  }

  /** Ends an element; an empty array has none. */
  private take(byte: number, elements: Line[]): void {
    const isLast = byte === CLOSE_ARRAY;
    if (this.size > 0 || !isLast || this.count > 0) {
      const bytes =
        this.parts.length === 1 ? (this.parts[0] ?? new Uint8Array()) : new Uint8Array(Buffer.concat(this.parts));
      const cut = this.size > this.maxBytes ? { size: this.size } : {};
      elements.push({ number: (this.count += 1), bytes, ...cut });
    }
    this.parts = [];
    this.size = 0;
    if (isLast) this.state = 'after';
  }
}
