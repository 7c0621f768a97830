/** Content cut into portions of exactly `size` bytes. The last may be shorter; empty content has none. */
export async function* inPortions(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const part of content instanceof Uint8Array ? [content] : content) {
    for (let at = 0; at < part.length;) {
      const some = part.subarray(at, at + size - held);
      // Copied: the producer may reuse its memory while the rest of the portion is awaited.
      parts.push(content instanceof Uint8Array ? some : some.slice());
      held += some.length;
      at += some.length;
      if (held < size) continue;
      yield Buffer.concat(parts);
      parts = [];
      held = 0;
    }
  }
  if (held > 0) yield Buffer.concat(parts);
}
