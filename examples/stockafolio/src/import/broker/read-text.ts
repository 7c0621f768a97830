import { isUtf8 } from 'node:buffer';
import { StockafolioError } from '@stockafolio/core';
import { expectReadable, markedEncoding } from '../file-form.js';
import { LineSplitter } from '../line-splitter.js';

/** A file as lines of text. */
export interface FileText {
  readonly lines: readonly string[];
  readonly encoding: string;
}

/** Brokers' files are small; this one is read as a whole. */
export const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The lines of a file in its encoding: the one that is given, that of its byte order mark, UTF-8 if the bytes are valid in
 * it, UTF-16 if every other byte is 0, else a single-byte one.
 *
 * @param singleByte the encoding of a text that is none of these; defaults to windows-1252, which includes ISO-8859-1
 * @throws ERR_USAGE if the file is no text, or not in the given encoding
 */
export function readText(
  name: string,
  bytes: Uint8Array,
  { encoding, singleByte = 'windows-1252' }: { readonly encoding?: string; readonly singleByte?: string } = {},
): FileText {
  expectReadable(name, bytes);
  const used = encoding ?? markedEncoding(bytes) ?? zeroEncoding(bytes) ?? (isUtf8(bytes) ? 'utf-8' : singleByte);
  const text = decoded(name, bytes, used);
  if (text.includes('\0')) {
    throw new StockafolioError('ERR_USAGE', `${name} is not text: it holds bytes that are 0`, {
      hint: 'give its encoding with --encoding, or export it as CSV',
    });
  }
  const splitter = new LineSplitter();
  const utf8 = new Uint8Array(Buffer.from(text));
  const lines = [...splitter.push(utf8), ...splitter.end()];
  return { lines: lines.map((line) => Buffer.from(line.bytes).toString('utf8')), encoding: used };
}

function decoded(name: string, bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StockafolioError('ERR_USAGE', `${name} is not text in ${encoding}, or there is no such encoding`, {
      hint: 'give its encoding with --encoding, or save it as UTF-8',
      cause,
    });
  }
}

/** UTF-16 without a mark: of Latin text, one byte of each pair is 0. */
function zeroEncoding(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 4_096);
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) < head.length / 4) return undefined;
  return even > odd ? 'utf-16be' : 'utf-16le';
}
