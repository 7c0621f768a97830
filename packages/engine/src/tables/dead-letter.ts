import { messageOf, StockafolioError } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { DefectError } from '../flow/defect.js';
import { deadLetterParts, deadLetters, MESSAGE_BEGINNING, MESSAGE_PART, MAX_MESSAGE } from './system-tables.js';

declare class TextDecoder {
  constructor(encoding: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/** The position of a message in its source. */
export interface RecordPosition {
  /** The index of its stream among those of the pipeline; defaults to the first. */
  readonly input?: number;
  /**
   * Given if it is not the engine's own partition: the message was in this one when the source had a different number
   * of them.
   */
  readonly partition?: number;
  readonly offset: number;
  /** When the source received it, epoch milliseconds. */
  readonly ingested: number;
}

/** The rows that dead-letter a message: its row in `dead_letters`, and the parts of its text if it is long. */
export function deadLetter(
  pipeline: string,
  partition: number,
  position: RecordPosition,
  operator: string,
  error: unknown,
  message: Uint8Array,
  version: number,
): readonly Mutation[] {
  const { code, cause } = reasonOf(error);
  const values = [
    pipeline,
    partition,
    position.offset,
    operator,
    code,
    cause,
    '',
    'utf8',
    false,
    position.ingested,
    undefined,
  ];
  return withMessage({ table: deadLetters, values, version }, message);
}

/** Why a message is dead-lettered, as its row says it. */
export function reasonOf(error: unknown): { readonly code: string; readonly cause: string } {
  const code = error instanceof StockafolioError ? error.code : 'ERR_BAD_RECORD';
  const text = error instanceof DefectError ? `${error.message}\n${error.frames}` : messageOf(error);
  return { code, cause: text.slice(0, 4_000).toWellFormed().replaceAll('\u0000', '\ufffd') };
}

/** The rows of the same dead letter, with this message. */
export function withMessage(row: Mutation, message: Uint8Array): readonly Mutation[] {
  const { text, encoding } = readable(message);
  const beginning = endOfPart(text, 0, MESSAGE_BEGINNING);
  const values = [...row.values];
  values.splice(MESSAGE, 3, text.slice(0, beginning), encoding, beginning < text.length);
  const whole = { ...row, values };
  if (beginning === text.length || text.length > MAX_MESSAGE) return [whole];
  const cuts: number[] = [0];
  for (let at = 0; at < text.length;) cuts.push((at = endOfPart(text, at, MESSAGE_PART)));
  const key = row.values.slice(0, deadLetters.keyLength);
  const parts = cuts.slice(1).map((end, n): Mutation => {
    const part = text.slice(cuts[n], end);
    return { table: deadLetterParts, values: [...key, n, cuts.length - 1, part], version: row.version };
  });
  return [whole, ...parts];
}

/** The end of this many units of a text from `from`, without splitting a surrogate pair. */
function endOfPart(text: string, from: number, units: number): number {
  const end = Math.min(text.length, from + units);
  const isSplit = end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return isSplit ? end - 1 : end;
}

/** A record or a figure as JSON, for dead letters of values that no codec can encode. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) as
    string | undefined;
  return text ?? String(value);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The column of the message; its encoding and whether it was truncated follow. */
const MESSAGE = deadLetters.columns.findIndex(({ name }) => name === 'message');

/** Text if the bytes are UTF-8 without NUL, otherwise base64. */
function readable(bytes: Uint8Array): { readonly text: string; readonly encoding: 'utf8' | 'base64' } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\u0000')) return { text, encoding: 'utf8' };
  } catch {
    // not UTF-8: encoded as base64
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
