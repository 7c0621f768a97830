import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { Event, Side } from '../events.js';
import type { Answer } from '../query.js';

type Column = readonly [name: string, type: 'BIGINT' | 'VARCHAR'];

const big = (...names: string[]): Column[] => names.map((name) => [name, 'BIGINT']);
const words = (...names: string[]): Column[] => names.map((name) => [name, 'VARCHAR']);

const columns: Readonly<Record<'person' | 'auction' | 'bid' | 'side', readonly Column[]>> = {
  person: [...big('number', 'id', 'dateTime'), ...words('name', 'city', 'state')],
  auction: [
    ...big('number', 'id', 'initialBid', 'reserve', 'dateTime', 'expires', 'seller', 'category'),
    ...words('itemName', 'description', 'extra'),
  ],
  bid: [
    ...big('number', 'position', 'auction', 'bidder', 'price', 'dateTime', 'sent'),
    ...words('channel', 'url', 'extra'),
  ],
  side: [...big('key'), ...words('value')],
};

/** Events in the tables of a DuckDB in memory. Times are epoch milliseconds. */
export interface Database {
  readonly ask: (queries: readonly string[]) => Promise<Answer>;
  readonly close: () => void;
}

/** @returns undefined if DuckDB is not installed */
export async function databaseOf(events: readonly Event[], side: readonly Side[]): Promise<Database | undefined> {
  const duckdb = await import('@duckdb/node-api').catch(() => undefined);
  if (duckdb === undefined) return undefined;
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const rows = { person: [] as object[], auction: [] as object[], bid: [] as object[], side: [...side] as object[] };
  events.forEach(({ kind, record }, position) => rows[kind].push({ ...record, position }));
  for (const [name, of] of Object.entries(columns)) await load(connection, name, of, rows[name as keyof typeof rows]);
  return {
    ask: async (queries) => {
      const answers: Answer[] = [];
      for (const query of queries) answers.push((await rowsOf(connection, query)) as Answer);
      return answers.flat();
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function load(
  connection: DuckDBConnection,
  name: string,
  of: readonly Column[],
  rows: readonly object[],
): Promise<void> {
  await connection.run(`CREATE TABLE ${name} (${of.map(([column, type]) => `${column} ${type}`).join(', ')})`);
  const appender = await connection.createAppender(name);
  for (const row of rows) {
    for (const [column, type] of of) append(appender, type, (row as Readonly<Record<string, unknown>>)[column]);
    appender.endRow();
  }
  appender.closeSync();
}

function append(appender: DuckDBAppender, type: Column[1], value: unknown): void {
  if (type === 'BIGINT') appender.appendBigInt(BigInt(value as number));
  else appender.appendVarchar(value as string);
}

async function rowsOf(
  connection: DuckDBConnection,
  query: string,
): Promise<Readonly<Record<string, string | number>>[]> {
  const rows = await (await connection.runAndReadAll(query)).getRowObjects();
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : String(value)]),
    ),
  );
}
