import type { Mutation, RowValues } from '../ports/index.js';
import type { Value } from '../schema/index.js';
import type { Table } from '../table/index.js';

/**
 * A row on its way to its table.
 *
 * Rows are made by this class, and their values by {@link listed}, where literals would do: once a few of what a literal
 * has made have outlived a collection of garbage, V8 makes all that follow in the old space, where rows by the million,
 * gone as soon as they are written, cost a full collection every few hundred milliseconds.
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
