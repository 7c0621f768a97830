import { expect } from 'chai';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { lastLine, must } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { archive, batch, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** 200,000 with TEST_TRADES=200000. */
const HALF = Number(process.env['TEST_TRADES'] ?? 100_000) / 2;

describe('P1, P6: stream and batch give the same tables, and either continues where the other has stopped', () => {
  const at = tempFolder();
  const seed = seedOf('one truth');
  let streamed: readonly string[] = [];

  /** Trades of several days; some come late, and users and symbols are not equally busy. */
  const generate = async (start: string, n: number): Promise<void> => {
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(HALF), '--users', '20000', '--rate', '3'],
      ...['--seed', String(seed + n), '--start', start, '--partitions', '4', '--out-of-order', '4000'],
      ...['--user-skew', 'zipf:0.8', '--symbol-skew', 'zipf:0.9', '--fractions', '0.25'],
    ]);
  };

  before('each runner processes half of the trades, then the rest comes', async () => {
    await generate('2026-01-05', 1);
    const half = stream(at('log'), at('stream-then-batch'), at('checkpoints-1'));
    await archive(at('log'), at('archive'), '--roll-records', '7000');
    await batch(at('archive'), at('batch-then-stream'), at('checkpoints-2'));
    await half;
    await generate('2026-01-08', 2);
    await archive(at('log'), at('archive'), '--roll-records', '9000');
  });

  it('the stream alone: its tables are what the oracle says', async () => {
    await stream(at('log'), at('streamed'), at('checkpoints-stream'));
    streamed = await dump(at('streamed'));
    expect(rowsOf(streamed, 'trades_by_user')).to.have.length(2 * HALF);
    expect(rowsOf(streamed, 'dead_letters')).to.deep.equal([]);
    await expectOracle(streamed, at('log'));
  });

  it('the batch alone, to the end of a day and then to the end: the same tables', async () => {
    const first = lastLine(
      await batch(at('archive'), at('batched'), at('checkpoints-batch'), '--day', '2026-01-06', '--json'),
    );
    expect(first['records']).to.be.within(1, 2 * HALF - 1);
    const rest = lastLine(
      await batch(at('archive'), at('batched'), at('checkpoints-batch'), '--workers', '2', '--json'),
    );
    expect(Number(first['records']) + Number(rest['records'])).to.equal(2 * HALF);
    expectSameLines(await dump(at('batched')), streamed, 'batch');
  });

  it('the stream continues from the checkpoints of the batch, in its tables', async () => {
    const { records } = lastLine(await stream(at('log'), at('batch-then-stream'), at('checkpoints-2'), '--json'));
    expect(records).to.equal(HALF);
    expectSameLines(await dump(at('batch-then-stream')), streamed, 'batch, then stream');
  });

  it('the batch continues from the checkpoints of the stream, in its tables', async () => {
    const done = lastLine(await batch(at('archive'), at('stream-then-batch'), at('checkpoints-1'), '--json'));
    expect(done['records']).to.equal(HALF);
    expectSameLines(await dump(at('stream-then-batch')), streamed, 'stream, then batch');
  });
});
