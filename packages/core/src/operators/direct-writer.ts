import { StockafolioError } from '../errors/index.js';
import type { OperatorNode } from '../pipeline/plan.js';
import { listed, Row } from '../pipeline/row.js';
import { shardMissing } from '../pipeline/shard-missing.js';
import type { StepRows } from '../pipeline/step-rows.js';
import type { StateColumn } from '../state/columns.js';
import { stateColumns } from '../state/cursor.js';
import type { Interner } from '../state/interner.js';
import type { KeyKind } from '../state/key-parts.js';
import type { KeyedState } from '../state/keyed-state.js';
import { specialize } from '../state/specialize.js';
import type { Table } from '../table/index.js';

/** Where a column's value comes from: the shard, a part of the key, a field of the state, or nowhere. */
type Origin = { readonly part: number } | { readonly field: string } | 'shard' | 'absent';

/**
 * The origins of a table's columns: the key parts in order, then the state's fields by name.
 *
 * @throws ERR_PIPELINE_INVALID if a column has no field of its name and type in the state
 */
function originsOf(operator: string, columns: readonly StateColumn[], table: Table): Origin[] {
  let part = 0;
  return table.columns.map((column): Origin => {
    if (column.type.kind === 'shard') return 'shard';
    if (column.role !== 'value') return { part: part++ };
    const field = columns.find((candidate) => candidate.name === column.name);
    if (field === undefined) {
      if (column.type.optional) return 'absent';
      return mismatch(operator, table, `has a column '${column.name}' that the state does not have`);
    }
    if (field.kind !== column.type.kind || (field.optional && !column.type.optional)) {
      return mismatch(
        operator,
        table,
        `holds '${column.name}' as ${column.type.kind}, the state as ${field.kind}${field.optional ? ' (optional)' : ''}`,
      );
    }
    return { field: column.name };
  });
}

/**
 * Checks that the state of an operator can be the rows of a table.
 *
 * @throws ERR_PIPELINE_INVALID if its fields are not the table's columns, ERR_SHARD_MISSING if the table lacks a shard
 */
export function checkStateFits(node: OperatorNode, table: Table): void {
  if (node.isShared && table.shardIndex < 0) throw shardMissing(table);
  originsOf(node.name, stateColumns(node.state), table);
}

/** Makes rows from the slots of one state, for every table that the operator's output goes into directly. */
export class DirectWriter {
  readonly #operator: string;
  readonly #state: KeyedState;
  readonly #interner: Interner;
  readonly #tables: { readonly table: Table; readonly origins: readonly Origin[] }[] = [];
  #compiled: ((slot: number) => void) | undefined;

  constructor(operator: string, state: KeyedState, interner: Interner) {
    this.#operator = operator;
    this.#state = state;
    this.#interner = interner;
  }

  /** @throws ERR_PIPELINE_INVALID if the state does not fit the table */
  attach(table: Table): void {
    this.#tables.push({ table, origins: originsOf(this.#operator, this.#state.columns, table) });
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
    return specialize(
      `the rows of operator '${this.#operator}'`,
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
function valueText(origin: Origin, kinds: readonly KeyKind[]): string {
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

function mismatch(operator: string, table: Table, what: string): never {
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `operator '${operator}' cannot write to table '${table.name}': it ${what}`,
    {
      hint: 'give the state and the table fields of the same names and types, or map the updates to rows in between',
    },
  );
}
