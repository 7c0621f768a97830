import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { ROWS } from './law.js';

export interface Variant {
  readonly name: string;
  readonly options: string;
}

const codecs = ['uncompressed', 'snappy', 'zstd', 'gzip', 'lz4_raw', 'brotli'];

/** All compressions with both versions of pages. */
export const duckdbVariants: readonly Variant[] = codecs.flatMap((codec) =>
  ['V1', 'V2'].map((version) => ({
    name: `duckdb-${codec}-${version.toLowerCase()}`,
    options: `compression ${codec}, parquet_version ${version}`,
  })),
);

/**
 * `units` as a decimal with this many digits after the point, through its digits: products of decimals would have too
 * many.
 */
const DECIMAL_MACRO = `create macro digits_of(units, places) as
  case when units < 0 then '-' else '' end ||
  left(lpad(abs(units)::varchar, 40, '0'), -places) || '.' || right(lpad(abs(units)::varchar, 40, '0'), places)`;

/** The law in SQL. DuckDB's row groups have at least 2048 rows, so only larger files have several. */
function lawInSql(rows: number): string {
  return `
    select
      {'id': 'no', 'price': i} id_group,
      't' || i id,
      i % 3 = 0 flag,
      (i * 7 - 200)::integer small,
      i * 1000003 - 50000000 big,
      case when i % 2 = 0 then (-9223372036854775808)::bigint + i else 9223372036854775807 - i end huge,
      i::double / 8 ratio,
      (i::double / 4)::float half,
      digits_of(i * 12345 - 500000, 4)::decimal(18, 4) price,
      digits_of((i - 15)::hugeint * 1000000000000000000000000000000 + i, 4)::decimal(38, 4) wide,
      digits_of(i * 101 - 3000, 2)::decimal(9, 2) cents,
      make_timestamp_ms(1700000000000 + i * 1001) "at",
      make_timestamp_ms(-5000 + i * 997)::timestamptz micros,
      date '1970-01-01' + (19000 + i * 31)::integer "day",
      (4000000000 + i)::uinteger unsigned,
      case when i % 4 = 0 then null else 'nöte ' || (i % 5) end note,
      case when i % 3 = 0 then null else i end::integer maybe,
      [i, null] list,
      map {'id': i} pairs
    from range(${rows}) r(i)`;
}

export async function writeWithDuckdb(folder: string, variants: readonly Variant[], rows = ROWS): Promise<void> {
  await withDuckdb(async (connection) => {
    await connection.run(DECIMAL_MACRO);
    for (const { name, options } of variants) {
      const path = join(folder, `${name}.parquet`);
      await connection.run(`copy (${lawInSql(rows)}) to '${path}' (format parquet, row_group_size 2048, ${options})`);
    }
  });
}

/** A connection whose zone is UTC. */
export async function withDuckdb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("set timezone = 'UTC'; set threads = 1");
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
