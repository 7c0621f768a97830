// node --import tsx packages/connectors/test/foreign-parquet/write-duckdb.ts: regenerates the committed files of
// DuckDB.
import { fileURLToPath } from 'node:url';
import { duckdbVariants, writeWithDuckdb } from './duckdb-files.js';

const committed = ['duckdb-snappy-v1', 'duckdb-zstd-v2', 'duckdb-lz4_raw-v2'];
const folder = fileURLToPath(new URL('files', import.meta.url));
await writeWithDuckdb(
  folder,
  duckdbVariants.filter(({ name }) => committed.includes(name)),
);
