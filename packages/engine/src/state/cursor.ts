import { type RecordSchema, StockafolioError, type Value } from '@stockafolio/core';
import { fieldOf, shownValue, valueCheck, type ValueCheck } from '@stockafolio/core/ports';
import { addInt128, addInt64 } from './add-integers.js';
import { ABSENT_I64, cellOffsets, isTextual, stateColumn, type StateColumn } from './columns.js';
import { int128At, setInt128 } from './int128.js';
import type { Interner } from './interner.js';
import type { RowPointer } from './rows.js';

/**
 * A view of the row that a pointer points at, which reads and writes like a plain object of the state's schema.
 *
 * A setter accepts a number only if its cell holds it exactly, otherwise it throws ERR_OVERFLOW; a text only if it is a
 * value of its field, otherwise ERR_ROW_INVALID. Then the fold that set it is undone. The cursor's own members begin
 * with `$` or `_`, as no field does.
 */
export interface Cursor {
  /** A plain copy of the row, in schema order; an operator's own fields, which begin with `$`, are left out. */
  $copy(): Record<string, Value>;
  /** Sets the initial values of a row: zero, '', false, the first word, absent. */
  $reset(): void;
  /** Adds a whole number to a bigint field: see `addTo`. */
  $add(field: string, amount: number): void;
}

type CursorClass = new (
  owner: string,
  interner: Interner,
  pointer: RowPointer,
  checks: readonly ValueCheck[],
) => Cursor;

/** By their columns, as text. */
const classes = new Map<string, CursorClass>();

/** The columns in which a state schema is stored. */
export function stateColumns(schema: RecordSchema): StateColumn[] {
  return schema.names.map((name) => stateColumn(name, fieldOf(schema.fields, name)));
}

/**
 * A cursor over the columns of a state schema. Its class is compiled once, so that a fold meets only one shape, however
 * many operators and engines use it.
 */
export function newCursor(schema: RecordSchema, owner: string, interner: Interner, pointer: RowPointer): Cursor {
  const columns = stateColumns(schema);
  const shape = JSON.stringify(columns);
  let compiled = classes.get(shape);
  if (compiled === undefined) {
    compiled = compile(columns);
    classes.set(shape, compiled);
  }
  const checks = schema.names.map((name) => valueCheck(fieldOf(schema.fields, name)));
  return new compiled(owner, interner, pointer, checks);
}

/** Field names are identifiers by schema, so nothing else can get into the source text. */
function compile(columns: readonly StateColumn[]): CursorClass {
  const offsets = cellOffsets(columns);
  const each = (line: (column: StateColumn, at: number, n: number) => string): string =>
    columns.map((column, n) => line(column, offsets[n] as number, n)).join('\n');
  const copied = columns.filter((column) => !column.name.startsWith('$'));
  const source = `'use strict';
return class StateCursor {
  constructor(owner, interner, pointer, checks) {
    this._owner = owner; this._interner = interner; this._p = pointer; this._checks = checks;
  }
  $copy() { return { ${copied.map((c) => `${c.name}: this.${c.name}`).join(', ')} }; }
  $reset() { const p = this._p; ${each(resetter)} }
  $add(field, amount) { const p = this._p; ${each(adder)} overflow(this._owner, field, amount); }
  ${each(accessors)}
};`;
  // compiled from a validated schema
  const names = Object.keys(scope);
  return new Function(...names, source)(...Object.values(scope)) as CursorClass;
}

const scope = { overflow, misfit, addInt64, addInt128, int128At, setInt128 };

function cell({ storage }: StateColumn, at: number): string {
  return `p.${storage === 'i128' ? 'i64' : storage}[p.at + ${at}]`;
}

function absent(c: StateColumn): string {
  return c.storage === 'f64' ? 'NaN' : `${ABSENT_I64}n`;
}

function resetter(c: StateColumn, at: number): string {
  if (c.storage === 'i128') return `${cell(c, at)} = 0n; ${cell(c, at + 1)} = ${c.optional ? absent(c) : '0n'};`;
  return `${cell(c, at)} = ${initial(c)};`;
}

function initial(c: StateColumn): string {
  if (c.optional) return absent(c);
  if (c.kind === 'oneOf') return `this._interner.idOf(${JSON.stringify(c.first)})`;
  return c.storage === 'i64' ? '0n' : '0';
}

function adder(c: StateColumn, at: number): string {
  if (c.storage === 'f64' || c.optional) return '';
  const add = c.storage === 'i128' ? 'addInt128' : 'addInt64';
  return `if (field === '${c.name}' && ${add}(p.i32, 2 * (p.at + ${at}), amount)) return;`;
}

function accessors(c: StateColumn, at: number, n: number): string {
  const clear = c.optional ? `if (v === undefined) { ${cleared(c, at)}; return; }` : '';
  // In brackets, because a field may be called constructor.
  return `
  get ['${c.name}']() { const p = this._p; ${getter(c, at)} }
  set ['${c.name}'](v) { const p = this._p; ${clear} ${setter(c, at, n)} }`;
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

function setter(c: StateColumn, at: number, n: number): string {
  const fail = `overflow(this._owner, '${c.name}', v);`;
  if (isTextual(c.kind)) {
    // Most folds set the text that is already there, which needs no check.
    return `if (typeof v !== 'string') ${fail} const id = this._interner.idOf(v);
    if (id === ${cell(c, at)}) return;
    const problem = this._checks[${n}](v); if (problem !== undefined) misfit(this._owner, '${c.name}', v, problem);
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
    case 'bigMoney':
      return `if (typeof v !== 'bigint' || !setInt128(p, p.at + ${at}, v)) ${fail}`;
    case 'bigint64':
      return `if (typeof v !== 'bigint' || BigInt.asIntN(64, v) !== v || v === ${ABSENT_I64}n) ${fail} ${cell(c, at)} = v;`;
    default:
      return `if (!Number.isSafeInteger(v)) ${fail} ${cell(c, at)} = v;`;
  }
}

/** The error of a state setter for a text that is not a value of its field. */
function misfit(owner: string, field: string, value: unknown, problem: string): never {
  throw new StockafolioError('ERR_ROW_INVALID', `${owner}: ${shownValue(value)} cannot be '${field}': it ${problem}`, {
    hint: 'set a value of the type that the state declares, within its bounds',
  });
}

/** The error of a state setter for a value that its cell does not hold exactly. */
function overflow(owner: string, field: string, value: unknown): never {
  throw new StockafolioError('ERR_OVERFLOW', `${owner}: ${String(value)} does not fit '${field}' exactly`, {
    hint: 'money() and int64() end at 2^53; use bigMoney() or int64({ range: "full" }) for larger sums',
  });
}
