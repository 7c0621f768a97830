/** Content cut into portions of exactly `size` bytes, but for the last, which may be shorter; none where it is empty. */
export async function* inPortions(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const part of content instanceof Uint8Array ? [content] : content) {
    for (let at = 0; at < part.length;) {
      const some = part.subarray(at, at + size - held);
      // Copied: whoever gave it may use its memory again while the rest of the portion is awaited.
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
