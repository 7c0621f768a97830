import type { StateColumn } from '@stockafolio/core/ports';
import { compile } from '@stockafolio/core/compile';
import type { KeyKind } from '@stockafolio/core/plan';
import { BATCH_SIZE } from './batch-size.js';
import { cellOffsets, cellsOf } from './columns.js';
import type { Below, EntryScope, MemoryEntry } from './key-entry.js';
import { HASH_SEED, finish, mix } from './key-parts.js';
import { ALL, CHUNK_BITS, CHUNK_MASK, KEY_AT } from './rows.js';
import { SEGMENT_SHIFT } from './slot-index.js';

/**
 * How keys are looked up and entered, as source text for the key kinds and columns of one state: widths become constants,
 * and loops are unrolled. It is the innermost code of every operator.
 */
export function compileEntry(
  owner: string,
  kinds: readonly KeyKind[],
  columns: readonly StateColumn[],
  scope: EntryScope,
): MemoryEntry {
  const parts = kinds.map((_, n) => n);
  const versionAt = KEY_AT + parts.length;
  const width = versionAt + 1 + (cellOffsets(columns).at(-1) ?? 0);
  const text = `${kinds.map((kind, n) => (kind === 'text' ? `let text${n} = ''; let id${n} = 0;` : '')).join(' ')}
const bits = new Float64Array(1); const halves = new Int32Array(bits.buffer);
const hashes = new Int32Array(${BATCH_SIZE}); const slots = new Int32Array(${BATCH_SIZE});
${parts.map((n) => `const cells${n} = new Float64Array(${BATCH_SIZE});`).join(' ')}
let seen = 0;
function load(i, ${parts.map((n) => `part${n}`).join(', ')}) {
  let hash = ${HASH_SEED};
  ${kinds.map(loadPart).join('\n  ')}
  hashes[i] = finish(hash);
  ${parts.map((n) => `cells${n}[i] = cell${n};`).join(' ')}
}
${touch(width, scope.below)}
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
      const stored = chunk.f64;
      if (${parts.map((n) => `stored[row + ${KEY_AT + n}] === cell${n}`).join(' && ') || 'true'}) break;
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
    const stored = chunk.f64;
    ${parts.map((n) => `stored[row + ${KEY_AT + n}] = cell${n};`).join(' ')}
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
function forgetTexts() {
  ${kinds.map((kind, n) => (kind === 'text' ? `text${n} = ''; id${n} = 0;` : '')).join(' ')}
}
return { load, touch, enter, forgetTexts };`;
  return compile(owner, { ...scope, roots: scope.below.map(({ rows }) => rows), mix, finish }, text);
}

/**
 * Reads the entries of the index, then both ends of their rows, in loops so tight that the processor waits for many at
 * a time. What is read is kept, so that V8 does not optimise the reads away. A state of one chunk is in the caches
 * anyway.
 */
function touch(width: number, below: readonly Below[]): string {
  return `function touch(from, to) {
  if (chunks.length < 2) return;
  const { tables } = index;
  for (let i = from; i < to; i++) {
    const hash = hashes[i];
    const table = tables[hash >>> ${SEGMENT_SHIFT}];
    const at = (hash << 1) & (table.length - 1);
    slots[i] = table[at + 1] === hash ? table[at] - 1 : -1;
  }
  for (let i = from; i < to; i++) {
    const slot = slots[i];
    if (slot < 0) continue;
    const { i32 } = chunks[slot >>> ${CHUNK_BITS}];
    const row = (slot & ${CHUNK_MASK}) * ${2 * width};
    seen ^= i32[row] ^ i32[row + ${2 * width - 1}];
  }
  ${below.map((each, n) => touchRoots(width, each, n)).join('\n  ')}
}`;
}

/** Reads the rows at the roots of what is below. */
function touchRoots(width: number, { rootCell }: Below, n: number): string {
  return `for (let i = from; i < to; i++) {
    const slot = slots[i];
    if (slot < 0) continue;
    const root = chunks[slot >>> ${CHUNK_BITS}].f64[(slot & ${CHUNK_MASK}) * ${width} + ${rootCell}];
    if (root > 0) seen ^= roots[${n}].peek(root - 1);
  }`;
}

/** Loads one part of a key: its cell, and its share of the hash; as {@link KeyParts.cell} and {@link KeyParts.hash} do. */
function loadPart(kind: KeyKind, n: number): string {
  const share = `bits[0] = cell${n}; hash = mix(mix(hash, halves[0]), halves[1]);`;
  switch (kind) {
    case 'text':
      return `if (part${n} !== text${n}) {
    if (typeof part${n} !== 'string') keys.refusePart(${n}, part${n});
    id${n} = interner.idOf(part${n});
    text${n} = part${n};
  }
  const cell${n} = id${n}; hash = mix(hash, cell${n});`;
    case 'number':
      return `const cell${n} = typeof part${n} === 'number' && part${n} - part${n} === 0 ? part${n} + 0 : keys.cell(${n}, part${n}); ${share}`;
    default:
      return `const cell${n} = keys.cell(${n}, part${n}); ${share}`;
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
