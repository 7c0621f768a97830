import type { Key } from './stream.js';

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

const encoder = new TextEncoder();

/**
 * A stream's key as messages contain it, in UTF-8: its text, or the texts of its parts joined by U+0000, which no text
 * field can hold. Every producer of a stream must write keys like this, so that the records of one key are in one
 * partition.
 */
export function keyBytes(key: Key): Uint8Array {
  return encoder.encode(typeof key === 'object' ? key.map(String).join('\u0000') : String(key));
}
