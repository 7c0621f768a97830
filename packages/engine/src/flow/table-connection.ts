import type { Observable } from 'rxjs';
import { type Table, Update, type Value } from '@stockafolio/core';
import { type KeyTuple, shardMissing } from '@stockafolio/core/plan';
import type { Connection, PipelineContext } from './context.js';
import { asThrown } from './defect.js';
import { receive } from './receive.js';
import { rowReader } from './row-reader.js';
import { RemovedRow, Row } from './row.js';

/** Receives the rows that a flow sends to a table. */
export class TableConnection implements Connection {
  readonly #context: PipelineContext;
  readonly #table: Table;
  readonly #rows: Observable<unknown>;

  constructor(context: PipelineContext, table: Table, rows: Observable<unknown>) {
    this.#context = context;
    this.#table = table;
    this.#rows = rows;
  }

  connect(): void {
    const context = this.#context;
    const table = this.#table;
    const to = `table '${table.name}'`;
    const read = rowReader(table);
    const fromUpdate = updateReader(table);
    const take = (row: unknown): void => {
      if (!context.checkActive('table', table.name)) return;
      try {
        if (context.partial && table.shardIndex < 0) throw shardMissing(table);
        const plain = row instanceof Update ? fromUpdate(row) : (row as Readonly<Record<string, Value>>);
        const { stamp, version } = context;
        const { instead, isRemoving } = context.rows;
        const values = read(plain, context.partition);
        if (instead !== undefined) instead(table, values);
        else if (isRemoving) context.rows.put(new RemovedRow(table, values, stamp ?? version));
        else if (stamp === undefined) context.rows.put(new Row(table, values, version));
        else context.rows.putVersioned(new Row(table, values, stamp));
      } catch (error) {
        context.fail(asThrown(to, error));
      }
    };
    receive(context, this.#rows, take, (error) => context.breakConnection(this, to, error));
  }
}

type AnyUpdate = Update<KeyTuple, Readonly<Record<string, Value>>>;

/** An update that passed through other operators, as a plain row. */
function updateReader(table: Table): (update: AnyUpdate) => Readonly<Record<string, Value>> {
  const keys = table.columns.slice(0, table.keyLength).filter((column) => column.type.kind !== 'shard');
  return (update) => {
    const row: Record<string, Value> = { ...update.value };
    keys.forEach((column, part) => {
      row[column.name] = update.key[part];
    });
    return row;
  };
}
