import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { must, ROOT } from './support/run-command.js';
import { compiledJob, needsSpark } from './support/spark.js';
import { archive, batch, batchArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const COMMAND = join(ROOT, 'packages/cli/bin/stockafolio.js');
const EXAMPLE = join(ROOT, 'examples/spark-batch');

describe('P1: Spark runs the units of a batch, and the tables are the same', () => {
  const at = tempFolder();

  before('finds Spark', function () {
    needsSpark('the batch on Spark', this);
  });

  it('on two threads of one machine', async () => {
    const generate = ['generate', '--to', `log:${at('log')}`, '--trades', '20000', '--users', '500'];
    await must([...generate, '--start', '2026-01-05', '--rate', '10']);
    await archive(at('log'), at('archive'), '--roll-records', '2000');
    await batch(at('archive'), at('tables'), at('checkpoints'));

    const spark = batchArgs(at('archive'), at('spark-tables'), at('spark-checkpoints'));
    await writeFile(at('units'), (await must([...spark, '--print-units'])).stdout);
    const job = await compiledJob({
      source: join(EXAMPLE, 'SparkBatch.java'),
      pom: EXAMPLE,
      jars: 'spark-core_2.13-4.0.1',
      classes: at('classes'),
      local: at('spark-local'),
    });
    const stdout = await job(at('units'), process.execPath, COMMAND, 'batch-unit');
    const results = stdout.trimEnd().split('\n');
    const records = results.map((line) => (JSON.parse(line) as { records: number }).records);
    expect(records.reduce((sum, n) => sum + n, 0)).to.equal(20_000);
    expectSameLines(await dump(at('spark-tables')), await dump(at('tables')), 'the tables made by Spark');
    expect((await must([...spark, '--print-units'])).stdout, 'units that are left').to.equal('');
  });
});
