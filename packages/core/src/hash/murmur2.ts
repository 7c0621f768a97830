/**
 * The partition of a key as Kafka's default partitioner chooses it: murmur2 of the key's bytes, sign bit cleared,
 * modulo the number of partitions.
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** MurmurHash2, 32 bits, with the seed that Kafka uses (Austin Appleby, 2008). */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - whole;
  if (rest > 2) h ^= byte(data, whole + 2) << 16;
  if (rest > 1) h ^= byte(data, whole + 1) << 8;
  if (rest > 0) h = Math.imul(h ^ byte(data, whole), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return (h ^ (h >>> 15)) | 0;
}

/**
 * {@link murmur2} of a text in which every character is one byte in UTF-8, without making the bytes; undefined for any
 * other text. It is called for every message.
 */
export function murmur2OfAscii(text: string): number | undefined {
  const m = 0x5bd1e995;
  const length = text.length;
  let h = 0x9747b28c ^ length;
  let all = 0;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    all |= a | b | c | d;
    let k = a | (b << 8) | (c << 16) | (d << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  let rest = 0;
  for (let i = length - 1; i >= whole; i--) {
    const a = text.charCodeAt(i);
    all |= a;
    rest = (rest << 8) | a;
  }
  if (all > 0x7f) return undefined;
  if (length > whole) h = Math.imul(h ^ rest, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return (h ^ (h >>> 15)) | 0;
}

function byte(data: Uint8Array, i: number): number {
  return data[i] ?? 0;
}
