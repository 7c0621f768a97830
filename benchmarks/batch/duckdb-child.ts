/**
 * The order-free part of the batch's work in DuckDB, in its own process: every sum that the tables hold, over the same
 * files. Average cost, realized profit, rankings and the rows of single trades are left out. Prints a line of JSON.
 */
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

export interface DuckRan {
  readonly seconds: number;
  readonly peak: number;
  readonly trades: number;
  readonly volume: number;
  /** In units of 1e-4 USD, as text. */
  readonly value: string;
  readonly users: number;
  readonly positions: number;
  readonly quantity: number;
}

const [, , dir = '', threads = '2'] = process.argv;
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();

const sums = 'count(*) AS trades, sum(quantity) AS volume, sum(quantity * price) AS value';
const bought = "sum(quantity * price) FILTER (side = 'buy') AS buy_value";
const signed = "sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS quantity";
const day = "date_trunc('day', time)";
const statements = [
  `CREATE VIEW trades AS SELECT * FROM read_parquet('${dir}/trades/*/*/*.parquet', hive_partitioning = false)`,
  `CREATE TABLE positions AS SELECT user, symbol, ${signed}, max(time) AS last_time FROM trades GROUP BY ALL`,
  `CREATE TABLE user_totals AS SELECT user, ${sums} FROM trades GROUP BY ALL`,
  `CREATE TABLE sector_seconds AS SELECT date_trunc('second', time) AS second, sector, ${sums} FROM trades GROUP BY ALL`,
  `CREATE TABLE sector_totals AS SELECT ${day} AS day, sector, ${sums}, ${bought} FROM trades GROUP BY ALL`,
  `CREATE TABLE symbol_totals AS SELECT ${day} AS day, symbol, ${sums}, ${bought} FROM trades GROUP BY ALL`,
  `CREATE TABLE minute_totals AS SELECT date_trunc('minute', time) AS minute, ${sums}, ${bought} FROM trades GROUP BY ALL`,
  `CREATE TABLE trader_totals AS SELECT ${day} AS day, user, ${sums} FROM trades GROUP BY ALL`,
  'CREATE TABLE latest_prices AS SELECT symbol, arg_max(price, time) AS price, max(time) AS time FROM trades GROUP BY ALL',
  `CREATE TABLE symbol_prices AS SELECT ${day} AS day, symbol, time_bucket(INTERVAL 10 MINUTE, time) AS slot,
    arg_max(price, time) AS price FROM trades GROUP BY ALL`,
];

const start = performance.now();
for (const statement of statements) await connection.run(statement);
const seconds = (performance.now() - start) / 1000;
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;

const one = async (query: string): Promise<readonly string[]> =>
  (await (await connection.runAndReadAll(query)).getRows())[0]?.map(String) ?? [];
const [trades, volume, value, users] = await one(
  'SELECT sum(trades), sum(volume), CAST(sum(value) * 10000 AS HUGEINT), count(*) FROM user_totals',
);
const [positions, quantity] = await one('SELECT count(*), sum(quantity) FROM positions');
console.log(
  JSON.stringify({
    ...{ seconds, peak, trades: Number(trades), volume: Number(volume), value: value ?? '', users: Number(users) },
    ...{ positions: Number(positions), quantity: Number(quantity) },
  } satisfies DuckRan),
);
