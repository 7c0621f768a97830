import type { Table } from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import { type ColumnOrigin, columnOrigins, type OperatorNode } from '@stockafolio/core/plan';
import type { Mutation, RowValues, State } from '@stockafolio/core/ports';
import { RemovedRow, Row } from '../flow/row.js';
import type { StepRows } from '../flow/step-rows.js';

/** Makes rows from the slots of one state, for every table that the operator's output goes into directly. */
export class DirectWriter {
  readonly #node: OperatorNode;
  readonly #state: State;
  readonly #tables: { readonly table: Table; readonly origins: readonly ColumnOrigin[] }[] = [];
  #write: ((slot: number) => void) | undefined;
  #remove: ((slot: number) => void) | undefined;

  constructor(node: OperatorNode, state: State) {
    this.#node = node;
    this.#state = state;
  }

  /** @throws ERR_PIPELINE_INVALID if the state does not fit the table */
  attach(table: Table): void {
    this.#tables.push({ table, origins: columnOrigins(this.#node.name, this.#node.state, table) });
  }

  /** The tables that rows are written to. */
  get tables(): readonly Table[] {
    return this.#tables.map(({ table }) => table);
  }

  /** Returns a function that writes the current row of a slot into each table. */
  into(rows: StepRows, shard: number): (slot: number) => void {
    if (this.#tables.length === 0 || this.#state.keyKinds === undefined) return () => undefined;
    this.#write ??= this.#writer(rows, shard);
    return this.#write;
  }

  /** Returns a function that removes the row of a slot from each table. */
  removing(rows: StepRows, shard: number): (slot: number) => void {
    if (this.#tables.length === 0 || this.#state.keyKinds === undefined) return () => undefined;
    this.#remove ??= this.#remover(rows, shard);
    return this.#remove;
  }

  #remover(rows: StepRows, shard: number): (slot: number) => void {
    const state = this.#state;
    const lists = this.#tables.map(({ table, origins }) => {
      const owner = `operator '${this.#node.name}', removed from table '${table.name}'`;
      return { table, list: state.rowsOf(owner, origins, shard) };
    });
    return (slot) => {
      for (const { table, list } of lists) rows.push(new RemovedRow(table, list(slot), state.version(slot)));
    };
  }

  #writer(rows: StepRows, shard: number): (slot: number) => void {
    const state = this.#state;
    const writers = this.#tables.map(({ table, origins }) => {
      const owner = `operator '${this.#node.name}', table '${table.name}'`;
      const list = state.rowsOf(owner, origins, shard);
      return instantiate(owner, tableWriter, { table, list, state, rows, Row });
    });
    const [only] = writers;
    if (only !== undefined && writers.length === 1) return only;
    return (slot) => {
      for (const write of writers) write(slot);
    };
  }
}

/** Names nothing from outside: see `instantiate`. */
function tableWriter(scope: {
  readonly table: Table;
  readonly list: (slot: number) => RowValues;
  readonly state: State;
  readonly rows: StepRows;
  readonly Row: new (table: Table, values: RowValues, version: number) => Mutation;
}): (slot: number) => void {
  const { table, list, state, rows, Row } = scope;
  return function write(slot) {
    rows.push(new Row(table, list(slot), state.version(slot)));
  };
}
