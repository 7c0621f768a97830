import type { Key } from './stream.js';

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

const encoder = new TextEncoder();

/**
 * A stream's key as a message bears it, in UTF-8: its text, or the texts of its parts with U+0000 between, which no text
 * field can hold. Every producer of a stream must write keys so, for records of one key to meet in one partition.
 */
export function keyBytes(key: Key): Uint8Array {
  return encoder.encode(typeof key === 'object' ? key.map(String).join('\u0000') : String(key));
}
