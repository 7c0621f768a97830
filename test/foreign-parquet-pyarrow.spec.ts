import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { openParquet, parquetColumns, readRows, writeParquet } from '@stockafolio/connectors/parquet';
import { expect } from 'chai';
import { Foreign, lawfulRows, ROWS } from '../packages/connectors/test/foreign-parquet/law.js';
import { ROOT } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const SCRIPT = join(ROOT, 'packages/connectors/test/foreign-parquet/pyarrow_files.py');
const run = promisify(execFile);

describe('Parquet files of pyarrow and of this library', () => {
  const at = tempFolder();

  before('finds pyarrow', async function () {
    try {
      await run(PYTHON, ['-c', 'import pyarrow.parquet']);
    } catch (cause) {
      const words = `Parquet by pyarrow needs a Python with pyarrow; '${PYTHON}' is none (PYTHON=... names another)`;
      if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(words, { cause });
      process.stderr.write(`skipped: ${words}\n`);
      this.skip();
    }
  });

  it("pyarrow's are read by the law that they were written by", async () => {
    await mkdir(at('theirs'));
    await run(PYTHON, [SCRIPT, 'write', at('theirs')]);
    const names = await readdir(at('theirs'));
    expect(names).to.have.length(12);
    for (const name of names) {
      const rows: object[] = [];
      for await (const batch of readRows(await openParquet(filesLocal(at('theirs')), name), Foreign))
        rows.push(...batch);
      expect(rows, name).to.deep.equal(lawfulRows(name === 'pyarrow-empty.parquet' ? 0 : ROWS));
    }
  });

  it('ours are read by pyarrow, every value equal', async () => {
    const files = filesLocal(at('ours'));
    await writeParquet(files, 'ours.parquet', parquetColumns(Foreign), [lawfulRows()], { rowGroupRows: 7 });
    await writeParquet(files, 'none.parquet', parquetColumns(Foreign), []);
    const { stdout } = await run(PYTHON, [SCRIPT, 'check', at('ours/ours.parquet'), at('ours/none.parquet')]);
    expect(stdout).to.equal(`${ROWS} rows\n0 rows\n`);
    const others = [{ ...lawfulRows()[0], price: 1 }, ...lawfulRows().slice(1)];
    await writeParquet(files, 'other.parquet', parquetColumns(Foreign), [others]);
    const failed = await run(PYTHON, [SCRIPT, 'check', at('ours/other.parquet')]).catch(
      (error: Error) => error.message,
    );
    expect(failed).to.contain("row 0: price is Decimal('0.0001'), not Decimal('-50.0000')");
  });
});
