import type { Value } from '@stockafolio/core';
import type { ValueCheck, StateColumn } from '@stockafolio/core/ports';
import { ABSENT_I64, cellsOf, initialOf, isTextual } from './columns.js';
import { misfit, overflow } from './cursor-errors.js';
import { int128At, setInt128 } from './int128.js';
import type { Interner } from './interner.js';
import type { RowPointer } from './rows.js';
import type { ValueTexts } from './value-texts.js';

/** What the fields of a cursor use of it. */
export interface CursorParts {
  readonly _owner: string;
  readonly _interner: Interner;
  readonly _p: RowPointer;
  /** By column, what is wrong with a text. */
  readonly _checks: readonly ValueCheck[];
  /** By column, what numbers its texts; empty if the interner does. */
  readonly _texts: readonly ValueTexts[];
}

/** How one field of a cursor is read and set, and given its initial value. */
export interface CursorField {
  get(this: CursorParts): unknown;
  set(this: CursorParts, value: unknown): void;
  reset(this: CursorParts): void;
}

interface FieldScope {
  readonly name: string;
  /** Its first cell, relative to the first value of the row. */
  readonly at: number;
  /** Its initial value, if it is not absent. */
  readonly initial: Value;
}

/** @param at its first cell, relative to the first value of the row */
export function cursorField(column: StateColumn, n: number, at: number, hasTexts: boolean): CursorField {
  const initial = initialOf(column);
  const field = requiredField(column, n, { name: column.name, at, initial }, hasTexts);
  if (!column.optional) return field;
  const isAbsent = initial === undefined;
  if (column.storage === 'f64') return optionalDouble({ field, at, isAbsent });
  return optionalInteger({ field, at: at + cellsOf(column) - 1, isAbsent });
}

function requiredField({ kind }: StateColumn, n: number, scope: FieldScope, hasTexts: boolean): CursorField {
  if (isTextual(kind)) return textField({ ...scope, n, isOwn: hasTexts && kind === 'text' });
  switch (kind) {
    case 'boolean':
      return booleanField(scope);
    case 'int32':
    case 'shard':
      return int32Field(scope);
    case 'double':
      return doubleField(scope);
    case 'bigDecimal':
      return int128Field(scope);
    case 'bigint64':
      return int64Field(scope);
    default:
      return safeIntegerField(scope);
  }
}

interface TextScope extends FieldScope {
  /** Its number among the columns. */
  readonly n: number;
  /** Whether something of its own numbers its texts. */
  readonly isOwn: boolean;
}

function textField({ name, at, n, isOwn, initial = '' }: TextScope): CursorField {
  return {
    get() {
      return this._interner.textOf(this._p.f64[this._p.at + at] as number);
    },
    set(value) {
      if (typeof value !== 'string') return overflow(this._owner, name, value);
      const before = this._p.f64[this._p.at + at] as number;
      const id = (isOwn ? this._texts[n]?.numberOf(value, before) : undefined) ?? this._interner.idOf(value);
      // Most folds set the text that is already there, which needs no check.
      if (id === before) return;
      const problem = this._checks[n]?.(value);
      if (problem !== undefined) misfit(this._owner, name, value, problem);
      if (before > 0) this._interner.released++;
      this._p.f64[this._p.at + at] = id;
    },
    reset() {
      this._p.f64[this._p.at + at] = this._interner.idOf(initial as string);
    },
  };
}

function booleanField({ at, initial = false }: FieldScope): CursorField {
  return {
    get() {
      return this._p.f64[this._p.at + at] === 1;
    },
    set(value) {
      this._p.f64[this._p.at + at] = value ? 1 : 0;
    },
    reset() {
      this._p.f64[this._p.at + at] = Number(initial);
    },
  };
}

function int32Field({ name, at, initial = 0 }: FieldScope): CursorField {
  return {
    get() {
      return this._p.f64[this._p.at + at];
    },
    set(value) {
      if (typeof value !== 'number' || (value | 0) !== value) return overflow(this._owner, name, value);
      this._p.f64[this._p.at + at] = value;
    },
    reset() {
      this._p.f64[this._p.at + at] = initial as number;
    },
  };
}

function safeIntegerField({ name, at, initial = 0 }: FieldScope): CursorField {
  return {
    get() {
      return this._p.f64[this._p.at + at];
    },
    set(value) {
      if (!Number.isSafeInteger(value)) overflow(this._owner, name, value);
      this._p.f64[this._p.at + at] = value as number;
    },
    reset() {
      this._p.f64[this._p.at + at] = initial as number;
    },
  };
}

function doubleField({ name, at, initial = 0 }: FieldScope): CursorField {
  return {
    get() {
      return this._p.f64[this._p.at + at];
    },
    set(value) {
      if (!Number.isFinite(value)) overflow(this._owner, name, value);
      this._p.f64[this._p.at + at] = value as number;
    },
    reset() {
      this._p.f64[this._p.at + at] = initial as number;
    },
  };
}

function int64Field({ name, at, initial = 0n }: FieldScope): CursorField {
  return {
    get() {
      return this._p.i64[this._p.at + at];
    },
    set(value) {
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value || value === ABSENT_I64)
        return overflow(this._owner, name, value);
      this._p.i64[this._p.at + at] = value;
    },
    reset() {
      this._p.i64[this._p.at + at] = initial as bigint;
    },
  };
}

function int128Field({ name, at, initial = 0n }: FieldScope): CursorField {
  return {
    get() {
      return int128At(this._p, this._p.at + at);
    },
    set(value) {
      if (typeof value !== 'bigint' || !setInt128(this._p, this._p.at + at, value)) overflow(this._owner, name, value);
    },
    reset() {
      setInt128(this._p, this._p.at + at, initial as bigint);
    },
  };
}

/** A field whose absent value is NaN in its cell. */
function optionalDouble({ field, at, isAbsent }: OptionalScope): CursorField {
  return {
    get() {
      const cell = this._p.f64[this._p.at + at];
      return cell === cell ? field.get.call(this) : undefined;
    },
    set(value) {
      if (value === undefined) this._p.f64[this._p.at + at] = Number.NaN;
      else field.set.call(this, value);
    },
    reset() {
      if (isAbsent) this._p.f64[this._p.at + at] = Number.NaN;
      else field.reset.call(this);
    },
  };
}

/** A field whose absent value is ABSENT_I64 in its cell, the upper one if it has two. */
interface OptionalScope {
  readonly field: CursorField;
  readonly at: number;
  /** Whether it begins absent. */
  readonly isAbsent: boolean;
}

function optionalInteger({ field, at, isAbsent }: OptionalScope): CursorField {
  return {
    get() {
      return this._p.i64[this._p.at + at] === ABSENT_I64 ? undefined : field.get.call(this);
    },
    set(value) {
      if (value === undefined) this._p.i64[this._p.at + at] = ABSENT_I64;
      else field.set.call(this, value);
    },
    reset() {
      field.reset.call(this);
      if (isAbsent) this._p.i64[this._p.at + at] = ABSENT_I64;
    },
  };
}
