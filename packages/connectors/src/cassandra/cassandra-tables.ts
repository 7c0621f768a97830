import { StockafolioError, type Table, type Value } from '@stockafolio/core';
import {
  type Mutation,
  type ScanAllOptions,
  type ScanOptions,
  type StoredRow,
  type Tables,
  checkRow,
  checkVersion,
  mostBytes,
} from '@stockafolio/core/ports';
import type { Client, types } from 'cassandra-driver';
import { systemClock } from '../clock-system/index.js';
import { arrange, type Batch } from './batches.js';
import { cassandraError, CREATE_IT, isReadRefused, isReadTimeout, isUnprepared } from './cassandra-error.js';
import { connect, createKeyspace, locationOf, WRITING } from './connect.js';
import { inFlight } from './in-flight.js';
import { isNewestFirst, newestFirst, type TimeRange } from './newest-first.js';
import { int64 } from './encode-value.js';
import type { CassandraOptions } from './options.js';
import { checkKeyLength, checkTable, makeTable } from './schema.js';
import { planTable, selectRows, type TablePlan } from './table-plan.js';

const PAGE = 1_000;
/**
 * Largest size in bytes of a page of rows, if each row is as long as the table allows: the server holds a page whole.
 */
const PAGE_BYTES = 16 * 1024 * 1024;
const ATTEMPTS = 3;
const FIRST_PAUSE = 50;
const MOST_TIMEOUTS = 10;
const SHUTDOWN_WITHIN = 5_000;

/**
 * Tables in Cassandra. A row is written whole, `USING TIMESTAMP` its version, so the store itself keeps the highest
 * version. A reader may see any part of the rows that are written together.
 *
 * If two different rows have the same version, which no runner produces, Cassandra keeps the larger value of each
 * column.
 *
 * @example
 * const tables = cassandraTables({
 *   contactPoints: ['127.0.0.1:9042'], localDataCenter: 'datacenter1', keyspace: 'stockafolio',
 * });
 */
export function cassandraTables(options: CassandraOptions): Tables {
  return new CassandraTables(options);
}

class CassandraTables implements Tables {
  readonly inKeyOrder = false;
  readonly #options: CassandraOptions;
  readonly #location: string;
  #plans = new WeakMap<Table, TablePlan>();
  #connecting: Promise<Client> | undefined;
  #closed = false;
  #outages = 0;

  constructor(options: CassandraOptions) {
    this.#options = options;
    this.#location = locationOf(options);
  }

  get outages(): number {
    return this.#outages;
  }

  async identity(table: Table): Promise<string | undefined> {
    const query = 'SELECT id FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    const found = await this.#attempt((client) =>
      client.execute(query, [this.#options.keyspace, table.name], { prepare: true }),
    );
    const id: unknown = found.first()?.['id'];
    return id === undefined || id === null ? undefined : String(id);
  }

  async create(tables: readonly Table[]): Promise<void> {
    const { keyspace, properties, readOnly, unreadable } = this.#options;
    if (readOnly !== true) for (const table of tables) checkKeyLength(table);
    await this.#attempt(async (client) => {
      if (readOnly === true) {
        for (const table of tables) await this.#planOf(client, table);
        return;
      }
      await createKeyspace(client, this.#options);
      for (const table of tables) {
        await makeTable(client, keyspace, table, properties?.[table.name]);
        this.#plans.set(table, planTable(keyspace, table, unreadable));
      }
    });
  }

