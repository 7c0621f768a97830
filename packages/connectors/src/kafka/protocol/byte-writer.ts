/** Writes the types of Kafka's protocol into one growing buffer. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(size = 1024) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#at;
  }

  /** The written bytes; the memory is shared. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  int8(value: number): this {
    const at = this.#step(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#step(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#step(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#step(8);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#bytes.writeInt32BE(high, at);
    this.#bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
    return this;
  }

  id64(value: bigint): this {
    const at = this.#step(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }

  string(text: string | null): this {
    if (text === null) return this.int16(-1);
    return this.int16(Buffer.byteLength(text)).#text(text);
  }

  bytes(value: Buffer): this {
    return this.int32(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    const at = this.#step(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  compactString(text: string): this {
    return this.unsigned(Buffer.byteLength(text) + 1).#text(text);
  }

  unsigned(value: number): this {
    let left = value;
    for (; left > 0x7f; left = Math.floor(left / 0x80)) this.#byte((left % 0x80) | 0x80);
    this.#byte(left);
    return this;
  }

  /** A signed number in as few bytes as possible, as in records. */
  varint(value: number): this {
    return this.unsigned(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  /** Bytes, or null, as in records. */
  varBytes(value: Uint8Array | null): this {
    return value === null ? this.varint(-1) : this.varint(value.length).raw(value);
  }

  /** Overwrites a number that was written before. */
  patchInt32(at: number, value: number): void {
    this.#bytes.writeInt32BE(value | 0, at);
  }

  #byte(value: number): void {
    const at = this.#step(1);
    this.#bytes[at] = value;
  }

  #text(text: string): this {
    const at = this.#step(Buffer.byteLength(text));
    this.#bytes.write(text, at);
    return this;
  }

  /** Ensures space, perhaps in another buffer: so call it before using the buffer. */
  #step(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#at, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}

/** How many bytes {@link ByteWriter.varint} takes. */
export function varintSize(value: number): number {
  let left = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  for (; left > 0x7f; size++) left = Math.floor(left / 0x80);
  return size;
}
