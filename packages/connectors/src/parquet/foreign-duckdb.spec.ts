import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  int32,
  isStockafolioError,
  bigMoney,
  decimal,
  money,
  optional,
  record,
  text,
  timestamp,
  type Fields,
  type RecordSchema,
} from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { anyTable } from '../../test/any-table.js';
import { duckdbVariants, withDuckdb, writeWithDuckdb } from '../../test/foreign-parquet/duckdb-files.js';
import { Foreign, lawfulRows } from '../../test/foreign-parquet/law.js';
import { filesLocal } from '../files-local/index.js';
import { openParquet, parquetColumns, readRows, writeParquet } from './index.js';

describe('DuckDB and this library', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'duckdb-'))));
  after(() => rm(folder, { recursive: true }));

  const readAll = async (name: string, schema: RecordSchema<Fields>): Promise<object[]> => {
    const rows: object[] = [];
    for await (const batch of readRows(await openParquet(filesLocal(folder), name), schema)) rows.push(...batch);
    return rows;
  };
  /** The error of reading a file with one row that DuckDB makes. */
  const refusal = async (selected: string, fields: Fields): Promise<string> => {
    await withDuckdb((connection) =>
      connection.run(`copy (select ${selected}) to '${join(folder, 'one.parquet')}' (format parquet)`),
    );
    try {
      await readAll('one.parquet', record('one', fields));
    } catch (error) {
      if (isStockafolioError(error)) return `${error.code}: ${error.message}`;
      throw error;
    }
    return 'read';
  };

  it('read each other: its files with all compressions and page versions, over many row groups', async () => {
    const rows = 2100;
    await writeWithDuckdb(folder, duckdbVariants, rows);
    const expected = lawfulRows(rows);
    for (const { name } of duckdbVariants) {
      const file = await openParquet(filesLocal(folder), `${name}.parquet`);
      expect([file.rows, file.rowGroups.length], name).to.deep.equal([rows, 2]);
      expect(await readAll(`${name}.parquet`, Foreign), name).to.deep.equal(expected);
    }
  });

  it('read each other: ours, value by value', async () => {
    const rows = lawfulRows(1000);
    await writeParquet(filesLocal(folder), 'ours.parquet', parquetColumns(Foreign), [rows], { rowGroupRows: 300 });
    const found = await withDuckdb(async (connection) => {
      const columns = parquetColumns(Foreign).map(({ stored, kind }) =>
        kind === 'timestamp' ? `epoch_ms("${stored}")::varchar` : `"${stored}"::varchar`,
      );
      const path = join(folder, 'ours.parquet');
      const reader = await connection.runAndReadAll(`select ${columns.join()} from read_parquet('${path}')`);
      return reader.getRows();
    });
    const asDecimal = (units: unknown): string => {
      const digits = String(units).replace('-', '').padStart(5, '0');
      return `${String(units).startsWith('-') ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
    };
    const expected = rows.map((row) =>
      Object.entries(Foreign.fields).map(([name, { kind }]) => {
        const value = row[name as keyof typeof row];
        if (value === undefined) return null;
        if (kind === 'decimal' || kind === 'bigDecimal') return asDecimal(value);
        return kind === 'double' && Number.isInteger(value) ? `${String(value)}.0` : String(value);
      }),
    );
    expect(found).to.deep.equal(expected);
  });

  it('round-trip any rows: written by us, read and rewritten by DuckDB, read by us', async () => {
    await withDuckdb(async (connection) => {
      const variant = fc.constantFrom(...duckdbVariants);
      // DECIMAL(38) ends there. Our writer keeps all 128 bits, as its own spec says.
      const table = anyTable(-(10n ** 38n) + 1n);
      await fc.assert(
        fc.asyncProperty(table, variant, async ([schema, rows, rowGroupRows], { options }) => {
          const [ours, theirs] = [join(folder, 'sent.parquet'), join(folder, 'back.parquet')];
          await writeParquet(filesLocal(folder), 'sent.parquet', parquetColumns(schema), [rows], { rowGroupRows });
          await connection.run(`copy (from read_parquet('${ours}')) to '${theirs}' (format parquet, ${options})`);
          expect(await readAll('back.parquet', schema)).to.deep.equal(rows);
        }),
        { numRuns: 60 },
      );
    });
  });

  it('empty files have no rows', async () => {
    await writeWithDuckdb(folder, [{ name: 'empty', options: 'compression zstd' }], 0);
    expect(await readAll('empty.parquet', Foreign)).to.deep.equal([]);
  });

  it('reject what a field cannot hold exactly, with the file, the column and its type', async () => {
    const refusals: readonly (readonly [string, Fields, RegExp])[] = [
      ['[1] a', { a: int32() }, /UNSUPPORTED: 'one.parquet' .*'a' is nested \(LIST\), and int32 is read from whole/],
      ['[1] a', { a: optional(int32()) }, /'a' is nested/],
      ["{'b': 1} a", { b: int32() }, /no column 'b'; it has a/],
      ["'1' a", { a: int32() }, /'a' is BYTE_ARRAY STRING, and int32/],
      ['1.5::float a', { a: money() }, /'a' is FLOAT, and money is read from DECIMAL, whole numbers or DOUBLE/],
      ['1.5::float a', { a: decimal(8) }, /and decimal\(8\) is read from DECIMAL, whole numbers or DOUBLE/],
      ['1.00005::double a', { a: money() }, /'a' holds 1.00005, which is no number of at most 4 decimals/],
      ["'NaN'::double a", { a: money() }, /'a' holds NaN, which is no number/],
      ['1e12::double a', { a: money() }, /OVERFLOW: .*'a': 10000000000000000 is past 2\^53/],
      ['1::decimal(9, 2) a', { a: int32() }, /'a' is INT32 DECIMAL\(9, 2\), and int32/],
      ['uuid() a', { a: text() }, /'a' is FIXED_LEN_BYTE_ARRAY\(16\) UUID, and text/],
      ["time '10:00' a", { a: timestamp() }, /TIME, and timestamp is read from TIMESTAMP or INT96/],
      ['null::integer a', { a: int32() }, /'a' has no value in row 0/],
      ['1.00005::decimal(9, 5) a', { a: money() }, /'a' holds an amount of more than 4 decimals/],
      ["timestamp '2026-01-05 10:00:00.000001' a", { a: timestamp() }, /'a' holds a time finer than a millisecond/],
      ["'\\xff'::blob a", { a: text() }, /'a' holds a text that is not UTF-8/],
      ["date '10000-01-01' a", { a: record('d', { a: text() }).fields.a }, /'a' is INT32 DATE, and text/],
      ['5000000000 a', { a: int32() }, /OVERFLOW: 'one.parquet', column 'a': 5000000000 is not a 32-bit integer/],
      ['4000000000::uinteger a', { a: int32() }, /OVERFLOW: .*4000000000 is not a 32-bit integer/],
    ];
    for (const [selected, fields, said] of refusals) expect(await refusal(selected, fields)).to.match(said);
    expect(await refusal('3::decimal(9, 5) a, 7::utinyint b', { a: money(), b: int32() })).to.equal('read');
    expect(await refusal('5::tinyint a, 900719925474::bigint b', { a: decimal(8), b: money() })).to.equal('read');
    expect(await refusal('900719925475::bigint a', { a: money() })).to.match(
      /OVERFLOW: .*9007199254750000 is past 2\^53/,
    );
    expect(await refusal('0.1::double + 0.2::double a, 1e12::double b', { a: decimal(1), b: bigMoney() })).to.equal(
      'read',
    );
  });
});
