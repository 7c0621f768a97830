import type { KeyPart } from '@stockafolio/core';
import { compile } from '@stockafolio/core/compile';
import type { KeyKind } from '@stockafolio/core/plan';
import { cellOffsets, cellsOf, type StateColumn } from './columns.js';
import type { Cursor } from './cursor.js';
import type { Interner } from './interner.js';
import { HASH_SEED, finish, mix, type KeyParts } from './key-parts.js';
import { CHUNK_BITS, CHUNK_MASK, type Chunk, type RowPointer } from './rows.js';
import { SEGMENT_SHIFT, type SlotIndex } from './slot-index.js';
import { BATCH_SIZE } from './batch-size.js';
import type { UndoJournal } from './undo-journal.js';

/** Flags of a row. */
export const LIVE = 1;
export const UNWRITTEN = 2;
export const UNSAVED = 4;
export const ALL = LIVE | UNWRITTEN | UNSAVED;

/** Cells of a row before its key: the flags. */
export const KEY_AT = 1;

/** The origin of the changes that a batch makes to a state; in an object and an array, so that no number is boxed. */
export interface Changes {
  /** The number under which the changes are undone. */
  readonly record: number;
  /** The version of the change at each index of the batch, in microseconds. */
  readonly versions: Float64Array;
}

/**
 * How the keys of one state are entered: first they are loaded, each at an index in the batch, then entered at these
 * indexes. In between, {@link Entry.touch} fetches their rows from memory all at once; one after the other, each would
 * wait.
 */
export interface Entry {
  /** Loads a key, given part by part, at an index from 0 to `BATCH_SIZE - 1`. @throws ERR_ROW_INVALID */
  load(i: number, ...parts: KeyPart[]): void;
  /** Fetches from memory what entering the first `count` keys will read. */
  touch(count: number): void;
  /** The slot of the key at an index, created if there is none, with the cursor on it. */
  enter(i: number, changes: Changes): number;
}

/** The objects that a compiled {@link Entry} uses. */
export interface EntryScope {
  readonly keys: KeyParts;
  readonly interner: Interner;
  readonly index: SlotIndex;
  readonly chunks: readonly Chunk[];
  readonly pointer: RowPointer;
  readonly cursor: Cursor;
  readonly journal: UndoJournal;
  /** Is set to whether the key was new. */
  readonly state: { created: boolean };
  /** Creates a slot, and enters it at this position of the index. */
  readonly create: (at: number, hash: number) => number;
  /** Adds a slot, whose present flags are given, to the lists of changed ones. */
  readonly list: (slot: number, flags: number) => void;
}

/**
 * Compiles {@link Entry} for the key kinds and columns of one state: widths become constants, and loops are unrolled.
 */
export function compileEntry(
  owner: string,
  kinds: readonly KeyKind[],
  columns: readonly StateColumn[],
  scope: EntryScope,
): Entry {
  const parts = kinds.map((_, n) => n);
  const key = `[${parts.map((part) => `part${part}`).join(', ')}]`;
  const versionAt = KEY_AT + kinds.length;
  const width = versionAt + 1 + (cellOffsets(columns).at(-1) ?? 0);
  const text = `${kinds.map((kind, n) => (kind === 'text' ? `let text${n} = ''; let id${n} = 0;` : '')).join('\n')}
const bits = new Float64Array(1); const halves = new Int32Array(bits.buffer);
const hashes = new Int32Array(${BATCH_SIZE}); const slots = new Int32Array(${BATCH_SIZE});
${parts.map((n) => `const cells${n} = new Float64Array(${BATCH_SIZE});`).join(' ')}
let seen = 0;
function load(i, ${parts.map((n) => `part${n}`).join(', ')}) {
  let hash = ${HASH_SEED};
  ${kinds.map((kind, n) => load(kind, n, key)).join('\n  ')}
  hashes[i] = finish(hash);
  ${parts.map((n) => `cells${n}[i] = cell${n};`).join(' ')}
}
${touch(width)}
function enter(i, changes) {
  const hash = hashes[i];
  ${parts.map((n) => `const cell${n} = cells${n}[i];`).join(' ')}
  const table = index.tables[hash >>> ${SEGMENT_SHIFT}];
  const mask = table.length - 1;
  let at = (hash << 1) & mask;
  let entry = table[at];
  let chunk; let row = 0;
  while (entry !== 0) {
    if (table[at + 1] === hash) {
      chunk = chunks[(entry - 1) >>> ${CHUNK_BITS}];
      row = ((entry - 1) & ${CHUNK_MASK}) * ${width};
      const cells = chunk.f64;
      if (${parts.map((n) => `cells[row + ${KEY_AT + n}] === cell${n}`).join(' && ')}) break;
    }
    at = (at + 2) & mask;
    entry = table[at];
  }
  let slot = entry - 1;
  const created = entry === 0;
  if (created) {
    slot = create(at, hash);
    chunk = chunks[slot >>> ${CHUNK_BITS}];
    row = (slot & ${CHUNK_MASK}) * ${width};
    const cells = chunk.f64;
    ${parts.map((n) => `cells[row + ${KEY_AT + n}] = cell${n};`).join(' ')}
  }
  state.created = created;
  const f64 = chunk.f64;
  pointer.f64 = f64;
  ${columns.some(({ storage }) => storage !== 'f64') ? 'pointer.i64 = chunk.i64; pointer.i32 = chunk.i32;' : ''}
  pointer.at = row + ${versionAt + 1};
  const n = journal.next(changes.record);
  if (created) {
    journal.slots[n] = ~slot;
    cursor.$reset();
  } else {
    journal.slots[n] = slot;
    ${keep(columns, versionAt)}
  }
  f64[row + ${versionAt}] = changes.versions[i];
  const flags = f64[row];
  if (flags !== ${ALL}) {
    list(slot, flags);
    f64[row] = ${ALL};
  }
  return slot;
}
return { load, touch, enter };`;
  return compile(owner, { ...scope, mix, finish }, text);
}

