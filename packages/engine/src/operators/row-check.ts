import {
  type Column,
  type FieldType,
  type KeyPart,
  type Kind,
  type RecordSchema,
  StockafolioError,
  type Table,
  type Value,
} from '@stockafolio/core';
import { instantiate, memberReader } from '@stockafolio/core/compile';
import type { KeyTuple } from '@stockafolio/core/plan';
import { fieldOf, MAX_SAFE, valueCheck, type StateView } from '@stockafolio/core/ports';
import { invalidValue } from '../flow/row-reader.js';
import { isTextual } from '../state/columns.js';

/** Checks, which throw ERR_ROW_INVALID; absent where nothing can be wrong. */
export interface RowCheck {
  /** Of a new key. */
  readonly ofKey?: ((key: KeyTuple) => void) | undefined;
  /** Of the values that the cursor is on, after a fold. */
  readonly ofValues?: (() => void) | undefined;
}

/**
 * Checks that the state after a fold fits the tables that are made from it, so that a record which does not fit is
 * rejected in time: when its rows are written it is too late to know which record it was.
 *
 * A key is checked completely, once. Of the values only what the setters of the state leave open is checked, which for
 * most is nothing.
 *
 * @param key one of the operator's keys: all are like it
 * @param cursor on the state after a fold
 * @throws ERR_ROW_INVALID if it cannot be the key of a table
 */
export function rowCheck(
  operator: string,
  key: readonly KeyPart[],
  cursor: StateView,
  schema: RecordSchema,
  tables: readonly Table[],
): RowCheck {
  const parts = partChecks(operator, key.length, tables);
  const ofKey = parts.map((check, part) => {
    // The first key determines the kinds of all keys: it must be one that the tables accept.
    check?.(key[part] as KeyPart);
    return (other: readonly KeyPart[]) => check?.(other[part] as KeyPart);
  });
  return {
    ofKey: tables.length === 0 ? undefined : allOf(ofKey),
    ofValues: valuesCheck(operator, cursor, schema, tables),
  };
}

/**
 * By part of a key, its check; undefined if there are no tables.
 *
 * @throws ERR_ROW_INVALID if keys of so many parts cannot be those of a table
 */
export function partChecks(
  operator: string,
  length: number,
  tables: readonly Table[],
): readonly (((part: KeyPart) => void) | undefined)[] {
  const checks: ((part: KeyPart) => void)[][] = Array.from({ length }, () => []);
  for (const table of tables) {
    const columns = table.columns.filter(({ type, role }) => role !== 'value' && type.kind !== 'shard');
    if (columns.length !== length) throw otherKey(operator, length, table, columns.length);
    columns.forEach((column, part) => checks[part]?.push(columnCheck(table, column)));
  }
  return checks.map(allOf);
}

/** The check of the values that the cursor is on, after they have changed; undefined if nothing can be wrong. */
export function valuesCheck(
  operator: string,
  cursor: StateView,
  schema: RecordSchema,
  tables: readonly Table[],
): (() => void) | undefined {
  const ofValues: (() => void)[] = [];
  for (const table of tables) {
    for (const column of table.columns) {
      const { name, role } = column;
      if (role !== 'value' || column.type.kind === 'shard' || !schema.names.includes(name)) continue;
      const isMisfit = misfitAfterFold(fieldOf(schema.fields, name), column.type);
      if (isMisfit === undefined) continue;
      const owner = `operator '${operator}', ${table.name}, ${name}`;
      ofValues.push(
        instantiate(owner, stateCheck, {
          ...{ cursor, isMisfit, read: memberReader(owner, name as never) },
          invalid: (value: Value) => invalidValue(table, column, value),
        }),
      );
    }
  }
  return allOf(ofValues);
}

/** Throws if a value does not fit a column. */
function columnCheck(table: Table, column: Column): (value: Value) => void {
  const problemOf = valueCheck(column.type);
  return (value) => {
    if (problemOf(value) !== undefined) invalidValue(table, column, value);
  };
}

/** Names nothing from outside: see `instantiate`. */
function stateCheck(scope: {
  readonly cursor: StateView;
  readonly read: (state: StateView) => Value;
  readonly isMisfit: Test;
  readonly invalid: (value: Value) => never;
}): () => void {
  const { cursor, read, isMisfit, invalid } = scope;
  return function checkState() {
    const value = read(cursor);
    if (value !== undefined && isMisfit(value)) invalid(value);
  };
}

/** All checks as one; undefined if there are none. */
function allOf<A extends readonly unknown[]>(
  checks: readonly ((...of: A) => void)[],
): ((...of: A) => void) | undefined {
  const [first, ...others] = checks;
  if (first === undefined || others.length === 0) return first;
  return (...of) => {
    for (const check of checks) check(...of);
  };
}

function otherKey(operator: string, length: number, table: Table, parts: number): StockafolioError {
  return new StockafolioError(
    'ERR_ROW_INVALID',
    `operator '${operator}' has keys of ${length} parts, and table '${table.name}' keys of ${parts}: rows would overwrite one another`,
    { hint: "give the table a key column for each part of the operator's key, in their order" },
  );
}

type Test = (value: Value) => boolean;

/** Whether a value that the setter of a state's field accepts is none of a column; undefined if all are. */
function misfitAfterFold(field: FieldType, column: FieldType): Test | undefined {
  const tests = isTextual(column.kind) ? misfitTexts(field, column) : misfitNumbers(column);
  return tests.length > 1 ? (value) => tests.some((isMisfit) => isMisfit(value)) : tests[0];
}

function misfitTexts(field: FieldType, column: FieldType): Test[] {
  const tests: Test[] = [];
  const { min = 0, max = Infinity } = column;
  // A state begins with an empty text, which is not a date.
  if (column.kind === 'date') tests.push((text) => text === '');
  if (column.kind === 'oneOf') {
    const lacking = new Set<Value>((field.values ?? []).filter((word) => column.values?.includes(word) !== true));
    if (lacking.size > 0) tests.push((text) => lacking.has(text));
  }
  if (min > 0) tests.push((text) => (text as string).length < min);
  if (max < (field.max ?? Infinity)) tests.push((text) => (text as string).length > max);
  return tests;
}

/** The range that the setters of a state accept for each kind of number. */
const ranges: Partial<Record<Kind, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-MAX_SAFE, MAX_SAFE],
  decimal: [-MAX_SAFE, MAX_SAFE],
  timestamp: [-MAX_SAFE, MAX_SAFE],
  double: [-Infinity, Infinity],
};

function misfitNumbers({ kind, min = -Infinity, max = Infinity }: FieldType): Test[] {
  const [least, most] = ranges[kind] ?? [min, max];
  return min > least || max < most ? [(value) => (value as number) < min || (value as number) > max] : [];
}
