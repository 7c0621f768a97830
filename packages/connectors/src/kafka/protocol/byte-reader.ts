import { StockafolioError } from '@stockafolio/core';

/** Reads the types of Kafka's protocol from bytes, one after the other. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#step(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#step(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#step(4));
  }

  int64(): number {
    return int64At(this.#bytes, this.#step(8));
  }

  /** An identifier, which is only compared. */
  id64(): bigint {
    return this.#bytes.readBigInt64BE(this.#step(8));
  }

  string(): string {
    return this.#text(this.int16()) ?? '';
  }

  /** Bytes preceded by their length; null is read as empty. The view shares the memory. */
  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  array<T>(read: () => T): T[] {
    return this.#items(this.int32(), read);
  }

  uuid(): Buffer {
    const at = this.#step(16);
    return this.#bytes.subarray(at, at + 16);
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#step(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  compactString(): string | null {
    return this.#text(this.unsigned() - 1);
  }

  compactArray<T>(read: () => T): T[] {
    return this.#items(this.unsigned() - 1, read);
  }

  /** Skips tagged fields; none of them is known here. */
  tags(): void {
    for (let left = this.unsigned(); left > 0; left--) {
      this.unsigned();
      this.#step(this.unsigned());
    }
  }

  #items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let n = 0; n < count; n++) items.push(read());
    return items;
  }

  #text(length: number): string | null {
    if (length < 0) return null;
    const at = this.#step(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #step(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

/** Offsets and times are numbers here, but have 64 bits in Kafka. @throws ERR_OVERFLOW past 2^53 */
export function int64At(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
  if (Number.isSafeInteger(value)) return value;
  throw new StockafolioError('ERR_OVERFLOW', `an offset or a time of Kafka is past 2^53: ${bytes.readBigInt64BE(at)}`);
}
