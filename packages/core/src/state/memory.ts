/**
 * So many bytes, all of them 0, for what is large and stays: rows, indexes, texts.
 *
 * They are in a shared buffer, although nobody shares it. V8 takes every other buffer for garbage to come, and begins a full
 * collection with each 64 MB of them, however large the process is. Of shared ones it takes no notice: they are given back
 * by the collections that other things bring about.
 */
export function memoryFor(bytes: number): ArrayBufferLike {
  return bytes < LEAST || typeof SharedArrayBuffer === 'undefined'
    ? new ArrayBuffer(bytes)
    : new SharedArrayBuffer(bytes);
}

/** A shared buffer takes longer to make: below so many bytes it is not worth it. */
const LEAST = 1 << 12;
