import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whatIsMissing } from '@stockafolio/servers';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { must, ROOT, startProgram, succeeded } from './support/run-command.js';
import { archive, batch, batchArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const COMMAND = join(ROOT, 'packages/cli/bin/stockafolio.js');
const EXAMPLE = join(ROOT, 'examples/spark-batch');
const OPENS = ['java.lang', 'java.net', 'java.nio', 'java.util', 'sun.nio.ch'];
const run = promisify(execFile);

describe('P1: Spark does the units of a batch, and the tables are the same', () => {
  const at = tempFolder();
  let lib = '';

  before('finds Spark', async function () {
    const missing = whatIsMissing();
    if (missing !== '') {
      const words = `the batch on Spark needs ${missing}`;
      if (process.env['REQUIRE_SERVERS'] === '1') throw new Error(words);
      process.stderr.write(`skipped: ${words}\n`);
      return this.skip();
    }
    lib = await sparkJars();
  });

  it('on two threads of one machine', async () => {
    const generate = ['generate', '--to', `log:${at('log')}`, '--trades', '20000', '--users', '500'];
    await must([...generate, '--start', '2026-01-05', '--rate', '10']);
    await archive(at('log'), at('archive'), '--roll-records', '2000');
    await batch(at('archive'), at('tables'), at('checkpoints'));

    const spark = batchArgs(at('archive'), at('spark-tables'), at('spark-checkpoints'));
    await writeFile(at('units'), (await must([...spark, '--print-units'])).stdout);
    await run('javac', ['-cp', `${lib}/*`, '-d', at('classes'), join(EXAMPLE, 'SparkBatch.java')]);
    const job = startProgram(
      'java',
      [
        ...OPENS.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
        ...['-Xmx512m', '-Dspark.master=local[2]', '-Dspark.ui.enabled=false', '-Dspark.driver.host=127.0.0.1'],
        ...['-Dspark.driver.bindAddress=127.0.0.1', `-Dspark.local.dir=${at('spark-local')}`],
        ...['-cp', `${lib}/*:${at('classes')}`, 'SparkBatch', at('units'), process.execPath, COMMAND, 'batch-unit'],
      ],
      ROOT,
    );
    const { stdout } = succeeded('the job of Spark', await job.ended);
    const results = stdout.trimEnd().split('\n');
    const records = results.map((line) => (JSON.parse(line) as { records: number }).records);
    expect(records.reduce((sum, n) => sum + n, 0)).to.equal(20_000);
    expectSameLines(await dump(at('spark-tables')), await dump(at('tables')), 'the tables made by Spark');
    expect((await must([...spark, '--print-units'])).stdout, 'units that are left').to.equal('');
  });
});

/** The folder with Spark's jars, resolved with Maven where they are not there yet; it appears whole. */
async function sparkJars(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'stockafolio', 'spark-core_2.13-4.0.1');
  if (existsSync(folder)) return folder;
  await mkdir(join(cache, 'stockafolio'), { recursive: true });
  const making = await mkdtemp(join(cache, 'stockafolio', '.spark-'));
  try {
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${making}`];
    await run('mvn', ['-q', '-B', '-f', join(EXAMPLE, 'pom.xml'), ...copy], { maxBuffer: 1 << 26 });
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
