import type { Key } from './stream.js';

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

const encoder = new TextEncoder();

/** The longest text whose bytes are written here: a call of the encoder costs more than these. */
const SHORT = 32;

/**
 * A stream's key as messages contain it, in UTF-8: its text, or the texts of its parts joined by U+0000, which no text
 * field can hold. Every producer of a stream must write keys like this, so that the records of one key are in one
 * partition.
 */
export function keyBytes(key: Key): Uint8Array {
  const text = keyText(key);
  if (text.length > SHORT) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[i] = unit;
  }
  return bytes;
}

/** The text of a key, whose UTF-8 are its bytes. */
export function keyText(key: Key): string {
  return typeof key === 'object' ? key.map(String).join('\u0000') : String(key);
}
