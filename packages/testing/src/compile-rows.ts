import { compile } from '@stockafolio/core/compile';
import { CHUNK_BITS, CHUNK_MASK, finish, HASH_SEED, hashText, mix, SEGMENT_SHIFT } from '@stockafolio/engine/state';
import { VERSION_AT, type ColumnLayout, type RowLayout } from './row-layout.js';
import type { Rows, RowsScope } from './rows.js';
import { NO_TEXT } from './text-arena.js';
import { storeWide, wideAt } from './wide-cells.js';

/** Compiles {@link Rows} for the columns of one table: widths become constants, and loops are unrolled. */
export function compileRows(name: string, layout: RowLayout, keyLength: number, scope: RowsScope): Rows {
  const key = layout.columns.slice(0, keyLength);
  const rest = layout.columns.slice(keyLength);
  const text = `${layout.columns.map(({ storage }, n) => (storage === 'text' ? `const texts${n} = texts[${n}];` : '')).join(' ')}
const bits = new Float64Array(1); const long = new BigInt64Array(bits.buffer); const halves = new Int32Array(bits.buffer);
function hash(values) { let hash = ${HASH_SEED}; ${key.map(hashPart).join(' ')} return finish(hash); }
${put(layout, key, rest)}
${find(layout, key)}
function version(number) { ${row(layout, 'number')} return f64[at + ${VERSION_AT}]; }
function expires(number) { ${row(layout, 'number')} return ${layout.expiresAt < 0 ? 'Infinity' : `f64[at + ${layout.expiresAt}]`}; }
function values(number) { ${row(layout, 'number')} return [${layout.columns.map(valueOf).join(', ')}]; }
${compare(layout, key)}
${compareTo(layout, key)}
return { hash, put, find, version, expires, values, compare, compareTo };`;
  return compile(`rows of ${name}`, { ...scope, mix, finish, hashText, storeWide, wideAt }, text);
}

/** The chunk and the cells of a row; the names end in `of`, for functions that use two rows. */
function row({ width }: RowLayout, number: string, of = ''): string {
  return `const chunk${of} = chunks[${number} >>> ${CHUNK_BITS}]; const { f64: f64${of}, i64: i64${of}, i32: i32${of} } = chunk${of}; const at${of} = (${number} & ${CHUNK_MASK}) * ${width}; const half${of} = 2 * at${of};`;
}

function put(layout: RowLayout, key: readonly ColumnLayout[], rest: readonly ColumnLayout[]): string {
  const textsOf = (
    layouts: readonly ColumnLayout[],
    line: (column: ColumnLayout, n: number) => string,
    from = 0,
  ): string => layouts.map((column, n) => (column.storage === 'text' ? line(column, from + n) : '')).join(' ');
  const keyTexts = textsOf(key, (_, n) => `address${n} = texts${n}.addressOf(value${n});`);
  const restTexts = textsOf(
    rest,
    ({ at, column }, n) =>
      `const before${n} = entry === 0 ? ${NO_TEXT} : i32[half + ${at}]; address${n} = ${column.type.optional ? `value${n} === undefined ? ${NO_TEXT} : ` : ''}texts${n}.replace(before${n}, value${n});`,
    key.length,
  );
  return `function put(values, hash, version, deleted, expires) {
  ${search(layout, key)}
  ${textsOf(layout.columns, (_, n) => `let address${n} = ${NO_TEXT};`)}
  if (entry !== 0) {
    const stored = f64[at + ${VERSION_AT}];
    if ((stored < 0 ? -1 - stored : stored) >= version) return;
  } else { ${keyTexts} }
  ${rest.map((_, n) => `const value${key.length + n} = values[${key.length + n}];`).join(' ')}
  if (!deleted) { ${restTexts} }
  if (entry === 0) {
    const number = create(slot, hash);
    chunk = chunks[number >>> ${CHUNK_BITS}]; f64 = chunk.f64; i32 = chunk.i32;
    at = (number & ${CHUNK_MASK}) * ${layout.width}; half = 2 * at;
    ${key.some(({ storage }) => storage === 'i64') ? 'const i64 = chunk.i64;' : ''}
    ${key.map(store).join('\n    ')}
  }
  f64[at + ${VERSION_AT}] = deleted ? -1 - version : version;
  ${layout.expiresAt < 0 ? '' : `f64[at + ${layout.expiresAt}] = expires;`}
  if (deleted) return;
  ${rest.some(({ storage }) => storage === 'i64') ? 'const i64 = chunk.i64;' : ''}
  ${rest.map((column, n) => store(column, key.length + n)).join('\n  ')}
}`;
}

function find(layout: RowLayout, key: readonly ColumnLayout[]): string {
  return `function find(values, hash) { ${search(layout, key)} return entry - 1; }`;
}

/** Searches the key with which `values` begins: yields its entry, or 0 and the index slot for a new one. */
function search({ width }: RowLayout, key: readonly ColumnLayout[]): string {
  return `${key.map(keyPart).join(' ')}
  const table = index.tables[hash >>> ${SEGMENT_SHIFT}];
  const mask = table.length - 1;
  let slot = (hash << 1) & mask;
  let entry = table[slot];
  let chunk; let f64; let i32; let at = 0; let half = 0;
  while (entry !== 0) {
    if (table[slot + 1] === hash) {
      chunk = chunks[(entry - 1) >>> ${CHUNK_BITS}]; f64 = chunk.f64; i32 = chunk.i32;
      at = ((entry - 1) & ${CHUNK_MASK}) * ${width}; half = 2 * at;
      if (${key.map(samePart).join(' && ')}) break;
    }
    slot = (slot + 2) & mask;
    entry = table[slot];
  }`;
}

