import { type Column, StockafolioError, type Table, type Value } from '@stockafolio/core';
import { misfit, misfitScope, type MisfitScope, type RowValues } from '@stockafolio/core/ports';
import { listed } from './row.js';

type RowReader = (row: Readonly<Record<string, Value>>, shard: number) => RowValues;

const readers = new WeakMap<Table, RowReader>();

/**
 * From a plain row to its values in the order of `table.columns`, each checked against its column; the shard is filled
 * in. Compiled once per table: column names are identifiers by schema.
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
  const source = `'use strict'; return (row, shard) => { ${checks.join('\n')} return listed(${table.columns.map((_, n) => `v${n}`).join(', ')}); };`;
  // compiled from a validated schema
  const make = new Function('invalid', 'words', 'scope', 'listed', source) as (
    fail: (n: number, v: unknown) => never,
    words: Set<string>[],
    scope: MisfitScope,
    list: typeof listed,
  ) => RowReader;
  return make(
    (n, value) => invalidValue(table, table.columns[n] as Column, value),
    table.columns.map((column) => new Set(column.type.values)),
    misfitScope,
    listed,
  );
}

function check(column: Column, n: number): string {
  const wrong = `(${misfit(column.type, `v${n}`, `words[${n}]`, 'scope')})`;
  return column.type.optional
    ? `if (v${n} !== undefined && ${wrong}) invalid(${n}, v${n});`
    : `if ${wrong} invalid(${n}, v${n});`;
}

/** The error for a value that does not fit its column. */
export function invalidValue(table: Table, column: Column, value: unknown): never {
  const shown = String(value);
  throw new StockafolioError(
    'ERR_ROW_INVALID',
    `table '${table.name}': ${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown} does not fit column '${column.name}' (${column.type.kind})`,
    { hint: 'make the pipeline emit a value of the column type, within its bounds' },
  );
}
