import { canCompile, compile } from '../compile/compile.js';

/** What every runtime has, declared here because core depends on no platform's types. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

// A byte order mark is kept, so that it is rejected as JSON.parse rejects it.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of UTF-8 bytes. @throws TypeError if they are not UTF-8 */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Node's Buffer reads ASCII several times faster than any script; other runtimes have no such method. */
interface Latin1Source {
  latin1Slice(start: number, end: number): string;
}

export function hasLatin1(bytes: object): bytes is Latin1Source {
  return 'latin1Slice' in bytes;
}

/**
 * Up to this many characters, one call of fromCharCode with an argument for each is faster than latin1Slice (94 against
 * 183 nanoseconds for 12 characters, Node 20).
 */
const SHORT = 20;

type Reader = (bytes: Uint8Array, start: number) => string;

/** By length. The code of a length is compiled when the first text of that length is read. */
const readers: Reader[] = Array.from({ length: SHORT + 1 }, (_, length) => (bytes, start) => {
  const read = canCompile() ? compiledReader(length) : plainReader(length);
  readers[length] = read;
  return read(bytes, start);
});

export function compiledReader(length: number): Reader {
  const codes = Array.from({ length }, (_, i) => `b[i + ${i}]`);
  return compile('texts', {}, `return (b, i) => String.fromCharCode(${codes.join(', ')});`);
}

export function plainReader(length: number): Reader {
  return (bytes, start) =>
    hasLatin1(bytes)
      ? bytes.latin1Slice(start, start + length)
      : Reflect.apply(String.fromCharCode, undefined, bytes.subarray(start, start + length));
}

/** The text of a range of bytes with one character each: ASCII, or Latin-1. */
export function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  const short = readers[end - start];
  if (short !== undefined) return short(bytes, start);
  if (hasLatin1(bytes)) return bytes.latin1Slice(start, end);
  const half = (start + end) >>> 1;
  return latin1Of(bytes, start, half) + latin1Of(bytes, half, end);
}

/** A byte, or 0 past the end: no grammar here accepts the byte 0. */
export function at(bytes: Uint8Array, i: number): number {
  return bytes[i] ?? 0;
}