/** Loads one part of a key: bigints by halves. */
function keyPart({ storage }: ColumnLayout, n: number): string {
  const value = `const value${n} = values[${n}];`;
  if (storage === 'flag') return `${value} const flag${n} = value${n} ? 1 : 0;`;
  if (storage === 'i64') return `${value} long[0] = value${n}; const low${n} = halves[0]; const high${n} = halves[1];`;
  return value;
}

function hashPart({ storage }: ColumnLayout, n: number): string {
  const value = `values[${n}]`;
  switch (storage) {
    case 'text':
      return `hash = mix(hash, hashText(${value}));`;
    case 'f64':
      return `bits[0] = ${value} + 0; hash = mix(mix(hash, halves[0]), halves[1]);`;
    case 'i64':
      return `long[0] = ${value}; hash = mix(mix(hash, halves[0]), halves[1]);`;
    case 'flag':
      return `hash = mix(hash, ${value} ? 1 : 0);`;
    default:
      return `hash = mix(hash, ${value});`;
  }
}

function samePart({ storage, at }: ColumnLayout, n: number): string {
  switch (storage) {
    case 'text':
      return `arena.equals(i32[half + ${at}], value${n})`;
    case 'f64':
      return `f64[at + ${at}] === value${n}`;
    case 'i64':
      return `i32[half + ${2 * at}] === low${n} && i32[half + ${2 * at + 1}] === high${n}`;
    case 'flag':
      return `i32[half + ${at}] === flag${n}`;
    default:
      return `i32[half + ${at}] === value${n}`;
  }
}

/** Only a double has -0; adding 0 turns it into 0. */
function store({ storage, at, presence, column }: ColumnLayout, n: number): string {
  const value = `value${n}`;
  const { optional, kind } = column.type;
  switch (storage) {
    case 'text':
      return `i32[half + ${at}] = address${n};`;
    case 'f64': {
      const stored = kind === 'double' ? value : `${value} + 0`;
      return `f64[at + ${at}] = ${optional ? `${value} === undefined ? NaN : ${stored}` : stored};`;
    }
    case 'i32':
      return `i32[half + ${at}] = ${value};`;
    case 'flag':
      return `i32[half + ${at}] = ${optional ? `${value} === undefined ? -1 : ` : ''}${value} ? 1 : 0;`;
    default: {
      const stored = storage === 'i64' ? `i64[at + ${at}] = ${value};` : `storeWide(chunk, at + ${at}, ${value});`;
      if (presence < 0) return stored;
      return `if (${value} === undefined) i32[half + ${presence}] = 0; else { i32[half + ${presence}] = 1; ${stored} }`;
    }
  }
}

function valueOf({ storage, at, presence, column }: ColumnLayout): string {
  const { optional } = column.type;
  switch (storage) {
    case 'text':
      return `${optional ? `i32[half + ${at}] === ${NO_TEXT} ? undefined : ` : ''}arena.textOf(i32[half + ${at}])`;
    case 'f64':
      return optional ? `f64[at + ${at}] !== f64[at + ${at}] ? undefined : f64[at + ${at}]` : `f64[at + ${at}]`;
    case 'i32':
      return `i32[half + ${at}]`;
    case 'flag':
      return `${optional ? `i32[half + ${at}] < 0 ? undefined : ` : ''}i32[half + ${at}] === 1`;
    default: {
      const stored = storage === 'i64' ? `i64[at + ${at}]` : `wideAt(chunk, at + ${at})`;
      return presence < 0 ? stored : `i32[half + ${presence}] === 0 ? undefined : ${stored}`;
    }
  }
}

function compare(layout: RowLayout, key: readonly ColumnLayout[]): string {
  const parts = key.map(({ storage, at, column }) => {
    const [less, more] = column.descending ? [1, -1] : [-1, 1];
    const cell =
      storage === 'f64' || storage === 'i64' ? (of: string) => `${storage}${of}[at${of} + ${at}]` : undefined;
    const a = cell?.('A') ?? `i32A[halfA + ${at}]`;
    const b = cell?.('B') ?? `i32B[halfB + ${at}]`;
    if (storage === 'text')
      return `if (${a} !== ${b}) { const order = arena.compare(${a}, ${b}); if (order !== 0) return ${less} * -order; }`;
    return `if (${a} !== ${b}) return ${a} < ${b} ? ${less} : ${more};`;
  });
  return `function compare(a, b) { ${row(layout, 'a', 'A')} ${row(layout, 'b', 'B')} ${parts.join('\n  ')} return 0; }`;
}

function compareTo(layout: RowLayout, key: readonly ColumnLayout[]): string {
  const parts = key.map((part, n) => {
    const [less, more] = part.column.descending ? [1, -1] : [-1, 1];
    const ends = `if (prefix.length === ${n}) return 0;`;
    if (part.storage === 'text')
      return `${ends} const order${n} = arena.compareTo(i32[half + ${part.at}], prefix[${n}]); if (order${n} !== 0) return ${less} * -order${n};`;
    return `${ends} const value${n} = ${valueOf(part)}; if (value${n} !== prefix[${n}]) return value${n} < prefix[${n}] ? ${less} : ${more};`;
  });
  return `function compareTo(number, prefix) { ${row(layout, 'number')} ${parts.join('\n  ')} return 0; }`;
}
