import { StockafolioError } from '../errors/index.js';
import { fieldOf, typeName, type RecordSchema } from '../schema/index.js';
import type { Table } from '../table/index.js';
import { keyKindsOf } from './key-kinds.js';
import type { OperatorNode } from './plan.js';
import { shardMissing } from './shard-missing.js';

/** Where a column's value comes from: the shard, a part of the key, a field of the state, or nowhere. */
export type ColumnOrigin = { readonly part: number } | { readonly field: string } | 'shard' | 'absent';

/**
 * The origins of a table's columns: the key parts in order, then the state's fields by name.
 *
 * @throws ERR_PIPELINE_INVALID if a column has no field of its name and type in the state
 */
export function columnOrigins(operator: string, state: RecordSchema, table: Table): ColumnOrigin[] {
  let part = 0;
  return table.columns.map((column): ColumnOrigin => {
    if (column.type.kind === 'shard') return 'shard';
    if (column.role !== 'value') return { part: part++ };
    if (!state.names.includes(column.name)) {
      if (column.type.optional) return 'absent';
      return mismatch(operator, table, `has a column '${column.name}' that the state does not have`);
    }
    const field = fieldOf(state.fields, column.name);
    if (typeName(field) !== typeName(column.type) || (field.optional && !column.type.optional)) {
      return mismatch(
        operator,
        table,
        `holds '${column.name}' as ${typeName(column.type)}, the state as ${typeName(field)}${field.optional ? ' (optional)' : ''}`,
      );
    }
    return { field: column.name };
  });
}

/**
 * Checks that the state of an operator, or one of its maps, can be the rows of a table.
 *
 * @throws ERR_PIPELINE_INVALID if its fields are not the table's columns, ERR_SHARD_MISSING if the table lacks a shard
 */
export function checkStateFits(node: OperatorNode, table: Table, map?: string): void {
  if (node.isShared && table.shardIndex < 0) throw shardMissing(table);
  const below = map === undefined ? undefined : node.subKeys?.[map];
  columnOrigins(node.name, below?.fields ?? node.state, table);
  const last = keyKindsOf(table).at(-1);
  if (below !== undefined && last !== below.kind)
    mismatch(node.name, table, `has a ${last} as its last key column, and map '${map}' has keys of ${below.kind}`);
}

function mismatch(operator: string, table: Table, what: string): never {
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}' cannot write to table '${table.name}': it ${what}`,
    {
      hint: 'give the state and the table fields of the same names and types, or map the updates to rows in between',
    },
  );
}
