import type { KeyPart, RecordSchema, Table } from '@stockafolio/core';
import { instantiate } from '@stockafolio/core/compile';
import { type ColumnOrigin, columnOrigins, type OperatorNode } from '@stockafolio/core/plan';
import type { Mutation, RowValues, SubKeys } from '@stockafolio/core/ports';
import { RemovedRow, Row } from '../flow/row.js';
import type { StepRows } from '../flow/step-rows.js';
import { partChecks, valuesCheck } from './row-check.js';

/** So many removals wait for the commit. */
const MOST_REMOVED = 1 << 16;

interface Destination {
  readonly table: Table;
  readonly origins: readonly ColumnOrigin[];
}

/** Makes rows from the entries of a map, for every table that it goes into: of what has changed since the last commit. */
export class MapWriter {
  readonly #node: OperatorNode;
  readonly #subKeys: SubKeys;
  readonly #fields: RecordSchema;
  readonly #destinations: Destination[] = [];
  #put: ((sub: number) => void) | undefined;
  #remove: ((version: number) => void) | undefined;
  /** Checks of what cannot be a row, so that the record that sets it is rejected; undefined where nothing can be wrong. */
  checkKey: ((key: readonly KeyPart[]) => void) | undefined;
  checkEntry: ((key: KeyPart) => void) | undefined;
  checkValues: (() => void) | undefined;

  constructor(node: OperatorNode, subKeys: SubKeys, fields: RecordSchema) {
    this.#node = node;
    this.#subKeys = subKeys;
    this.#fields = fields;
  }

  attach(table: Table): void {
    this.#destinations.push({ table, origins: columnOrigins(this.#node.name, this.#fields, table) });
  }

  /** The first key is known: how many parts it has. @throws ERR_ROW_INVALID if a table has another number of columns */
  begin(parts: number): void {
    const tables = this.#destinations.map(({ table }) => table);
    if (tables.length === 0) return;
    const checks = partChecks(this.#node.name, parts + 1, tables);
    this.checkKey = (key) => {
      for (let part = 0; part < parts; part++) checks[part]?.(key[part] as KeyPart);
    };
    this.checkEntry = checks[parts];
    this.checkValues = valuesCheck(this.#node.name, this.#subKeys.cursor, this.#fields, tables);
  }

  /** @returns whether everything was written */
  collect(rows: StepRows, shard: number, most?: number): boolean {
    this.#put ??= each(this.#destinations.map((to) => this.#putterInto(to, rows, shard)));
    const isDone = this.#subKeys.takeUnwritten(this.#put, most);
    return this.#subKeys.takeRemoved(this.#removing(rows, shard), most) && isDone;
  }

  /**
   * Writes removals before the commit, if there are many: a batch run has millions until its end.
   *
   * @param version of the current record: an entry that it removes may be there again before the next one
   */
  relieve(rows: StepRows, shard: number, version: number): void {
    if (this.#subKeys.removedCount < MOST_REMOVED) return;
    this.#subKeys.takeRemoved(this.#removing(rows, shard), undefined, version);
  }

  #removing(rows: StepRows, shard: number): (version: number) => void {
    return (this.#remove ??= each(this.#destinations.map((to) => this.#removerFrom(to, rows, shard))));
  }

  #putterInto({ table, origins }: Destination, rows: StepRows, shard: number): (sub: number) => void {
    const owner = `operator '${this.#node.name}', table '${table.name}'`;
    const subKeys = this.#subKeys;
    return instantiate(owner, entryWriter, {
      ...{ table, rows, subKeys, Row },
      list: subKeys.rowsOf(owner, origins, shard),
    });
  }

  #removerFrom({ table, origins }: Destination, rows: StepRows, shard: number): (version: number) => void {
    const owner = `operator '${this.#node.name}', removed from table '${table.name}'`;
    const list = this.#subKeys.removedKeysOf(owner, origins.slice(0, table.keyLength), shard);
    return (version) => rows.push(new RemovedRow(table, list(), version));
  }
}

/** Names nothing from outside: see `instantiate`. */
function entryWriter(scope: {
  readonly table: Table;
  readonly list: (sub: number) => RowValues;
  readonly subKeys: SubKeys;
  readonly rows: StepRows;
  readonly Row: new (table: Table, values: RowValues, version: number) => Mutation;
}): (sub: number) => void {
  const { table, list, subKeys, rows, Row } = scope;
  return function write(sub) {
    rows.push(new Row(table, list(sub), subKeys.version(sub)));
  };
}

/** All of them as one. */
function each(steps: readonly ((value: number) => void)[]): (value: number) => void {
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return only;
  return (value) => {
    for (const step of steps) step(value);
  };
}
