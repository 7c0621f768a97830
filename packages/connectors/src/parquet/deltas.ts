/** The position in a page to read next. */
export interface Cursor {
  readonly bytes: Uint8Array;
  offset: number;
}

/**
 * Decodes this many numbers from Parquet's DELTA_BINARY_PACKED: a first number, then differences in blocks of packed
 * bits above the minimum of each block. Numbers wrap at their width, signed, so unsigned numbers keep the bits that
 * they were stored with.
 *
 * @throws RangeError if the page holds another count, or the bytes end too early
 */
export function readDeltas(cursor: Cursor, count: number, width: 32 | 64): bigint[] {
  const block = Number(varint(cursor));
  const miniblocks = Number(varint(cursor));
  const announced = varint(cursor);
  const inMiniblock = block / miniblocks;
  if (!(Number.isInteger(inMiniblock) && inMiniblock > 0 && announced === BigInt(count))) {
    throw new RangeError(`${announced} deltas in blocks of ${block} by ${miniblocks}, where ${count} are needed`);
  }
  let value = BigInt.asIntN(width, zigzag(cursor));
  const values: bigint[] = [];
  if (count > 0) values.push(value);
  while (values.length < count) {
    const least = zigzag(cursor);
    const widths = taken(cursor, miniblocks);
    for (const bits of widths) {
      // Miniblocks after the last value have a width, but no bytes.
      if (values.length === count) break;
      if (bits > 64) throw new RangeError(`deltas of ${bits} bits`);
      const take = Math.min(inMiniblock, count - values.length);
      const packed = taken(cursor, Math.min((inMiniblock * bits) / 8, cursor.bytes.length - cursor.offset));
      if (packed.length * 8 < take * bits) throw new RangeError('the deltas end too early');
      for (let i = 0; i < take; i++) {
        value = BigInt.asIntN(width, value + least + bitsAt(packed, i * bits, bits));
        values.push(value);
      }
    }
  }
  return values;
}

/** Takes bytes of the page, and moves the cursor past them. @throws RangeError if there are fewer */
export function taken(cursor: Cursor, length: number): Uint8Array {
  const { bytes, offset } = cursor;
  if (!(length >= 0 && offset + length <= bytes.length)) {
    throw new RangeError(`${length} bytes at ${offset} of a page of ${bytes.length}`);
  }
  cursor.offset += length;
  return bytes.subarray(offset, offset + length);
}

function bitsAt(bytes: Uint8Array, start: number, bits: number): bigint {
  let value = 0n;
  let filled = 0;
  for (let at = start; filled < bits;) {
    const within = at & 7;
    const take = Math.min(8 - within, bits - filled);
    const part = ((bytes[at >> 3] ?? 0) >> within) & ((1 << take) - 1);
    value |= BigInt(part) << BigInt(filled);
    filled += take;
    at += take;
  }
  return value;
}

function varint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const [byte = 0] = taken(cursor, 1);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number of more than ten bytes');
}

function zigzag(cursor: Cursor): bigint {
  const value = varint(cursor);
  return (value >> 1n) ^ -(value & 1n);
}
