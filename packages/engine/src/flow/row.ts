import type { Table, Value } from '@stockafolio/core';
import type { Mutation, RowValues } from '@stockafolio/core/ports';

/**
 * A row on its way to its table.
 *
 * Rows are made by this class, and their values by {@link listed}, although literals would do. Once a few of the
 * objects made by a literal survive a garbage collection, V8 allocates all further ones in the old space. Rows are made
 * by the million and dropped once written: in the old space they would cost a full collection every few hundred
 * milliseconds.
 */
export class Row implements Mutation {
  readonly table: Table;
  readonly values: RowValues;
  readonly version: number;

  constructor(table: Table, values: RowValues, version: number) {
    this.table = table;
    this.values = values;
    this.version = version;
  }
}

/** Values as an array. */
export function listed(...values: Value[]): RowValues {
  return values;
}
