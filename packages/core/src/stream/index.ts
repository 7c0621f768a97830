export { keyBytes } from './key-bytes.js';
export { murmur2, partitionOf } from './murmur2.js';
export { stream, type Key, type KeyPart, type RecordOf, type Stream, type StreamOptions } from './stream.js';
