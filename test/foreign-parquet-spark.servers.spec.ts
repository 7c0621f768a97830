import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { openParquet, parquetColumns, readRows, writeParquet } from '@stockafolio/connectors/parquet';
import { expect } from 'chai';
import { Foreign, lawfulRows, ROWS } from '../packages/connectors/test/foreign-parquet/law.js';
import { ROOT } from './support/run-command.js';
import { compiledJob, needsSpark } from './support/spark.js';
import { tempFolder } from './support/temp-folder.js';

const FOLDER = join(ROOT, 'packages/connectors/test/foreign-parquet');

describe('Parquet files of Spark and of this library', () => {
  const at = tempFolder();
  /** What Spark says of our file, and of one that differs. */
  let said: readonly string[] = [];

  before('finds Spark', async function () {
    needsSpark('Parquet by Spark', this);
    const spark = await compiledJob({
      source: join(FOLDER, 'ForeignParquet.java'),
      pom: FOLDER,
      jars: 'spark-sql_2.13-4.0.1',
      classes: at('classes'),
      local: at('local'),
    });
    const ours = filesLocal(at('ours'));
    const columns = parquetColumns(Foreign);
    const others = [{ ...lawfulRows()[0], price: 1 }, ...lawfulRows().slice(1)];
    await writeParquet(ours, 'ours.parquet', columns, [lawfulRows()], { rowGroupRows: 7 });
    await writeParquet(ours, 'other.parquet', columns, [others]);
    // One run for all: most of its time is its start.
    const stdout = await spark(at('theirs'), at('ours', 'ours.parquet'), at('ours', 'other.parquet'));
    said = stdout.trimEnd().split('\n');
  });

  it("Spark's are read by the law that they were written by", async () => {
    const folders = await readdir(at('theirs'));
    expect(folders).to.have.length(4);
    for (const folder of folders) {
      const files = filesLocal(at('theirs', folder));
      const name = (await readdir(at('theirs', folder))).find((each) => each.endsWith('.parquet')) ?? '';
      const rows: object[] = [];
      for await (const batch of readRows(await openParquet(files, name), Foreign)) rows.push(...batch);
      expect(rows, folder).to.deep.equal(lawfulRows());
    }
  });

  it('ours are read by Spark, every value equal', () => {
    expect(said).to.deep.equal([`0 of ${ROWS} rows differ`, `2 of ${ROWS} rows differ`]);
  });
});
