import { StockafolioError } from '../errors/index.js';
import type { RowValues } from '../ports/index.js';
import type { Cursor } from '../state/cursor.js';
import type { KeyedState } from '../state/keyed-state.js';
import type { Table } from '../table/index.js';

/** Reads the row of a slot: the key parts, then the state's fields by name. */
export type DirectWriter = (state: KeyedState, cursor: Cursor, slot: number, shard: number) => RowValues;

/**
 * Compiles how a slot of state becomes a row of a table.
 *
 * @throws ERR_PIPELINE_INVALID where a column has no field of its name and type in the state
 */
export function directWriter(operator: string, state: KeyedState, table: Table): DirectWriter {
  let part = 0;
  const values = table.columns.map((column) => {
    if (column.type.kind === 'shard') return 'shard';
    if (column.role !== 'value') return `state.part(slot, ${part++})`;
    const field = state.columns.find((candidate) => candidate.name === column.name);
    if (field === undefined) {
      if (column.type.optional) return 'undefined';
      return mismatch(operator, table, `has a column '${column.name}' that the state has not`);
    }
    if (field.kind !== column.type.kind || (field.optional && !column.type.optional)) {
      return mismatch(
        operator,
        table,
        `holds '${column.name}' as ${column.type.kind}, the state as ${field.kind}${field.optional ? ' (optional)' : ''}`,
      );
    }
    return `cursor.${column.name}`;
  });
  // compiled from a validated schema
  return new Function('state', 'cursor', 'slot', 'shard', `return [${values.join(', ')}];`) as DirectWriter;
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
