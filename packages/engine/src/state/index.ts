// Columns in memory: what keyed state is made of, and tables in memory too.
export { Interner } from './interner.js';
export { finish, HASH_SEED, KeyParts, mix } from './key-parts.js';
export { KeyedState } from './keyed-state.js';
export { memoryFor } from './memory.js';
export { CHUNK_BITS, CHUNK_MASK, Chunk } from './rows.js';
export { SEGMENT_SHIFT, SlotIndex } from './slot-index.js';
export { TextMemo } from './text-memo.js';
export { hashText, isWide } from './text-store.js';
