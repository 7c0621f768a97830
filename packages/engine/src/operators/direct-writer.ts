import type { Table } from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import { type ColumnOrigin, columnOrigins, type KeyKind, type OperatorNode } from '@stockafolio/core/plan';
import type { Mutation, RowValues } from '@stockafolio/core/ports';
import { Row } from '../flow/row.js';
import type { StepRows } from '../flow/step-rows.js';
import type { Interner } from '../state/interner.js';
import type { KeyedState } from '../state/keyed-state.js';
import { type RowLister, rowLister } from '../state/row-values.js';

/** Makes rows from the slots of one state, for every table that the operator's output goes into directly. */
export class DirectWriter {
  readonly #node: OperatorNode;
  readonly #state: KeyedState;
  readonly #interner: Interner;
  readonly #tables: { readonly table: Table; readonly origins: readonly ColumnOrigin[] }[] = [];
  #write: ((slot: number) => void) | undefined;

  constructor(node: OperatorNode, state: KeyedState, interner: Interner) {
    this.#node = node;
    this.#state = state;
    this.#interner = interner;
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
    this.#write ??= this.#writer(rows, shard, this.#state.keyKinds);
    return this.#write;
  }

  #writer(rows: StepRows, shard: number, kinds: readonly KeyKind[]): (slot: number) => void {
    const state = this.#state;
    const scope = { cursor: state.cursor, interner: this.#interner, shard };
    const writers = this.#tables.map(({ table, origins }) => {
      const owner = `operator '${this.#node.name}', table '${table.name}'`;
      const list = rowLister(owner, origins, kinds, scope);
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
  readonly list: RowLister;
  readonly state: KeyedState;
  readonly rows: StepRows;
  readonly Row: new (table: Table, values: RowValues, version: number) => Mutation;
}): (slot: number) => void {
  const { table, list, state, rows, Row } = scope;
  return function write(slot) {
    const { f64, at } = state.point(slot);
    rows.push(new Row(table, list(f64, at), f64[at - 1] as number));
  };
}
