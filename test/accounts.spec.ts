import { dumpLine, lotsOracle, stockafolioOracle, type DumpRow } from '@stockafolio/conformance';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, linesOf, must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, batch, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** Records of each of two times; a million in all with TEST_TRADES=500000. */
const RECORDS = Number(process.env['TEST_TRADES'] ?? 15_000);
const KILLS = 6;
const SMALL_STEPS = ['--commit-interval', '20', '--commit-records', '1000', '--checkpoint-interval', '100'];

describe('accounts with events of all kinds, in the stream and in the batch', () => {
  const at = tempFolder();
  const seed = seedOf('accounts');
  const random = randomFrom(seed);
  let rejected = 0;
  let expected = new Map<string, DumpRow[]>();
  let lots = new Map<string, DumpRow[]>();
  let streamed: readonly string[] = [];

  before('a fifth of the records are no trades', async () => {
    for (const [n, day] of ['2025-03-03', '2026-05-04'].entries()) {
      await must([
        ...['generate', '--to', `log:${at('log')}`, '--trades', String(RECORDS), '--users', '300', '--rate', '5'],
        ...['--seed', String(seed + n), '--start', day, '--partitions', '3', '--user-skew', 'zipf:0.7'],
        ...['--symbol-skew', 'zipf:1.2', '--fractions', '0.2', '--out-of-order', '2000', '--events', '0.2'],
      ]);
    }
    await archive(at('log'), at('archive'), '--roll-records', '4000');
    const messages = await readLog(at('log'));
    const wire = messages.map((each) => ({ partition: each.partition, offset: each.offset, value: valueOf(each) }));
    expected = stockafolioOracle(wire, () => (rejected += 1));
    lots = lotsOracle(wire, 'fifo');
  });

  const expectAll = (lines: readonly string[]): void => {
    for (const [table, rows] of expected) expectSameLines(rowsOf(lines, table), rows.map(dumpLine), table);
  };

  it(`are what the oracle says, with a stream that is killed ${KILLS} times`, async () => {
    const args = [...streamArgs(at('log'), at('streamed'), at('checkpoints')), ...SMALL_STEPS];
    for (let kill = 0; kill < KILLS; kill++) {
      const life = start(args);
      await life.says(/partition 2: (begins|continues)/);
      await pause(random() * 600);
      await killHard(life);
    }
    await stream(at('log'), at('streamed'), at('checkpoints'), ...SMALL_STEPS);
    streamed = await dump(at('streamed'));
    expectAll(streamed);
    expect(expected.get('accounts')?.length).to.be.greaterThan(250);
    expect(expected.get('account_events')?.length).to.be.greaterThan(RECORDS / 5);
  });

  it('reject what is not possible, each once, with what to do', async () => {
    const list = await must(['dead-letters', 'list', '--tables', `embedded:${at('streamed')}`, '--json']);
    const { letters } = lastLine(list);
    expect(rejected).to.be.greaterThan(10);
    expect(letters).to.equal(rejected);
  });

  it('are the same in the batch', async () => {
    await batch(at('archive'), at('batched'), at('batch-checkpoints'));
    const lines = await dump(at('batched'));
    expectAll(lines);
    expectSameLines(lines, streamed, 'batch');
  });

  it('are the same beside lots, and these are what the oracle says', async () => {
    const withLots = ['--app', '@stockafolio/example/with-lots'];
    await batch(at('archive'), at('lots'), at('lots-checkpoints'), ...withLots);
    const lines = await linesOf(['tables', 'dump', '--tables', `embedded:${at('lots')}`, ...withLots]);
    expectAll(lines);
    for (const [table, rows] of lots) {
      expect(rows.length, table).to.be.greaterThan(RECORDS / 10);
      expectSameLines(rowsOf(lines, table), rows.map(dumpLine), table);
    }
  });
});
