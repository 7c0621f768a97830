import { StockafolioError } from '../errors/index.js';
import type { RowValues } from '../ports/index.js';
import type { FieldType, Value } from '../schema/index.js';
import { isDay } from '../table/check-row.js';
import type { Column, Table } from '../table/index.js';

type RowReader = (row: Readonly<Record<string, Value>>, shard: number) => RowValues;

const readers = new WeakMap<Table, RowReader>();

/**
 * From a plain row to its values in the order of `table.columns`, each checked against its column; the shard is filled
 * in. Compiled once a table: column names are identifiers by schema.
 *
 * @throws ERR_ROW_INVALID naming table, column and value
 */
export function rowReader(table: Table): RowReader {
  let reader = readers.get(table);
  if (reader === undefined) {
    reader = compile(table);
    readers.set(table, reader);
  }
  return reader;
}

function compile(table: Table): RowReader {
  const checks = table.columns.map((column, n) =>
    column.type.kind === 'shard' ? `const v${n} = shard;` : `const v${n} = row.${column.name}; ${check(column, n)}`,
  );
  const source = `'use strict'; return (row, shard) => { ${checks.join('\n')} return [${table.columns.map((_, n) => `v${n}`).join(', ')}]; };`;
  // compiled from a validated schema
  const make = new Function('invalid', 'words', 'unfit', 'isDay', source) as (
    fail: (n: number, v: unknown) => never,
    words: Set<string>[],
    unfit: (text: string) => boolean,
    day: typeof isDay,
  ) => RowReader;
  return make(
    (n, value) => invalidValue(table, table.columns[n] as Column, value),
    table.columns.map((column) => new Set(column.type.values)),
    isUnfit,
    isDay,
  );
}

function check(column: Column, n: number): string {
  const wrong = `(${condition(column.type, n)})`;
  return column.type.optional
    ? `if (v${n} !== undefined && ${wrong}) invalid(${n}, v${n});`
    : `if ${wrong} invalid(${n}, v${n});`;
}

/** Source text that is true where `v<n>` is no value of the type. */
function condition(type: FieldType, n: number): string {
  const v = `v${n}`;
  const outside = `${v} < ${type.min ?? '-Infinity'} || ${v} > ${type.max ?? 'Infinity'}`;
  switch (type.kind) {
    case 'text':
      return `typeof ${v} !== 'string' || ${v}.length < ${type.min ?? 0} || ${v}.length > ${type.max ?? 255} || unfit(${v})`;
    case 'date':
      return `typeof ${v} !== 'string' || !isDay(${v})`;
    case 'oneOf':
      return `!words[${n}].has(${v})`;
    case 'boolean':
      return `typeof ${v} !== 'boolean'`;
    case 'bigMoney':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(128, ${v}) !== ${v}`;
    case 'bigint64':
      return `typeof ${v} !== 'bigint' || BigInt.asIntN(64, ${v}) !== ${v}`;
    case 'double':
      return `!Number.isFinite(${v}) || ${outside}`;
    default:
      return `!Number.isSafeInteger(${v}) || ${outside}`;
  }
}

/** Whether a text holds what no store takes: U+0000, or half a character. Almost none has any of these units. */
function isUnfit(text: string): boolean {
  return /[\0\ud800-\udfff]/.test(text) && (text.includes('\0') || !text.isWellFormed());
}

/** A value that does not fit its column. */
export function invalidValue(table: Table, column: Column, value: unknown): never {
  const shown = String(value);
  throw new StockafolioError(
    'ERR_ROW_INVALID',
    `table '${table.name}': ${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown} does not fit column '${column.name}' (${column.type.kind})`,
    { hint: 'make the pipeline emit a value of the column type, within its bounds' },
  );
}
