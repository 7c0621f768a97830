import { StockafolioError } from '@stockafolio/core';
import { crc32, type LaterArray, type SavedArray } from '@stockafolio/core/ports';

declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}

type SectionType = 'i32' | 'f64' | 'i64' | 'u8';

/** "SFC1", little-endian. */
const MAGIC = 0x31434653;

interface Directory {
  readonly header: unknown;
  readonly sections: readonly { readonly type: SectionType; readonly at: number; readonly length: number }[];
}

/**
 * A checkpoint file: a header in JSON and typed arrays, all under one CRC-32.
 *
 * Layout: magic, length of the directory, checksum, padding (4 bytes each); the directory; the sections, each aligned
 * to 8 bytes. The checksum is the CRC-32 of all that follows, XORed with the length of the directory, so that the
 * length is covered too. Numbers are little-endian, as typed arrays are on every platform of Node.
 */
export function encodeContainer(header: unknown, sections: readonly (SavedArray | LaterArray)[]): Uint8Array {
  let end = 0;
  const layout = sections.map((section) => {
    const at = end;
    end = align(at + (isLater(section) ? 4 * section.length : section.byteLength));
    return { type: typeOf(section), at, length: section.length };
  });
  const directory = new TextEncoder().encode(JSON.stringify({ header, sections: layout } satisfies Directory));
  const start = align(16 + directory.length);
  const bytes = new Uint8Array(start + end);
  bytes.set(directory, 16);
  sections.forEach((section, n) => {
    const at = start + (layout[n]?.at ?? 0);
    if (isLater(section)) section.fill(new Int32Array(bytes.buffer, at, section.length));
    else bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
  });
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, directory.length, true);
  view.setUint32(8, (crc32(bytes.subarray(16)) ^ directory.length) >>> 0, true);
  return bytes;
}

/** The checksum in a file: its identity in the chain. */
export function checksumOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true);
}

/** @throws ERR_CHECKPOINT_CORRUPT if the file is torn, altered, or not a checkpoint */
export function decodeContainer(name: string, bytes: Uint8Array): { header: unknown; sections: SavedArray[] } {
  if (bytes.length < 16) throw corrupt(name, `has only ${bytes.length} bytes`);
  // a copy: sections must lie at multiples of 8 in their buffer
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt(name, 'does not begin as a checkpoint does');
  const length = view.getUint32(4, true);
  if ((crc32(whole.subarray(16)) ^ length) >>> 0 !== view.getUint32(8, true))
    throw corrupt(name, 'does not match its checksum');
  const directory = JSON.parse(new TextDecoder().decode(whole.subarray(16, 16 + length))) as Directory;
  const start = whole.byteOffset + align(16 + length);
  return {
    header: directory.header,
    sections: directory.sections.map(({ type, at, length: n }) =>
      open(type, whole.buffer as ArrayBuffer, start + at, n),
    ),
  };
}

function open(type: SectionType, buffer: ArrayBuffer, at: number, length: number): SavedArray {
  switch (type) {
    case 'i32':
      return new Int32Array(buffer, at, length);
    case 'f64':
      return new Float64Array(buffer, at, length);
    case 'i64':
      return new BigInt64Array(buffer, at, length);
    case 'u8':
      return new Uint8Array(buffer, at, length);
  }
}

function isLater(section: SavedArray | LaterArray): section is LaterArray {
  return !ArrayBuffer.isView(section);
}

function typeOf(section: SavedArray | LaterArray): SectionType {
  if (isLater(section)) return 'i32';
  if (section instanceof Int32Array) return 'i32';
  if (section instanceof Float64Array) return 'f64';
  if (section instanceof BigInt64Array) return 'i64';
  return 'u8';
}

function align(n: number): number {
  return Math.ceil(n / 8) * 8;
}

function corrupt(name: string, what: string): StockafolioError {
  return new StockafolioError('ERR_CHECKPOINT_CORRUPT', `checkpoint '${name}' ${what}`);
}