  async write(mutations: readonly Mutation[]): Promise<void> {
    if (this.#options.readOnly === true) {
      throw new StockafolioError('ERR_USAGE', `${this.#location}: the tables were opened for reading only`);
    }
    for (const { table, values, version, deleted } of mutations) {
      checkRow(table, values, deleted === true ? table.keyLength : table.columns.length);
      checkVersion(table, version);
    }
    await this.#attempt(async (client) => {
      for (const { table } of mutations) if (!this.#plans.has(table)) await this.#planOf(client, table);
      const batches = arrange(mutations, ({ table }) => this.#known(table), replicasOf(client, this.#options.keyspace));
      const outages = this.#outages;
      const mayRetry = (): boolean => this.#outages === outages;
      await inFlight(batches, this.#options.inFlight ?? 24, (batch) => send(client, batch, mayRetry));
    });
  }

  async get(table: Table, key: readonly Value[]): Promise<StoredRow | undefined> {
    checkRow(table, key, table.keyLength);
    for await (const row of this.#rows(table, key, 1)) return row;
    return undefined;
  }

  async *scan(table: Table, prefix: readonly Value[], { limit }: ScanOptions = {}): AsyncIterable<StoredRow> {
    checkRow(table, prefix, Math.min(Math.max(prefix.length, table.partitionLength), table.keyLength));
    const most = limit ?? Number.POSITIVE_INFINITY;
    if (prefix.length > table.partitionLength || !isNewestFirst(table)) return yield* this.#rows(table, prefix, most);
    let left = most;
    // A busy server may time out on a range that an idle one reads in time. Smaller ranges help, unless those time out
    // too.
    let timeouts = 0;
    const isRefused = (error: unknown): boolean =>
      isReadRefused(error) || (isReadTimeout(error) && ++timeouts <= MOST_TIMEOUTS);
    const read = (range: TimeRange): AsyncIterable<StoredRow> => this.#rows(table, prefix, most, range);
    const rows = newestFirst({ table, now: systemClock.now(), read, isRefused });
    for await (const row of rows) {
      if (left-- <= 0) return;
      yield row;
      if (left <= 0) return;
    }
  }

  async *scanAll(table: Table, { from, limit }: ScanAllOptions = {}): AsyncIterable<StoredRow> {
    if (from !== undefined) {
      throw new StockafolioError(
        'ERR_USAGE',
        `${this.#location}: rows are not in key order, so a scan cannot start from a row`,
      );
    }
    yield* this.#rows(table, [], limit ?? Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#connecting?.catch(() => undefined);
    this.#connecting = undefined;
    if (client === undefined) return;
    // The driver waits for connections to unreachable nodes. Acknowledged writes need none of them.
    await Promise.race([client.shutdown(), new Promise((resolve) => setTimeout(resolve, SHUTDOWN_WITHIN).unref())]);
  }

  async *#rows(
    table: Table,
    prefix: readonly Value[],
    limit: number,
    { from, to }: TimeRange = {},
  ): AsyncGenerator<StoredRow> {
    if (limit <= 0) return;
    const bounds = [...(from === undefined ? [] : (['>='] as const)), ...(to === undefined ? [] : (['<'] as const))];
    const query = selectRows(this.#options.keyspace, table, prefix.length, bounds);
    const times = [from, to].filter((time) => time !== undefined).map((time) => int64(time));
    const fetchSize = Math.min(pageOf(table), limit);
    let left = limit;
    let pageState: string | undefined;
    do {
      const { page, plan } = await this.#attempt(async (client) => {
        const known = await this.#planOf(client, table);
        const params = [...prefix.map((value, n) => known.encoders[n]?.(value)), ...times];
        const options = { fetchSize, ...(pageState === undefined ? {} : { pageState }) };
        return { plan: known, page: await client.execute(query, params, options) };
      });
      for (const row of page.rows) {
        yield decoded(plan, row);
        left -= 1;
        if (left <= 0) return;
      }
      pageState = page.pageState ?? undefined;
    } while (pageState !== undefined);
  }

  async #planOf(client: Client, table: Table): Promise<TablePlan> {
    const known = this.#plans.get(table);
    if (known !== undefined) return known;
    if (!(await checkTable(client, this.#options.keyspace, table))) throw this.#unknown(table);
    const plan = planTable(this.#options.keyspace, table, this.#options.unreadable);
    this.#plans.set(table, plan);
    return plan;
  }

  #known(table: Table): TablePlan {
    const plan = this.#plans.get(table);
    if (plan === undefined) throw this.#unknown(table);
    return plan;
  }

  #unknown(table: Table): StockafolioError {
    return new StockafolioError('ERR_TABLE_UNKNOWN', `${this.#location}: there is no table '${table.name}'`, {
      hint: this.#options.readOnly === true ? 'start its writer first: it creates the table' : CREATE_IT,
    });
  }

  /** Runs an action with a connected client, and converts its errors. */
  async #attempt<T>(action: (client: Client) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StockafolioError('ERR_INTERNAL', `${this.#location}: the tables are closed`);
    try {
      return await action(await this.#client()).catch(async (error: unknown) => {
        if (!isUnprepared(error)) throw error;
        // The driver prepares a statement again if a node has forgotten it, but not if the table is gone: so that is
        // checked.
        this.#plans = new WeakMap();
        return action(await this.#client());
      });
    } catch (error) {
      throw cassandraError(error, this.#location);
    }
  }

  async #client(): Promise<Client> {
    this.#connecting ??= connect(this.#options, () => (this.#outages += 1));
    try {
      return await this.#connecting;
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }
}

/** Rows per page. */
function pageOf({ columns }: Table): number {
  return Math.min(PAGE, Math.max(1, Math.floor(PAGE_BYTES / mostBytes(columns))));
}

function decoded({ decoders }: TablePlan, row: types.Row): StoredRow {
  const stored = row.values();
  return { values: decoders.map((decode, n) => decode(stored[n])), version: Number(stored[decoders.length]) };
}

/**
 * Sends a batch, several times if the server is unavailable: repeating the same rows under the same versions is
 * harmless. It does not retry after the loss of a node, because the writer must know about that first.
 */
async function send(client: Client, { statements }: Batch, mayRetry: () => boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [only] = statements;
      if (statements.length === 1 && only !== undefined)
        await client.execute(only.query, only.params, { executionProfile: WRITING });
      else await client.batch(statements, { logged: false, prepare: true, executionProfile: WRITING });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !mayRetry() || !cassandraError(error, '').retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE * 4 ** (attempt - 1)));
    }
  }
}

/** Names the nodes that hold a partition. With a single replica set all partitions have the same name. */
function replicasOf(client: Client, keyspace: string): (partitionKey: readonly Buffer[]) => string {
  if (client.hosts.length <= 1) return () => '';
  return (key) => {
    const [only] = key;
    const routing = key.length === 1 && only !== undefined ? only : composite(key);
    return (client.getReplicas(keyspace, routing) ?? []).map(({ address }) => address).join(' ');
  };
}

/** The bytes of a partition key of several columns, from which Cassandra computes the token. */
function composite(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length >> 8, part.length & 255), part, Buffer.of(0)]));
}
