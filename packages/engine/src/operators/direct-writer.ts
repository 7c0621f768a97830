import type { Table } from '@stockafolio/core';
import { compile } from '@stockafolio/core/compile';
import { type ColumnOrigin, columnOrigins, type KeyKind, type OperatorNode } from '@stockafolio/core/plan';
import { listed, Row } from '../flow/row.js';
import type { StepRows } from '../flow/step-rows.js';
import type { Interner } from '../state/interner.js';
import type { KeyedState } from '../state/keyed-state.js';

/** Makes rows from the slots of one state, for every table that the operator's output goes into directly. */
export class DirectWriter {
  readonly #node: OperatorNode;
  readonly #state: KeyedState;
  readonly #interner: Interner;
  readonly #tables: { readonly table: Table; readonly origins: readonly ColumnOrigin[] }[] = [];
  #compiled: ((slot: number) => void) | undefined;

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
    this.#compiled ??= this.#compile(rows, shard, this.#state.keyKinds);
    return this.#compiled;
  }

  #compile(rows: StepRows, shard: number, kinds: readonly KeyKind[]): (slot: number) => void {
    const tables = this.#tables.map(({ table }) => table);
    const pushes = this.#tables.map(({ origins }, n) => {
      const values = origins.map((origin) => valueText(origin, kinds));
      return `rows.push(new Row(tables[${n}], listed(${values.join(', ')}), version));`;
    });
    return compile(
      `the rows of operator '${this.#node.name}'`,
      { state: this.#state, cursor: this.#state.cursor, interner: this.#interner, tables, rows, shard, Row, listed },
      `return function write(slot) {
  const { f64, at } = state.point(slot);
  const version = f64[at - 1];
  ${pushes.join('\n  ')}
};`,
    );
  }
}

/**
 * The source text of a column's value; a row's key is stored right before its version, and the version before its
 * values.
 */
function valueText(origin: ColumnOrigin, kinds: readonly KeyKind[]): string {
  if (origin === 'shard') return 'shard';
  if (origin === 'absent') return 'undefined';
  if ('field' in origin) return `cursor.${origin.field}`;
  const cell = `f64[at - ${1 + kinds.length - origin.part}]`;
  switch (kinds[origin.part]) {
    case 'text':
      return `interner.textOf(${cell})`;
    case 'bigint':
      return `BigInt(interner.textOf(${cell}))`;
    case 'boolean':
      return `${cell} === 1`;
    default:
      return cell;
  }
}