/**
 * Reads the entries of the index, then both ends of their rows, in loops so tight that the processor waits for many at
 * a time. The results are not needed; they are kept so that V8 does not optimise the reads away. A state of one chunk
 * is in the caches anyway.
 */
function touch(width: number): string {
  return `function touch(count) {
  if (chunks.length < 2) return;
  const { tables } = index;
  for (let i = 0; i < count; i++) {
    const hash = hashes[i];
    const table = tables[hash >>> ${SEGMENT_SHIFT}];
    const at = (hash << 1) & (table.length - 1);
    slots[i] = table[at + 1] === hash ? table[at] - 1 : -1;
  }
  for (let i = 0; i < count; i++) {
    const slot = slots[i];
    if (slot < 0) continue;
    const { i32 } = chunks[slot >>> ${CHUNK_BITS}];
    const row = (slot & ${CHUNK_MASK}) * ${2 * width};
    seen ^= i32[row] ^ i32[row + ${2 * width - 1}];
  }
}`;
}

/** Loads one part of a key: its cell, and its share of the hash; as {@link KeyParts.load} does. */
function load(kind: KeyKind, n: number, key: string): string {
  const share = `bits[0] = cell${n}; hash = mix(mix(hash, halves[0]), halves[1]);`;
  switch (kind) {
    case 'text':
      return `if (part${n} !== text${n}) {
    if (typeof part${n} !== 'string') keys.refuse(${key});
    id${n} = interner.idOf(part${n});
    text${n} = part${n};
  }
  const cell${n} = id${n}; hash = mix(hash, cell${n});`;
    case 'number':
      return `if (typeof part${n} !== 'number') keys.refuse(${key});
  if (part${n} - part${n} !== 0) keys.cell(part${n});
  const cell${n} = part${n} + 0; ${share}`;
    default:
      return `if (typeof part${n} !== '${kind}') keys.refuse(${key});
  const cell${n} = keys.cell(part${n}); ${share}`;
  }
}

/** Saves the version and the values to the journal: doubles as doubles, 64-bit integers as halves. */
function keep(columns: readonly StateColumn[], versionAt: number): string {
  const offsets = cellOffsets(columns);
  const count = 1 + (offsets.at(-1) ?? 0);
  const lines = ['const kept = journal.f64;', `const to = n * ${count};`, `kept[to] = f64[row + ${versionAt}];`];
  if (columns.some(({ storage }) => storage !== 'f64')) {
    lines.push(
      'const i32 = chunk.i32;',
      'const kept32 = journal.i32;',
      `const from32 = 2 * row;`,
      'const to32 = 2 * to;',
    );
  }
  columns.forEach((column, n) => {
    const offset = offsets[n] ?? 0;
    const at = versionAt + 1 + offset;
    if (column.storage === 'f64') {
      lines.push(`kept[to + ${1 + offset}] = f64[row + ${at}];`);
      return;
    }
    for (let half = 0; half < 2 * cellsOf(column); half++) {
      lines.push(`kept32[to32 + ${2 + 2 * offset + half}] = i32[from32 + ${2 * at + half}];`);
    }
  });
  return lines.join('\n    ');
}
