import type { RecordSchema, Value } from '@stockafolio/core';
import { canCompile } from '@stockafolio/core/compile';
import { fieldOf, valueCheck, type ValueCheck, type StateColumn } from '@stockafolio/core/ports';
import { stateColumn } from './columns.js';
import { compileCursor } from './compile-cursor.js';
import { cursorClass } from './cursor-class.js';
import type { Interner } from './interner.js';
import type { RowPointer } from './rows.js';
import type { ValueTexts } from './value-texts.js';

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
  /** Sets the initial values of a row: those of its schema, otherwise zero, '', false, the first word, absent. */
  $reset(): void;
  /** Adds a whole number to a bigint field: see `addTo`. */
  $add(field: string, amount: number): void;
  /** The value of a field of numbers or bigints; of bigints as a number within 2^53, so that none is created to compare. */
  $number(field: string): number | bigint;
}

export type CursorClass = new (
  owner: string,
  interner: Interner,
  pointer: RowPointer,
  checks: readonly ValueCheck[],
  texts: readonly ValueTexts[],
) => Cursor;

/** By their columns, as text. */
const classes = new Map<string, CursorClass>();

/** The columns in which a state schema is stored. */
export function stateColumns(schema: RecordSchema): StateColumn[] {
  const { names, fields, initial } = schema;
  return names.map((name) => stateColumn(name, fieldOf(fields, name), initial?.[name]));
}

/**
 * A cursor over the columns of a state schema. There is one class for each list of columns, so that a fold meets only
 * one shape, however many operators and engines use it.
 *
 * @param textsOf makes what numbers the texts of one field, if not the interner itself does
 */
export function newCursor(
  schema: RecordSchema,
  owner: string,
  interner: Interner,
  pointer: RowPointer,
  textsOf?: () => ValueTexts,
): Cursor {
  const columns = stateColumns(schema);
  const hasTexts = textsOf !== undefined;
  const shape = JSON.stringify([columns, hasTexts]);
  let made = classes.get(shape);
  if (made === undefined) {
    made = canCompile() ? compileCursor(columns, hasTexts) : cursorClass(columns, hasTexts);
    classes.set(shape, made);
  }
  const checks = schema.names.map((name) => valueCheck(fieldOf(schema.fields, name)));
  const texts = textsOf === undefined ? [] : columns.map(textsOf);
  return new made(owner, interner, pointer, checks, texts);
}
