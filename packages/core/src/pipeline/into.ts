import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { Value } from '../schema/index.js';
import type { KeyOf, RowOf, Table, ValuesOf } from '../table/index.js';
import { currentContext, type Connection, type PipelineContext } from './context.js';
import { receive } from './fan-out.js';
import { rowReader } from './row-writer.js';
import { Row } from './row.js';
import { StateObservable, Update, type KeyTuple } from './update.js';

/** One destination of a pipeline: made by {@link into}. */
export interface Branch {
  readonly table: Table;
}

/**
 * Sends rows into a table.
 *
 * Takes plain rows (`trades.pipe(map(toRow))`), or the output of a keyed operator: then the key's parts are the key
 * columns in their order, and the state's fields are the columns of the same names. A `shard` column is filled in.
 *
 * @throws ERR_SHARD_MISSING (when run) where partial figures of several partitions would overwrite each other
 */
export function into<T extends Table>(
  table: T,
  rows: Observable<RowOf<T>> | Observable<Update<KeyOf<T>, ValuesOf<T>>>,
): Branch {
  const context = currentContext('into');
  context.useTable(table, rows);
  if (rows instanceof StateObservable) {
    rows.origin.attach(table);
  } else {
    context.connections.push(new TableConnection(context, table, rows as Observable<unknown>));
  }
  return { table };
}

class TableConnection implements Connection {
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
    const read = rowReader(table);
    const fromUpdate = updateReader(table);
    const take = (row: unknown): void => {
      if (!context.checkActive('table', table.name)) return;
      try {
        if (context.partial && table.shardIndex < 0) throw shardMissing(table);
        const plain = row instanceof Update ? fromUpdate(row) : (row as Readonly<Record<string, Value>>);
        const { stamp, version } = context;
        const values = read(plain, context.partition);
        if (stamp === undefined) context.rows.put(new Row(table, values, version));
        else context.rows.putVersioned(new Row(table, values, stamp));
      } catch (error) {
        context.fail(error);
      }
    };
    receive(this.#rows, take, (error) => context.breakConnection(this, error));
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

/** Several partitions would write parts of one figure to the same row. */
export function shardMissing(table: Table): StockafolioError {
  return new StockafolioError(
    'ERR_SHARD_MISSING',
    `table '${table.name}' receives figures whose key does not begin with the stream's key, so every partition holds a part of them`,
    {
      hint: `give '${table.name}' a column \`shard: shard()\` in clusterBy: each partition writes its part, and readers sum them`,
    },
  );
}
