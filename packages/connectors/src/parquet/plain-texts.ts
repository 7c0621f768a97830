import { isUtf8 } from 'node:buffer';
import { latin1Of } from '@stockafolio/core/ports';
import { LaterValues } from './column-values.js';
import { Unfit } from './stored-values.js';

/** Texts of a page, verified but not yet decoded. */
export class PlainTexts extends LaterValues {
  readonly #bytes: Buffer;
  /** The end of each text; the next begins 4 bytes later, after its length. */
  readonly #ends: Int32Array;
  readonly #isAscii: boolean;

  /** @throws RangeError if there are fewer; Unfit if one is not UTF-8 */
  constructor(bytes: Uint8Array, count: number) {
    super();
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const ends = new Int32Array(count);
    let ascii = 0;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const start = at + 4;
      const end = start + lengthAt(buffer, at);
      if (end > buffer.length) short(buffer.length, end);
      let units = 0;
      for (let j = start; j < end; j++) units |= buffer[j] as number;
      if (units >= 0x80 && !isUtf8(buffer.subarray(start, end))) throw new Unfit('a text that is not UTF-8');
      ascii |= units;
      ends[i] = end;
      at = end;
    }
    this.#bytes = buffer;
    this.#ends = ends;
    this.#isAscii = ascii < 0x80;
  }

  get length(): number {
    return this.#ends.length;
  }

  slice(first: number, end: number): string[] {
    const texts = new Array<string>(end - first);
    for (let i = first; i < end; i++) {
      const start = (i === 0 ? 0 : (this.#ends[i - 1] as number)) + 4;
      const stop = this.#ends[i] as number;
      texts[i - first] = this.#isAscii ? latin1Of(this.#bytes, start, stop) : this.#bytes.toString('utf8', start, stop);
    }
    return texts;
  }
}

/** The length of a byte array that begins here. @throws RangeError if there is none */
export function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) short(bytes.length, at + 4);
  return (
    byte(bytes, at) + byte(bytes, at + 1) * 0x100 + byte(bytes, at + 2) * 0x10000 + byte(bytes, at + 3) * 0x1000000
  );
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Reports that a page holds less than it should. */
export function short(found: number, wanted: number): never {
  throw new RangeError(`a page of ${found} bytes where ${wanted} are needed`);
}
