import type { Table } from '@stockafolio/core';
import type { Mutation, RowValues } from '@stockafolio/core/ports';

/**
 * A row on its way to its table.
 *
 * Rows are made by this class, although literals would do: V8 would allocate those in the old space, for the reason that
 * `listMaker` gives.
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

/** The removal of a row: it has the values of the key alone. */
export class RemovedRow extends Row {
  readonly deleted = true;

  /** @param values those of the whole row, or of its key */
  constructor(table: Table, values: RowValues, version: number) {
    super(table, values.slice(0, table.keyLength), version);
  }
}
