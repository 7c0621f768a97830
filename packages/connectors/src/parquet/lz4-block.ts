/**
 * Decompresses an LZ4 block (LZ4 Block Format: sequences of literals and of copies of earlier output, each after a
 * token).
 *
 * @param size bytes of the content
 * @throws RangeError if the block does not hold exactly this much content
 */
export function decompressLz4Block(block: Uint8Array, size: number): Uint8Array {
  const content = new Uint8Array(size);
  let at = 0;
  let filled = 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; length += byte) {
      if (at >= block.length) broken();
      byte = block[at++] ?? 0;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length || filled + literals > size) broken();
    content.set(block.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    // The last sequence has literals only.
    if (at === block.length) break;
    if (at + 2 > block.length) broken();
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    const end = filled + lengthFrom(token & 15) + 4;
    if (distance === 0 || distance > filled || end > size) broken();
    // Byte by byte: a copy may reach into what it has just copied.
    for (; filled < end; filled++) content[filled] = content[filled - distance] ?? 0;
  }
  if (filled !== size) broken();
  return content;
}

function broken(): never {
  throw new RangeError('a page that is not an LZ4 block of its size');
}
