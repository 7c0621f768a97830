import { StockafolioError, messageOf } from '../errors/index.js';
import type { Mutation } from '../ports/index.js';
import { deadLetterParts, deadLetters, LETTER_BEGINNING, LETTER_PART, MAX_LETTER } from './system-tables.js';

declare class TextDecoder {
  constructor(encoding: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/** Where a message stands in its partition of the source. */
export interface Place {
  /** Where it is not the engine's own: the message was of this partition when the source had another number of them. */
  readonly partition?: number;
  readonly offset: number;
  /** When the source took it in, epoch milliseconds. */
  readonly ingested: number;
}

/** The rows that set a message aside: its letter, and where it is long its parts. */
export function deadLetter(
  pipeline: string,
  partition: number,
  place: Place,
  operator: string,
  error: unknown,
  message: Uint8Array,
  version: number,
): readonly Mutation[] {
  const code = error instanceof StockafolioError ? error.code : 'ERR_BAD_RECORD';
  const cause = messageOf(error).slice(0, 4_000).toWellFormed().replaceAll('\u0000', '\ufffd');
  const values = [
    pipeline,
    partition,
    place.offset,
    operator,
    code,
    cause,
    '',
    'utf8',
    false,
    place.ingested,
    undefined,
  ];
  return withMessage({ table: deadLetters, values, version }, message);
}

/** The rows of the same letter, with this message. */
export function withMessage(letter: Mutation, message: Uint8Array): readonly Mutation[] {
  const { text, encoding } = readable(message);
  const beginning = wholeUntil(text, 0, LETTER_BEGINNING);
  const values = [...letter.values];
  values.splice(MESSAGE, 3, text.slice(0, beginning), encoding, beginning < text.length);
  const row = { ...letter, values };
  if (beginning === text.length || text.length > MAX_LETTER) return [row];
  const cuts: number[] = [0];
  for (let at = 0; at < text.length;) cuts.push((at = wholeUntil(text, at, LETTER_PART)));
  const key = letter.values.slice(0, deadLetters.keyLength);
  const parts = cuts.slice(1).map((end, part): Mutation => {
    const shown = text.slice(cuts[part], end);
    return { table: deadLetterParts, values: [...key, part, cuts.length - 1, shown], version: letter.version };
  });
  return [row, ...parts];
}

/** Where so many units of a text end from here, without parting a pair of surrogates. */
function wholeUntil(text: string, from: number, units: number): number {
  const end = Math.min(text.length, from + units);
  const isParted = end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return isParted ? end - 1 : end;
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

/** Where a letter's message is, with its encoding and whether it was cut behind it. */
const MESSAGE = deadLetters.columns.findIndex(({ name }) => name === 'message');

/** Text where the bytes are UTF-8 without NUL, base64 otherwise. */
function readable(bytes: Uint8Array): { readonly text: string; readonly encoding: 'utf8' | 'base64' } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\u0000')) return { text, encoding: 'utf8' };
  } catch {
    // not UTF-8: shown in base64
  }
  return { text: base64(bytes), encoding: 'base64' };
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
