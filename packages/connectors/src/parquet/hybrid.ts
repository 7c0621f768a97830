/**
 * Decodes numbers from Parquet's hybrid of runs and packed bits, as many as `output` holds. It reads nothing past
 * `bytes`, and limits every run to the numbers that are left.
 *
 * @param bits a number's width, 0 to 32
 * @throws RangeError if the bytes end before the numbers do
 */
export function decodeHybrid(bytes: Uint8Array, bits: number, output: Uint8Array | Uint32Array): void {
  if (bits > 32) throw new RangeError(`numbers of ${bits} bits`);
  const width = (bits + 7) >> 3;
  const count = output.length;
  let at = 0;
  let seen = 0;
  while (seen < count) {
    let header = 0;
    let factor = 1;
    for (let more = true; more; factor *= 128) {
      if (at >= bytes.length || factor > 2 ** 35) ended();
      const byte = bytes[at++] ?? 0;
      header += (byte & 0x7f) * factor;
      more = byte > 0x7f;
    }
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (at + width > bytes.length) ended();
      let value = 0;
      for (let i = 0; i < width; i++) value += (bytes[at++] ?? 0) * 2 ** (8 * i);
      const end = Math.min(count, seen + length);
      output.fill(value, seen, end);
      seen = end;
    } else {
      const end = Math.min(count, seen + length * 8);
      if (at + Math.ceil(((end - seen) * bits) / 8) > bytes.length) ended();
      unpack(bytes, at, bits, output, seen, end);
      seen = end;
      at += length * bits;
    }
  }
}

function unpack(
  bytes: Uint8Array,
  start: number,
  bits: number,
  output: Uint8Array | Uint32Array,
  from: number,
  end: number,
): void {
  if (bits > 24) {
    unpackWide(bytes, start, bits, output, from, end);
    return;
  }
  const mask = (1 << bits) - 1;
  let at = start;
  let buffer = 0;
  let filled = 0;
  for (let i = from; i < end; i++) {
    while (filled < bits) {
      buffer |= (bytes[at++] ?? 0) << filled;
      filled += 8;
    }
    output[i] = buffer & mask;
    buffer >>>= bits;
    filled -= bits;
  }
}

/** Past 24 bits, a number and the rest of the one before do not fit into 32 bits; a double holds 53. */
function unpackWide(
  bytes: Uint8Array,
  start: number,
  bits: number,
  output: Uint8Array | Uint32Array,
  from: number,
  end: number,
): void {
  const values = 2 ** bits;
  let at = start;
  let buffer = 0;
  let filled = 0;
  for (let i = from; i < end; i++) {
    while (filled < bits) {
      buffer += (bytes[at++] ?? 0) * 2 ** filled;
      filled += 8;
    }
    output[i] = buffer % values;
    buffer = Math.floor(buffer / values);
    filled -= bits;
  }
}

function ended(): never {
  throw new RangeError('the runs and packed bits end too early');
}
