import {
  amended,
  daysOracle,
  dumpLine,
  lotsOracle,
  stockafolioOracle,
  type DumpRow,
  type WireEvent,
} from '@stockafolio/conformance';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, linesOf, must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, batch, batchArgs, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with TEST_TRADES=1000000. */
const RECORDS = Number(process.env['TEST_TRADES'] ?? 20_000);
const KILLS = 4;
const isAmendment = ({ value }: WireEvent): boolean => value.includes('"amends":');

describe('accounts whose events are withdrawn and corrected', () => {
  const at = tempFolder();
  const seed = seedOf('amendments');
  const random = randomFrom(seed);
  let wire: readonly WireEvent[] = [];
  let right: readonly WireEvent[] = [];
  let amendments = 0;
  let refused = 0;
  let impossible = 0;
  let expected = new Map<string, DumpRow[]>();

  before('one of twenty records amends another', async () => {
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', String(RECORDS), '--users', '300', '--rate', '5'],
      ...['--seed', String(seed), '--start', '2025-03-03', '--partitions', '3', '--user-skew', 'zipf:0.7'],
      ...['--symbol-skew', 'zipf:1.2', '--fractions', '0.2', '--events', '0.2', '--amendments', '0.05'],
    ]);
    await archive(at('log'), at('archive'), '--roll-records', '3000');
    const messages = await readLog(at('log'));
    wire = messages.map((each) => ({ partition: each.partition, offset: each.offset, value: valueOf(each) }));
    right = amended(wire, () => (refused += 1));
    amendments = wire.filter(isAmendment).length;
    expected = stockafolioOracle(right, () => (impossible += 1));
  });

  const expectAll = (lines: readonly string[], what: Map<string, DumpRow[]>): void => {
    for (const [table, rows] of what) expectSameLines(rowsOf(lines, table), rows.map(dumpLine), table);
  };
  const lettersOf = async (tables: string): Promise<unknown> =>
    lastLine(await must(['dead-letters', 'list', '--tables', `embedded:${tables}`, '--json']))['letters'];

  it(`are in the batch as if entered right, in runs that are killed ${KILLS} times`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const life = start(batchArgs(at('archive'), at('batched'), at('batch-checkpoints')));
      await pause(300 + random() * 1_200);
      await killHard(life);
    }
    await batch(at('archive'), at('batched'), at('batch-checkpoints'));
    expectAll(await dump(at('batched')), expected);
    expect(amendments).to.be.within(RECORDS / 25, RECORDS / 15);
    expect(refused).to.be.within(amendments / 100, amendments / 5);
    expect(await lettersOf(at('batched'))).to.equal(refused + impossible);
  });

  it('are in the batch as if entered right, beside lots', async () => {
    const withLots = ['--app', '@stockafolio/example/with-lots'];
    await batch(at('archive'), at('lots'), at('lots-checkpoints'), ...withLots);
    const lines = await linesOf(['tables', 'dump', '--tables', `embedded:${at('lots')}`, ...withLots]);
    expectAll(lines, expected);
    expectAll(lines, lotsOracle(right, 'fifo'));
  });

  it('are in the batch as if entered right, in results by day', async () => {
    const withDays = ['--app', '@stockafolio/example/with-days'];
    await batch(at('archive'), at('days'), at('days-checkpoints'), ...withDays);
    const lines = await linesOf(['tables', 'dump', '--tables', `embedded:${at('days')}`, ...withDays]);
    expectAll(lines, daysOracle(right));
  });

  it('are in the stream as they came, and each amendment is a dead letter that says what makes it', async () => {
    await stream(at('log'), at('streamed'), at('checkpoints'));
    let rejected = 0;
    const kept = stockafolioOracle(
      wire.filter((each) => !isAmendment(each)),
      () => (rejected += 1),
    );
    expectAll(await dump(at('streamed')), kept);
    expect(await lettersOf(at('streamed'))).to.equal(rejected + amendments);
  });

  it('are right in the tables of the stream after a run from the start and a repair, and stay so', async () => {
    await batch(at('archive'), at('streamed'), at('checkpoints'), '--from-start');
    await must(['reconcile', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('streamed')}`, '--repair']);
    expectAll(await dump(at('streamed')), expected);
    const letters = await linesOf(['dead-letters', 'list', '--tables', `embedded:${at('streamed')}`]);
    expect(letters.filter((each) => each.includes('a stream does not go back'))).to.eql([]);
    // The stream continues from the checkpoints of the batch.
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', '3000', '--users', '300', '--rate', '5'],
      ...['--seed', String(seed + 1), '--start', '2025-03-04', '--user-skew', 'zipf:0.7', '--symbol-skew', 'zipf:1.2'],
    ]);
    await stream(at('log'), at('streamed'), at('checkpoints'));
    const messages = await readLog(at('log'));
    const all = messages.map((each) => ({ partition: each.partition, offset: each.offset, value: valueOf(each) }));
    expectAll(await dump(at('streamed')), stockafolioOracle(amended(all, () => undefined)));
  });
});
