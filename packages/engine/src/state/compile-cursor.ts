import type { Value } from '@stockafolio/core';
import type { StateColumn } from '@stockafolio/core/ports';
import { compile } from '@stockafolio/core/compile';
import { addInt128, addInt64 } from './add-integers.js';
import { ABSENT_I64, cellOffsets, initialOf, isTextual } from './columns.js';
import type { CursorClass } from './cursor.js';
import { misfit, overflow } from './cursor-errors.js';
import { int128At, numberOfInt128, setInt128 } from './int128.js';

/**
 * The class of cursors over these columns, as source text: its accessors are short enough to be inlined into the folds.
 *
 * Field names are identifiers by schema, so nothing else can get into the text.
 */
export function compileCursor(columns: readonly StateColumn[], hasTexts: boolean): CursorClass {
  const offsets = cellOffsets(columns);
  const each = (line: (column: StateColumn, at: number, n: number, hasTexts: boolean) => string): string =>
    columns.map((column, n) => line(column, offsets[n] as number, n, hasTexts)).join('\n');
  const copied = columns.filter((column) => !column.name.startsWith('$'));
  return compile(
    'a state',
    { overflow, misfit, addInt64, addInt128, int128At, numberOfInt128, setInt128 },
    `return class StateCursor {
  constructor(owner, interner, pointer, checks, texts) {
    this._owner = owner; this._interner = interner; this._p = pointer; this._checks = checks; this._texts = texts;
  }
  $copy() { return { ${copied.map((c) => `${c.name}: this.${c.name}`).join(', ')} }; }
  $reset() { const p = this._p; ${each(resetter)} }
  $add(field, amount) { const p = this._p; ${each(adder)} overflow(this._owner, field, amount); }
  $number(field) { const p = this._p; ${each(numberer)} return this[field]; }
  ${each(accessors)}
};`,
  );
}

function cell({ storage }: StateColumn, at: number): string {
  return `p.${storage === 'i128' ? 'i64' : storage}[p.at + ${at}]`;
}

function absent(c: StateColumn): string {
  return c.storage === 'f64' ? 'NaN' : `${ABSENT_I64}n`;
}

function resetter(c: StateColumn, at: number): string {
  const value = initialOf(c);
  if (c.storage === 'i128') {
    const whole = value === undefined ? 0n : BigInt(value);
    const upper = value === undefined ? absent(c) : `${whole >> 64n}n`;
    return `${cell(c, at)} = ${BigInt.asIntN(64, whole)}n; ${cell(c, at + 1)} = ${upper};`;
  }
  return `${cell(c, at)} = ${value === undefined ? absent(c) : literal(value)};`;
}

/** What a cell holds for a value. */
function literal(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return value === '' ? '0' : `this._interner.idOf(${JSON.stringify(value)})`;
  if (typeof value === 'bigint') return `${value}n`;
  return String(Number(value));
}

function adder(c: StateColumn, at: number): string {
  if (c.storage === 'f64' || c.optional) return '';
  const add = c.storage === 'i128' ? 'addInt128' : 'addInt64';
  return `if (field === '${c.name}' && ${add}(p.i32, 2 * (p.at + ${at}), amount)) return;`;
}

function numberer(c: StateColumn, at: number): string {
  if (c.storage !== 'i128' || c.optional) return '';
  return `if (field === '${c.name}') return numberOfInt128(p, p.at + ${at});`;
}

function accessors(c: StateColumn, at: number, n: number, hasTexts: boolean): string {
  const clear = c.optional ? `if (v === undefined) { ${cleared(c, at)}; return; }` : '';
  // In brackets, because a field may be called constructor.
  return `
  get ['${c.name}']() { const p = this._p; ${getter(c, at)} }
  set ['${c.name}'](v) { const p = this._p; ${clear} ${setter(c, at, n, hasTexts)} }`;
}

function cleared(c: StateColumn, at: number): string {
  return `${cell(c, c.storage === 'i128' ? at + 1 : at)} = ${absent(c)}`;
}

function getter(c: StateColumn, at: number): string {
  if (c.storage === 'i128') {
    const ifAbsent = c.optional ? `if (${cell(c, at + 1)} === ${absent(c)}) return undefined;` : '';
    return `${ifAbsent} return int128At(p, p.at + ${at});`;
  }
  const isAbsent = c.storage === 'f64' ? 'v !== v' : `v === ${absent(c)}`;
  const value = isTextual(c.kind) ? 'this._interner.textOf(v)' : c.kind === 'boolean' ? 'v === 1' : 'v';
  return `const v = ${cell(c, at)}; ${c.optional ? `if (${isAbsent}) return undefined;` : ''} return ${value};`;
}

function setter(c: StateColumn, at: number, n: number, hasTexts: boolean): string {
  const fail = `overflow(this._owner, '${c.name}', v);`;
  if (isTextual(c.kind)) {
    // Most folds set the text that is already there, which needs no check.
    const id = hasTexts && c.kind === 'text' ? `this._texts[${n}].numberOf(v, before)` : 'this._interner.idOf(v)';
    return `if (typeof v !== 'string') ${fail} const before = ${cell(c, at)};
    const id = ${id};
    if (id === before) return;
    const problem = this._checks[${n}](v); if (problem !== undefined) misfit(this._owner, '${c.name}', v, problem);
    if (before > 0) this._interner.released++;
    ${cell(c, at)} = id;`;
  }
  switch (c.kind) {
    case 'boolean':
      return `${cell(c, at)} = v ? 1 : 0;`;
    case 'int32':
    case 'shard':
      return `if (typeof v !== 'number' || (v | 0) !== v) ${fail} ${cell(c, at)} = v;`;
    case 'double':
      return `if (!Number.isFinite(v)) ${fail} ${cell(c, at)} = v;`;
    case 'bigDecimal':
      return `if (typeof v !== 'bigint' || !setInt128(p, p.at + ${at}, v)) ${fail}`;
    case 'bigint64':
      return `if (typeof v !== 'bigint' || BigInt.asIntN(64, v) !== v || v === ${ABSENT_I64}n) ${fail} ${cell(c, at)} = v;`;
    default:
      return `if (!Number.isSafeInteger(v)) ${fail} ${cell(c, at)} = v;`;
  }
}
