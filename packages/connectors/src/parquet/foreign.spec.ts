import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Fields, record, type RecordSchema } from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { Foreign, lawfulRows, ROWS } from '../../test/foreign-parquet/law.js';
import { openParquet, readRows, type OpenParquetOptions } from './index.js';

const FOLDER = fileURLToPath(new URL('../../test/foreign-parquet/files/', import.meta.url));

const fileOf = async (name: string): Promise<MemoryFiles> => {
  const files = memoryFiles();
  files.contents.set(name, new Uint8Array(await readFile(`${FOLDER}${name}`)));
  return files;
};

const readAll = async (
  files: MemoryFiles,
  name: string,
  schema: RecordSchema<Fields>,
  options?: OpenParquetOptions,
): Promise<object[]> => {
  const rows: object[] = [];
  for await (const batch of readRows(await openParquet(files, name, options), schema)) rows.push(...batch);
  return rows;
};

/** The law's fields that a file has: not every writer supports all types. */
const schemaOf = (columns: readonly string[]): RecordSchema<Fields> =>
  record('foreign', Object.fromEntries(Object.entries(Foreign.fields).filter(([name]) => columns.includes(name))));

const picked = (rows: readonly object[], names: readonly string[]): object[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))));

describe('a Parquet file of another writer', () => {
  it('is read as the law says, whatever its compression, encodings and pages', async () => {
    for (const name of await readdir(FOLDER)) {
      const files = await fileOf(name);
      const file = await openParquet(files, name);
      const schema = schemaOf(file.columns);
      expect(schema.names.length, name).to.be.greaterThan(9);
      const rows = name.includes('empty') ? 0 : ROWS;
      expect(file.rows, name).to.equal(rows);
      expect(await readAll(files, name, schema), name).to.deep.equal(picked(lawfulRows(rows), schema.names));
    }
  });
});
