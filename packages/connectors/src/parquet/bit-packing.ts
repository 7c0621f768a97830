/** Bits needed for the numbers 0 to `largest`. */
export function bitsFor(largest: number): number {
  return largest === 0 ? 0 : 32 - Math.clz32(largest);
}

/**
 * Encodes small numbers in Parquet's hybrid of runs and packed bits: one run if all are equal, otherwise all packed.
 *
 * @param count how many of `values` to encode
 * @param bits a value's width, at most 25
 */
export function packed(values: Uint32Array, count: number, bits: number): Uint8Array {
  const first = values[0] ?? 0;
  let equal = true;
  for (let i = 1; i < count && equal; i++) equal = values[i] === first;
  if (equal) return run(first, count, bits);
  const groups = Math.ceil(count / 8);
  const header = varint(groups * 2 + 1);
  const bytes = new Uint8Array(header.length + groups * bits);
  bytes.set(header);
  let at = header.length;
  let buffer = 0;
  let filled = 0;
  for (let i = 0; i < count; i++) {
    buffer |= (values[i] ?? 0) << filled;
    filled += bits;
    while (filled >= 8) {
      bytes[at++] = buffer & 0xff;
      buffer >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) bytes[at] = buffer & 0xff;
  return bytes;
}

function run(value: number, count: number, bits: number): Uint8Array {
  const header = varint(count * 2);
  const width = (bits + 7) >> 3;
  const bytes = new Uint8Array(header.length + width);
  bytes.set(header);
  for (let i = 0; i < width; i++) bytes[header.length + i] = (value >>> (8 * i)) & 0xff;
  return bytes;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
