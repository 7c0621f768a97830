import type { Value } from '@stockafolio/core';
import { type Chunk, CHUNK_BITS, CHUNK_MASK, finish, HASH_SEED, SEGMENT_SHIFT } from '@stockafolio/engine/state';
import { VERSION_AT, type RowLayout } from './row-layout.js';
import type { Rows, RowsScope } from './rows.js';
import { plainColumn } from './plain-column.js';
import { NO_TEXT } from './text-arena.js';

/** {@link Rows} without generated code, for processes that may not compile. */
export function plainRows(layout: RowLayout, keyLength: number, scope: RowsScope): Rows {
  const { index, chunks, create } = scope;
  const { width, expiresAt } = layout;
  const columns = layout.columns.map((each, n) => plainColumn(each, scope.arena, scope.texts[n]));
  const key = columns.slice(0, keyLength);
  const rest = columns.slice(keyLength);
  const addresses = new Int32Array(columns.length);

  const chunkOf = (row: number): Chunk => chunks[row >>> CHUNK_BITS] as Chunk;
  const cellOf = (row: number): number => (row & CHUNK_MASK) * width;

  /** The entry of a key in the index, and where it is: an entry of 0 is the slot for a new row. */
  const search = (values: readonly Value[], hash: number): { entry: number; slot: number } => {
    const table = index.tables[hash >>> SEGMENT_SHIFT] as Int32Array;
    const mask = table.length - 1;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const entry = table[slot] as number;
      if (entry === 0) return { entry, slot };
      if (table[slot + 1] !== hash) continue;
      const chunk = chunkOf(entry - 1);
      const cell = cellOf(entry - 1);
      if (key.every((column, n) => column.isSame(chunk, cell, values[n]))) return { entry, slot };
    }
  };

  return {
    hash(values) {
      let hash = HASH_SEED;
      for (let n = 0; n < keyLength; n++) hash = columns[n]?.hash(hash, values[n]) ?? hash;
      return finish(hash);
    },
    put(values, hash, version, deleted, expires) {
      const { entry, slot } = search(values, hash);
      if (entry === 0) {
        for (const [n, column] of key.entries()) addresses[n] = column.addressOf(NO_TEXT, values[n]);
      } else {
        const stored = chunkOf(entry - 1).f64[cellOf(entry - 1) + VERSION_AT] as number;
        if ((stored < 0 ? -1 - stored : stored) >= version) return;
      }
      if (!deleted) {
        for (const [n, column] of rest.entries()) {
          const before = entry === 0 ? NO_TEXT : column.addressIn(chunkOf(entry - 1), cellOf(entry - 1));
          addresses[keyLength + n] = column.addressOf(before, values[keyLength + n]);
        }
      }
      // The first rows of a table move when it grows, so the chunk is looked up after the row is created.
      const row = entry === 0 ? create(slot, hash) : entry - 1;
      const chunk = chunkOf(row);
      const cell = cellOf(row);
      const from = entry === 0 ? 0 : keyLength;
      const end = deleted ? keyLength : columns.length;
      for (let n = from; n < end; n++) columns[n]?.store(chunk, cell, values[n], addresses[n] as number);
      chunk.f64[cell + VERSION_AT] = deleted ? -1 - version : version;
      if (expiresAt >= 0) chunk.f64[cell + expiresAt] = expires;
    },
    find: (values, hash) => search(values, hash).entry - 1,
    version: (row) => chunkOf(row).f64[cellOf(row) + VERSION_AT] as number,
    expires: (row) => (expiresAt < 0 ? Infinity : (chunkOf(row).f64[cellOf(row) + expiresAt] as number)),
    values(row) {
      const chunk = chunkOf(row);
      const cell = cellOf(row);
      return columns.map((column) => column.valueIn(chunk, cell));
    },
    compare(a, b) {
      for (const column of key) {
        const order = column.compare(chunkOf(a), cellOf(a), chunkOf(b), cellOf(b));
        if (order !== 0) return order;
      }
      return 0;
    },
    compareTo(row, prefix) {
      const chunk = chunkOf(row);
      const cell = cellOf(row);
      for (let n = 0; n < prefix.length; n++) {
        const order = key[n]?.compareTo(chunk, cell, prefix[n]) ?? 0;
        if (order !== 0) return order;
      }
      return 0;
    },
  };
}
