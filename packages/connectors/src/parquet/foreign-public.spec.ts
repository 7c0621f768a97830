import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { withDuckdb } from '../../test/foreign-parquet/duckdb-files.js';
import { filesLocal } from '../files-local/index.js';
import { openParquet } from './index.js';

/** Test files of other projects, which are not part of this repository. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/data/parquet/', import.meta.url));

/** A value as JSON, times without trailing zero parts. */
const plain = (token: string): string =>
  token.replace(
    /^"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.0+)?(?:Z|\+00)?"$/,
    (_, day: string, time: string) => `${day} ${time}`,
  );

/** The readable columns of a file, each as the JSON of its values; and the errors for the others. */
async function ours(name: string): Promise<{ read: Map<string, (string | null)[]>; refused: string[] }> {
  const file = await openParquet(filesLocal(FOLDER), name);
  const read = new Map<string, (string | null)[]>();
  const refused: string[] = [];
  for (const stored of file.columns) {
    try {
      const values: (string | null)[] = [];
      for (const group of file.rowGroups.keys()) {
        const [some = []] = await file.readColumns(group, [{ stored, kind: 'json', optional: true, path: [stored] }]);
        for (const token of some) values.push(typeof token === 'string' ? plain(token) : null);
      }
      read.set(stored, values);
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_PARQUET_UNSUPPORTED')) throw error;
      refused.push(error.message);
    }
  }
  return { read, refused };
}

describe('a public Parquet file', () => {
  it('has the same flat columns as hyparquet and DuckDB read; nested ones are rejected by name', async function () {
    if (!existsSync(FOLDER)) {
      process.stdout.write('      skipped: there is no ../shared/data/parquet\n');
      this.skip();
    }
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.parquet'));
    expect(names).to.have.length.greaterThan(5);
    await withDuckdb(async (connection) => {
      for (const name of names) {
        const { read, refused } = await ours(name);
        for (const message of refused) expect(message, name).to.match(/is nested|is a list of/);
        expect(read.size, name).to.be.greaterThan(0);
        const bytes = new Uint8Array(await readFile(`${FOLDER}${name}`));
        const objects = await parquetReadObjects({ file: bytes.buffer, compressors, geoparquet: false });
        for (const [column, values] of read) {
          const theirs = objects.map((object) => (object as Record<string, unknown>)[column]);
          const tokens = theirs.map((value) =>
            value === null || value === undefined
              ? null
              : plain(typeof value === 'bigint' ? String(value) : JSON.stringify(value)),
          );
          expect(values, `${name} ${column} by hyparquet`).to.deep.equal(tokens);
          const reader = await connection.runAndReadAll(
            `select to_json("${column}")::varchar from read_parquet('${FOLDER}${name}')`,
          );
          const found = reader.getRows().map(([token]) => (typeof token === 'string' ? plain(token) : null));
          expect(values, `${name} ${column} by DuckDB`).to.deep.equal(
            found.map((token) => (token === 'null' ? null : token)),
          );
        }
      }
    });
  });
});
