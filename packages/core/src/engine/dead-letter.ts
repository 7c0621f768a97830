import { StockafolioError, messageOf } from '../errors/index.js';
import type { Mutation } from '../ports/index.js';
import { deadLetters, MAX_LETTER } from './system-tables.js';

declare class TextDecoder {
  constructor(encoding: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/** Where a message stands in its partition of the source. */
export interface Place {
  readonly offset: number;
  /** When the source took it in, epoch milliseconds. */
  readonly ingested: number;
}

/** The row that sets a message aside. */
export function deadLetter(
  pipeline: string,
  partition: number,
  place: Place,
  operator: string,
  error: unknown,
  message: Uint8Array,
  version: number,
): Mutation {
  const { text, encoding, truncated } = readable(message);
  const code = error instanceof StockafolioError ? error.code : 'ERR_BAD_RECORD';
  return {
    table: deadLetters,
    values: [
      pipeline,
      partition,
      place.offset,
      operator,
      code,
      messageOf(error).slice(0, 4_000).toWellFormed().replaceAll('\u0000', '\ufffd'),
      text,
      encoding,
      truncated,
      place.ingested,
      undefined,
    ],
    version,
  };
}

/** The same letter, with this message. */
export function withMessage(letter: Mutation, message: Uint8Array): Mutation {
  const values = [...letter.values];
  const { text, encoding, truncated } = readable(message);
  values.splice(MESSAGE, 3, text, encoding, truncated);
  return { ...letter, values };
}

/** A record or a figure as JSON, for letters of what no codec has a form for. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) as
    string | undefined;
  return text ?? String(value);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Where a letter's message is, its encoding and whether it was cut behind it. */
const MESSAGE = deadLetters.columns.findIndex(({ name }) => name === 'message');

/** Text where the bytes are UTF-8 without NUL, base64 otherwise; cut to what a row holds. */
function readable(bytes: Uint8Array): { text: string; encoding: 'utf8' | 'base64'; truncated: boolean } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\u0000')) {
      return { text: text.slice(0, MAX_LETTER).toWellFormed(), encoding: 'utf8', truncated: text.length > MAX_LETTER };
    }
  } catch {
    // not UTF-8: shown in base64
  }
  const most = Math.floor(MAX_LETTER / 4) * 3;
  return { text: base64(bytes.subarray(0, most)), encoding: 'base64', truncated: bytes.length > most };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, section 4. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const at = (shift: number): string => alphabet.charAt((word >>> shift) & 63);
    parts.push(at(18), at(12), b === undefined ? '=' : at(6), c === undefined ? '=' : at(0));
  }
  return parts.join('');
}
