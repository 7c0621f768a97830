import { StockafolioError } from '../errors/index.js';
import { fieldOf, type RecordSchema, type Value } from '../schema/index.js';
import { addInt64 } from './add-to.js';
import { ABSENT_I64, isTextual, stateColumn, type StateColumn } from './columns.js';
import type { Interner } from './interner.js';
import type { RowPointer } from './rows.js';

/**
 * A view of the row that a pointer points at, which reads and writes like a plain object of the state's schema.
 *
 * A setter takes a value only if its cell holds it exactly: else ERR_OVERFLOW, and the fold that set it is undone.
 */
export interface Cursor {
  /** A plain copy of the row, in schema order; an operator's own fields, which begin with `$`, are left out. */
  copy(): Record<string, Value>;
  /** The values with which a row begins: zero, '', false, the first word, absent. */
  reset(): void;
  /** Adds a whole number to a bigint field: see `addTo`. */
  $add(field: string, amount: number): void;
}

type CursorClass = new (owner: string, interner: Interner, pointer: RowPointer) => Cursor;

/** By the columns they have, written out. */
const classes = new Map<string, CursorClass>();

/** The columns in which a state schema is stored. */
export function stateColumns(schema: RecordSchema): StateColumn[] {
  return schema.names.map((name) => stateColumn(name, fieldOf(schema.fields, name)));
}

/**
 * A cursor over such columns; its class is compiled once, so that a fold meets one shape only, however many operators and
 * engines it is used in.
 */
export function newCursor(
  columns: readonly StateColumn[],
  owner: string,
  interner: Interner,
  pointer: RowPointer,
): Cursor {
  const shape = JSON.stringify(columns);
  let compiled = classes.get(shape);
  if (compiled === undefined) {
    compiled = compile(columns);
    classes.set(shape, compiled);
  }
  return new compiled(owner, interner, pointer);
}

/** Field names are identifiers by schema, so that nothing else can get into the source text. */
function compile(columns: readonly StateColumn[]): CursorClass {
  const each = (line: (column: StateColumn, n: number) => string): string => columns.map(line).join('\n');
  const copied = columns.filter((column) => !column.name.startsWith('$'));
  const source = `'use strict';
return class StateCursor {
  constructor(owner, interner, pointer) {
    this._owner = owner; this._interner = interner; this._p = pointer;
  }
  copy() { return { ${copied.map((c) => `${c.name}: this.${c.name}`).join(', ')} }; }
  reset() { const p = this._p; ${each((c, n) => `${cell(c, n)} = ${initial(c)};`)} }
  $add(field, amount) { const p = this._p; ${each(adder)} overflow(this._owner, field, amount); }
  ${each(accessors)}
};`;
  // compiled from a validated schema
  const make = new Function('overflow', 'addInt64', source) as (
    fail: typeof overflow,
    add: typeof addInt64,
  ) => CursorClass;
  return make(overflow, addInt64);
}

function cell(c: StateColumn, n: number): string {
  return `p.${c.storage}[p.at + ${n}]`;
}

function absent(c: StateColumn): string {
  return c.storage === 'i64' ? `${ABSENT_I64}n` : 'NaN';
}

function initial(c: StateColumn): string {
  if (c.optional) return absent(c);
  if (c.kind === 'oneOf') return `this._interner.idOf(${JSON.stringify(c.first)})`;
  return c.storage === 'i64' ? '0n' : '0';
}

function adder(c: StateColumn, n: number): string {
  if (c.storage !== 'i64' || c.optional) return '';
  return `if (field === '${c.name}' && addInt64(p.i32, 2 * (p.at + ${n}), amount)) return;`;
}

function accessors(c: StateColumn, n: number): string {
  const read = isTextual(c.kind) ? 'this._interner.textOf(v)' : c.kind === 'boolean' ? 'v === 1' : 'v';
  const isAbsent = c.storage === 'f64' ? 'v !== v' : `v === ${absent(c)}`;
  const clear = c.optional ? `if (v === undefined) { ${cell(c, n)} = ${absent(c)}; return; }` : '';
  return `
  get ${c.name}() {
    const p = this._p; const v = ${cell(c, n)}; ${c.optional ? `if (${isAbsent}) return undefined;` : ''} return ${read};
  }
  set ${c.name}(v) { const p = this._p; ${clear} ${setter(c, n)} }`;
}

function setter(c: StateColumn, n: number): string {
  const fail = `overflow(this._owner, '${c.name}', v);`;
  if (isTextual(c.kind)) {
    return `if (typeof v !== 'string') ${fail} ${cell(c, n)} = this._interner.idOf(v);`;
  }
  switch (c.kind) {
    case 'boolean':
      return `${cell(c, n)} = v ? 1 : 0;`;
    case 'int32':
    case 'shard':
      return `if ((v | 0) !== v) ${fail} ${cell(c, n)} = v;`;
    case 'double':
      return `if (!Number.isFinite(v)) ${fail} ${cell(c, n)} = v;`;
    case 'bigMoney':
    case 'bigint64':
      return `if (typeof v !== 'bigint' || BigInt.asIntN(64, v) !== v || v === ${ABSENT_I64}n) ${fail} ${cell(c, n)} = v;`;
    default:
      return `if (!Number.isSafeInteger(v)) ${fail} ${cell(c, n)} = v;`;
  }
}

/** What a state setter throws: the value was not exact in its cell. */
function overflow(owner: string, field: string, value: unknown): never {
  throw new StockafolioError('ERR_OVERFLOW', `${owner}: ${String(value)} does not fit '${field}' exactly`, {
    hint: 'money() and int64() end at 2^53; use bigMoney() or int64({ range: "full" }) for larger sums',
  });
}
