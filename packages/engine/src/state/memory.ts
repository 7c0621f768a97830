/**
 * Zeroed memory for what is large and lives long: rows, indexes, texts.
 *
 * It is a shared buffer, although nobody shares it. V8 counts every other buffer as potential garbage, and begins a
 * full collection with each 64 MB of them, however large the process is. It ignores shared buffers: they are freed by
 * the collections that happen for other reasons.
 */
export function memoryFor(bytes: number): ArrayBufferLike {
  return bytes < LEAST || typeof SharedArrayBuffer === 'undefined'
    ? new ArrayBuffer(bytes)
    : new SharedArrayBuffer(bytes);
}

/** A shared buffer takes longer to create: below this number of bytes it is not worth it. */
const LEAST = 1 << 12;
