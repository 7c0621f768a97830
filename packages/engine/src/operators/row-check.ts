import {
  type Column,
  type FieldType,
  type KeyPart,
  type Kind,
  type RecordSchema,
  StockafolioError,
  type Table,
} from '@stockafolio/core';
import { fieldOf, MAX_SAFE, misfit, misfitScope, valueCheck } from '@stockafolio/core/ports';
import { invalidValue } from '../flow/row-writer.js';
import { isTextual } from '../state/columns.js';

/** Source text of checks, and the names that it uses. */
export interface RowCheck {
  /** For a new key: it uses `key`. */
  readonly ofKey: string;
  /** After a fold: it uses `cursor`. */
  readonly ofValues: string;
  readonly scope: Readonly<Record<string, unknown>>;
}

/**
 * Checks that the state after a fold fits the tables that are made from it, so that a record which does not fit is
 * rejected in time: when its rows are written it is too late to know which record it was.
 *
 * A key is checked completely, once. Of the values only what the setters of the state leave open is checked, which for
 * most is nothing.
 *
 * @param key one of the operator's keys: all are like it
 * @throws ERR_ROW_INVALID if it cannot be the key of a table
 */
export function rowCheck(
  operator: string,
  key: readonly KeyPart[],
  schema: RecordSchema,
  tables: readonly Table[],
): RowCheck {
  const columns: Column[] = [];
  const owners: Table[] = [];
  const words: ReadonlySet<string>[] = [];
  const number = (table: Table, column: Column): number => {
    owners.push(table);
    words.push(new Set(column.type.values));
    return columns.push(column) - 1;
  };
  const ofKey: string[] = [];
  const ofValues: string[] = [];
  for (const table of tables) {
    const parts = table.columns.filter(({ role, type }) => role !== 'value' && type.kind !== 'shard').length;
    if (parts !== key.length) throw otherKey(operator, key.length, table, parts);
    let part = 0;
    // The first key determines the kinds of all keys: it must be one that the table accepts.
    for (const column of table.columns) {
      if (column.role === 'value' || column.type.kind === 'shard') continue;
      const value = key[part++];
      if (valueCheck(column.type)(value) !== undefined) invalidValue(table, column, value);
    }
    part = 0;
    for (const column of table.columns) {
      if (column.type.kind === 'shard') continue;
      if (column.role !== 'value') {
        const value = `key[${part++}]`;
        const n = number(table, column);
        ofKey.push(`if (${misfit(column.type, value, `words[${n}]`, 'misfits')}) unfit(${n}, ${value});`);
        continue;
      }
      const isThere = schema.names.includes(column.name);
      const wrong = isThere ? misfitAfterFold(fieldOf(schema.fields, column.name), column) : undefined;
      if (wrong !== undefined)
        ofValues.push(`{ const v = cursor.${column.name}; if (${wrong}) unfit(${number(table, column)}, v); }`);
    }
  }
  const unfit = (n: number, value: unknown): never => invalidValue(owners[n] as Table, columns[n] as Column, value);
  return { ofKey: ofKey.join(' '), ofValues: ofValues.join(' '), scope: { words, misfits: misfitScope, unfit } };
}

function otherKey(operator: string, length: number, table: Table, parts: number): StockafolioError {
  return new StockafolioError(
    'ERR_ROW_INVALID',
    `operator '${operator}' has keys of ${length} parts, and table '${table.name}' keys of ${parts}: rows would overwrite one another`,
    { hint: "give the table a key column for each part of the operator's key, in their order" },
  );
}

/** What can be wrong with a field's value for a column, as source text over `v`; undefined if its setter checks it. */
function misfitAfterFold(field: FieldType, { type }: Column): string | undefined {
  const wrong = isTextual(type.kind) ? wrongText(field, type) : wrongNumber(type);
  if (wrong.length === 0) return undefined;
  return type.optional ? `v !== undefined && (${wrong.join(' || ')})` : wrong.join(' || ');
}

function wrongText(field: FieldType, type: FieldType): string[] {
  const wrong: string[] = [];
  // A state begins with an empty text, which is not a date.
  if (type.kind === 'date') wrong.push(`v === ''`);
  if (type.kind === 'oneOf') {
    const lacking = (field.values ?? []).filter((word) => type.values?.includes(word) !== true);
    for (const word of lacking) wrong.push(`v === ${JSON.stringify(word)}`);
  }
  if ((type.min ?? 0) > 0) wrong.push(`v.length < ${type.min}`);
  if ((type.max ?? Infinity) < (field.max ?? Infinity)) wrong.push(`v.length > ${type.max}`);
  return wrong;
}

/** The range that the setters of a state accept for each kind of number. */
const ranges: Partial<Record<Kind, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-MAX_SAFE, MAX_SAFE],
  money: [-MAX_SAFE, MAX_SAFE],
  timestamp: [-MAX_SAFE, MAX_SAFE],
  double: [-Infinity, Infinity],
};

function wrongNumber({ kind, min = -Infinity, max = Infinity }: FieldType): string[] {
  const [least, most] = ranges[kind] ?? [min, max];
  return [...(min > least ? [`v < ${min}`] : []), ...(max < most ? [`v > ${max}`] : [])];
}
