import { daysOracle, dumpLine, type DumpRow } from '@stockafolio/conformance';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, linesOf, must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, batch, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** Records of each of three times. */
const RECORDS = Number(process.env['TEST_TRADES'] ?? 10_000);
const KILLS = 5;
const WITH_DAYS = ['--app', '@stockafolio/example/with-days'];
const SMALL_STEPS = ['--commit-interval', '20', '--commit-records', '1000', '--checkpoint-interval', '100'];

describe('results by day, in the stream and in the batch', () => {
  const at = tempFolder();
  const seed = seedOf('days');
  const random = randomFrom(seed);
  let expected = new Map<string, DumpRow[]>();
  let streamed: readonly string[] = [];

  before('events of three days; those of the second come last', async () => {
    for (const [n, day] of ['2026-05-04', '2026-05-06', '2026-05-05'].entries()) {
      await must([
        ...['generate', '--to', `log:${at('log')}`, '--trades', String(RECORDS), '--users', '100', '--rate', '5'],
        ...['--seed', String(seed + n), '--start', day, '--partitions', '3', '--user-skew', 'zipf:0.7'],
        ...['--symbol-skew', 'zipf:1.2', '--fractions', '0.3', '--out-of-order', '2000', '--events', '0.1'],
      ]);
    }
    await archive(at('log'), at('archive'), '--roll-records', '4000');
    const messages = await readLog(at('log'));
    expected = daysOracle(
      messages.map((each) => ({ partition: each.partition, offset: each.offset, value: valueOf(each) })),
    );
  });

  const tables = async (folder: string): Promise<readonly string[]> =>
    linesOf(['tables', 'dump', '--tables', `embedded:${folder}`, ...WITH_DAYS]);

  it(`are what the oracle says, with a stream that is killed ${KILLS} times`, async () => {
    const args = [...streamArgs(at('log'), at('streamed'), at('checkpoints')), ...WITH_DAYS, ...SMALL_STEPS];
    for (let kill = 0; kill < KILLS; kill++) {
      const life = start(args);
      await life.says(/partition 2: (begins|continues)/);
      await pause(random() * 600);
      await killHard(life);
    }
    await stream(at('log'), at('streamed'), at('checkpoints'), ...WITH_DAYS, ...SMALL_STEPS);
    streamed = await tables(at('streamed'));
    for (const [table, rows] of expected) {
      expect(rows.length, table).to.be.greaterThan(RECORDS / 10);
      expectSameLines(rowsOf(streamed, table), rows.map(dumpLine), table);
    }
    const late = rowsOf(streamed, 'position_days').filter((row) => !row.includes('"part":0,'));
    expect(late.length, 'records of a day before the newest of their position').to.be.greaterThan(RECORDS / 100);
    expect(rowsOf(streamed, 'position_days').filter((row) => !row.includes('"dividends":"0.0000"'))).to.not.be.empty;
  });

  it('are the same in the batch', async () => {
    await batch(at('archive'), at('batched'), at('batch-checkpoints'), ...WITH_DAYS);
    expectSameLines(await tables(at('batched')), streamed, 'batch');
  });

  it('are compared by reconcile, and read by `tables get`', async () => {
    const compared = lastLine(
      await must([
        ...['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('streamed')}`, '--json'],
        ...WITH_DAYS,
      ]),
    );
    expect(compared).to.include({ differences: 0 });
    const rows = await linesOf([
      ...['tables', 'get', 'position_days', 'u00', '--tables', `embedded:${at('streamed')}`, ...WITH_DAYS],
    ]);
    expect(rows.length).to.be.greaterThan(10);
  });

  it('are not in the tables without them, and change no other', async () => {
    await stream(at('log'), at('without'), at('checkpoints-without'));
    const lines = await dump(at('without'));
    expect(rowsOf(lines, 'position_days')).to.deep.equal([]);
    const others = streamed.filter((line) => !/^\{"table":"(position_days|symbol_closes)"/.test(line));
    expectSameLines(lines, others, 'the other tables');
  });
});
