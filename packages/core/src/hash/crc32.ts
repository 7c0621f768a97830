/** Number of bytes that are processed at a time, each with its own table. */
const AT_ONCE = 16;

/** What a byte adds to the checksum, by the number of bytes that follow it (the first index, times 256). */
const tables = makeTables();

/** CRC-32 as in IEEE 802.3, sixteen bytes at a time; continues from an earlier value if one is given. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const aligned = Math.min(-bytes.byteOffset & 3, bytes.length);
  const words = (bytes.length - aligned) >>> 2;
  const whole = aligned + 4 * (words & -4);
  let crc = byBytes(~before, bytes, 0, aligned);
  if (words >= 4) crc = byWords(crc, new Int32Array(bytes.buffer, bytes.byteOffset + aligned, words & -4));
  return ~byBytes(crc, bytes, whole, bytes.length) >>> 0;
}

function byBytes(before: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = before;
  for (let i = from; i < to; i++) crc = (tables[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return crc;
}

/** Slicing by 16 (Kounavis and Berry), four words per step, which are little-endian as on every platform of Node. */
function byWords(before: number, words: Int32Array): number {
  const table = tables;
  let crc = before;
  for (let i = 0; i < words.length; i += 4) {
    const a = crc ^ (words[i] as number);
    const b = words[i + 1] as number;
    const c = words[i + 2] as number;
    const d = words[i + 3] as number;
    crc =
      (table[0xf00 + (a & 0xff)] as number) ^
      (table[0xe00 + ((a >>> 8) & 0xff)] as number) ^
      (table[0xd00 + ((a >>> 16) & 0xff)] as number) ^
      (table[0xc00 + (a >>> 24)] as number) ^
      (table[0xb00 + (b & 0xff)] as number) ^
      (table[0xa00 + ((b >>> 8) & 0xff)] as number) ^
      (table[0x900 + ((b >>> 16) & 0xff)] as number) ^
      (table[0x800 + (b >>> 24)] as number) ^
      (table[0x700 + (c & 0xff)] as number) ^
      (table[0x600 + ((c >>> 8) & 0xff)] as number) ^
      (table[0x500 + ((c >>> 16) & 0xff)] as number) ^
      (table[0x400 + (c >>> 24)] as number) ^
      (table[0x300 + (d & 0xff)] as number) ^
      (table[0x200 + ((d >>> 8) & 0xff)] as number) ^
      (table[0x100 + ((d >>> 16) & 0xff)] as number) ^
      (table[d >>> 24] as number);
  }
  return crc;
}

function makeTables(): Int32Array {
  const made = new Int32Array(AT_ONCE * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    made[n] = c;
  }
  for (let n = 256; n < made.length; n++) {
    const c = made[n - 256] as number;
    made[n] = (c >>> 8) ^ (made[c & 0xff] as number);
  }
  return made;
}
