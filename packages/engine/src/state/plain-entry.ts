import type { Changes, StateColumn } from '@stockafolio/core/ports';
import type { KeyPart } from '@stockafolio/core';
import type { KeyKind } from '@stockafolio/core/plan';
import { BATCH_SIZE } from './batch-size.js';
import { cellOffsets } from './columns.js';
import type { EntryScope, MemoryEntry } from './key-entry.js';
import { ALL, CHUNK_BITS, CHUNK_MASK, type Chunk, KEY_AT } from './rows.js';
import { SEGMENT_SHIFT } from './slot-index.js';

/** How keys are looked up and entered where source text may not be compiled: see `compileEntry`. */
export function plainEntry(kinds: readonly KeyKind[], columns: readonly StateColumn[], scope: EntryScope): MemoryEntry {
  const { keys, index, chunks, pointer, cursor, journal, state, create, list } = scope;
  const parts = kinds.length;
  const versionAt = KEY_AT + parts;
  /** The cells that a change may touch: the version and the values. */
  const kept = 1 + (cellOffsets(columns).at(-1) ?? 0);
  const width = versionAt + kept;

  /** The keys of the batch as they are stored, one after the other, and their hashes. */
  const cells = new Float64Array(BATCH_SIZE * parts);
  const hashes = new Int32Array(BATCH_SIZE);

  function load(i: number, ...key: KeyPart[]): void {
    for (let part = 0; part < parts; part++) cells[i * parts + part] = keys.cell(part, key[part] as KeyPart);
    hashes[i] = keys.hash(cells, i * parts);
  }

  function enter(i: number, changes: Changes): number {
    const hash = hashes[i] as number;
    const key = i * parts;
    const table = index.tables[hash >>> SEGMENT_SHIFT] as Int32Array;
    const mask = table.length - 1;
    let at = (hash << 1) & mask;
    let found = table[at] as number;
    let chunk = chunks[0] as Chunk;
    let row = 0;
    while (found !== 0) {
      if (table[at + 1] === hash) {
        chunk = chunks[(found - 1) >>> CHUNK_BITS] as Chunk;
        row = ((found - 1) & CHUNK_MASK) * width;
        let part = 0;
        while (part < parts && chunk.f64[row + KEY_AT + part] === cells[key + part]) part++;
        if (part === parts) break;
      }
      at = (at + 2) & mask;
      found = table[at] as number;
    }
    const created = found === 0;
    const slot = created ? create(at, hash) : found - 1;
    if (created) {
      chunk = chunks[slot >>> CHUNK_BITS] as Chunk;
      row = (slot & CHUNK_MASK) * width;
      for (let part = 0; part < parts; part++) chunk.f64[row + KEY_AT + part] = cells[key + part] as number;
    }
    state.created = created;
    const { f64, i64, i32 } = chunk;
    pointer.f64 = f64;
    pointer.i64 = i64;
    pointer.i32 = i32;
    pointer.at = row + versionAt + 1;
    const n = journal.next(changes.record);
    if (created) {
      journal.slots[n] = ~slot;
      cursor.$reset();
    } else {
      journal.slots[n] = slot;
      // By halves, because a double does not keep every bit of a 64-bit integer.
      const from = 2 * (row + versionAt);
      for (let half = 0; half < 2 * kept; half++) journal.i32[2 * n * kept + half] = i32[from + half] as number;
    }
    f64[row + versionAt] = changes.versions[i] as number;
    const flags = f64[row] as number;
    if (flags !== ALL) {
      list(slot, flags);
      f64[row] = ALL;
    }
    return slot;
  }

  return { load, touch: () => undefined, enter, forgetTexts: () => undefined };
}
