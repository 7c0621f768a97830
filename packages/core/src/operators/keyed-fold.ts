import type { Observable } from 'rxjs';
import { formatValue } from '../codec/format.js';
import { StockafolioError } from '../errors/index.js';
import { shardMissing } from '../pipeline/into.js';
import type { Connection, OperatorLayout, OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import { FanOut } from '../pipeline/fan-out.js';
import { StateObservable, Update, type DirectOrigin } from '../pipeline/update.js';
import { timestamp, type Fields, type Mutable, type ObjectOf, type RecordSchema } from '../schema/index.js';
import { KeyedState } from '../state/keyed-state.js';
import type { KeyPart } from '../stream/index.js';
import type { Table } from '../table/index.js';
import { DueBook } from '../windows/due-book.js';
import { directWriter, type DirectWriter } from './direct-writer.js';
import type { KeyedOptions } from './options.js';

/** State fields of the operator's own begin with `$`, which no user's field can. */
export function withHidden(schema: RecordSchema, hidden: Fields): RecordSchema {
  const fields = { ...schema.fields, ...hidden };
  return { name: schema.name, fields, names: Object.keys(fields), check: undefined };
}

interface Hidden {
  $until: number;
}

/**
 * The engine's side of `foldByKey`, `shardedFold` and `latestByKey`: one state, folded record by record, written to its
 * tables as it stands at the commit.
 */
export class KeyedFold<T, K extends readonly KeyPart[], F extends Fields, R>
  implements OperatorRuntime, DirectOrigin, Connection
{
  readonly name: string;
  readonly layout: OperatorLayout;
  readonly state: KeyedState;
  readonly isShared: boolean;
  readonly output: Observable<Update<K, ObjectOf<F>, T, R>>;
  readonly #context: PipelineContext;
  readonly #source: Observable<T>;
  readonly #options: KeyedOptions<T, K, F, R>;
  readonly #updates = new FanOut<Update<K, ObjectOf<F>, T, R>>();
  readonly #writers: { readonly table: Table; readonly write: DirectWriter }[] = [];
  readonly #due = new DueBook();

  constructor(
    context: PipelineContext,
    kind: 'foldByKey' | 'shardedFold' | 'latestByKey',
    name: string,
    source: Observable<T>,
    options: KeyedOptions<T, K, F, R>,
  ) {
    this.name = name;
    this.layout = { name, kind, settings: options.expires === undefined ? {} : { expires: 'yes' } };
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.isShared = kind !== 'foldByKey';
    const schema: RecordSchema = options.state;
    const kept = options.expires === undefined ? schema : withHidden(schema, { $until: timestamp() });
    this.state = new KeyedState(`operator '${name}'`, kept, context.interner);
    this.output = new StateObservable(this, this.#updates);
    context.register(this, source, this.output);
    context.connections.push(this);
  }

  attach(table: Table): void {
    if (this.isShared && table.shardIndex < 0) throw shardMissing(table);
    this.#writers.push({ table, write: directWriter(this.name, this.state, table) });
  }

  connect(): void {
    this.#source.subscribe({
      next: (record) => this.#take(record),
      error: (error: unknown) => this.#context.breakConnection(this, error),
    });
  }

  advance(watermark: number): void {
    if (this.#due.next > watermark) return;
    this.#due.take(watermark, (slot) => {
      if (this.state.isUnwritten(slot)) this.#write(slot);
      this.state.remove(slot);
    });
  }

  flush(): void {
    // A fold has nothing that waits for time.
  }

  collect(): void {
    this.state.takeUnwritten((slot) => this.#write(slot));
  }

  rollback(record: number): void {
    this.#due.rollback(record);
    this.state.rollback(record);
  }

  restored(): void {
    if (this.#options.expires === undefined) return;
    for (let slot = 0; slot < this.state.end; slot++) {
      if (this.state.isLive(slot)) this.#due.add((this.state.at(slot) as unknown as Hidden).$until, slot, -1);
    }
  }

  #take(record: T): void {
    const context = this.#context;
    if (!context.checkActive('operator', this.name) || context.failure !== undefined) return;
    try {
      const key = this.#options.key(record);
      if (!this.isShared && !context.isPartitioned(key)) throw this.#notPartitioned(key);
      let until = 0;
      if (this.#options.expires !== undefined) {
        until = this.#options.expires(record);
        if (until <= context.watermark) {
          context.aside(this.name, lateError(this.name, until, context.watermark));
          return;
        }
      }
      const slot = this.state.upsert(key, context.record, context.version);
      const cursor = this.state.cursor;
      const created = this.state.created;
      const result = this.#options.fold(cursor as unknown as Mutable<ObjectOf<F>>, record);
      if (created && until !== 0) {
        (cursor as unknown as Hidden).$until = until;
        this.#due.add(until, slot, context.record);
      }
      if (this.#updates.observed) {
        const partial = context.partial;
        context.partial = partial || this.isShared;
        this.#updates.next(new Update(key, cursor.copy() as ObjectOf<F>, record, result));
        context.partial = partial;
      }
    } catch (error) {
      context.fail(error);
    }
  }

  #write(slot: number): void {
    if (this.#writers.length === 0) return;
    const cursor = this.state.at(slot);
    const version = this.state.version(slot);
    for (const { table, write } of this.#writers) {
      const values = write(this.state, cursor, slot, this.#context.partition);
      this.#context.rows.push({ table, values, version });
    }
  }

  #notPartitioned(key: K): StockafolioError {
    return new StockafolioError(
      'ERR_KEY_NOT_PARTITIONED',
      `operator '${this.name}': key (${key.join(', ')}) does not begin with the stream's key (${String(this.#context.key)}), so other partitions hold records of it too`,
      { hint: "begin the key with the stream's own key, or use shardedFold with a table that has a shard column" },
    );
  }
}

/** A record that came after its window, or its key, was done. */
export function lateError(operator: string, until: number, watermark: number): StockafolioError {
  return new StockafolioError(
    'ERR_LATE_RECORD',
    `operator '${operator}' was done with it at ${iso(until)}; the watermark is ${iso(watermark)}`,
    { hint: 'the other operators have taken the record in; allow more lateness here if such records are to count' },
  );
}

function iso(time: number): string {
  return String(formatValue(timestamp(), time));
}
