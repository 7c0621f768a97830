import { latestPrices } from '@stockafolio/example';
import { useCassandra, useHdfs, useKafka, useS3 } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dumpOf, expectSameLines, rowsOf } from './support/dumps.js';
import { keyspaceAt, topicAt, type Keyspace, type Topic } from './support/live.js';
import { namedBy, plantFaults, plantStale } from './support/planted.js';
import { lastLine, must, run } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with TEST_TRADES=1000000. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 15_000);
/** Rows with planted faults, of each kind. */
const FAULTS = 20;

describe(`P1, P6: ${TRADES} trades, by the stream and by the batch, all on real servers`, () => {
  const [kafka, cassandra, hdfs, s3] = [useKafka(), useCassandra(), useHdfs(), useS3()];
  const at = tempFolder();
  const seed = seedOf('the whole way');
  let topic: Topic;
  let live: Keyspace;
  let close: Keyspace;
  let streamed: readonly string[] = [];

  const inS3 = (): string => `s3://stockafolio/way-${seed}?endpoint=${s3().url}&region=us-east-1`;
  const inHdfs = (name: string): string => `${hdfs().url}/way-${seed}/${name}`;
  const generate = (n: number, day: string): ReturnType<typeof must> =>
    must([
      ...['generate', '--to', topic.url, '--trades', String(TRADES / 2), '--users', String(TRADES / 10), '--rate', '5'],
      ...[
        '--seed',
        String(seed + n),
        '--start',
        day,
        '--partitions',
        '4',
        '--user-skew',
        'zipf:0.7',
        '--fractions',
        '0.25',
      ],
    ]);
  const stream = (tables: Keyspace, checkpoints: string): ReturnType<typeof must> =>
    must([
      ...['stream', '--source', topic.url, '--tables', tables.url, '--checkpoints', checkpoints],
      // A group is bound to its tables.
      ...['--group', tables === live ? 'live' : 'close', '--until-caught-up', '--commit-interval', '500', '--json'],
    ]);
  const archive = async (): Promise<void> => {
    await must(['archive', '--source', topic.url, '--files', inS3(), '--until-caught-up', '--roll-records', '9000']);
    await must(['copy', inS3(), inHdfs('archive')]);
  };
  const batch = (tables: Keyspace, checkpoints: string): ReturnType<typeof must> =>
    must([
      ...['batch', '--files', inHdfs('archive'), '--tables', tables.url, '--checkpoints', checkpoints],
      ...['--workers', '2', '--json'],
    ]);
  const reconcileArgs = (...more: string[]): string[] => [
    ...['reconcile', '--files', inHdfs('archive'), '--tables', live.url, ...more],
  ];
  const reconcile = async (...more: string[]): Promise<Readonly<Record<string, unknown>>> =>
    lastLine(await must(reconcileArgs('--json', ...more)));

  before(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'anybody';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'anything';
    topic = topicAt(kafka(), `way-${seed}`);
    live = keyspaceAt(cassandra(), `live_${seed}`);
    close = keyspaceAt(cassandra(), `close_${seed}`);
    await generate(1, '2026-01-05');
  });
  after(async () => {
    await live.tables.close();
    await close.tables.close();
  });

  it('Kafka, S3, HDFS, batch, Cassandra makes the tables of Kafka, stream, Cassandra', async () => {
    expect(lastLine(await stream(live, `file:${at('checkpoints')}`))['records']).to.equal(TRADES / 2);
    await archive();
    expect(lastLine(await batch(close, inHdfs('checkpoints')))['records']).to.equal(TRADES / 2);
    streamed = await dumpOf(live.url);
    expect(rowsOf(streamed, 'trades_by_user')).to.have.length(TRADES / 2);
    expectSameLines(await dumpOf(close.url), streamed, 'the tables of the batch');
  });

  it('either continues from where the other has stopped', async () => {
    await generate(2, '2026-01-06');
    const fromBatch = lastLine(await stream(close, inHdfs('checkpoints')));
    await archive();
    const fromStream = lastLine(await batch(live, `file:${at('checkpoints')}`));
    expect([fromBatch['records'], fromStream['records']]).to.eql([TRADES / 2, TRADES / 2]);
    streamed = await dumpOf(live.url);
    expect(rowsOf(streamed, 'trades_by_user')).to.have.length(TRADES);
    expectSameLines(await dumpOf(close.url), streamed, 'batch, then stream');
  });

  it(`reconcile names ${FAULTS} rows that are changed, missing, extra and stale, repairs them, and finds nothing`, async () => {
    expect(await reconcile()).to.include({ differences: 0, newer: 0 });
    const { all, stale } = await plantStale(live.tables, FAULTS);
    const faults = await plantFaults(live.tables, FAULTS);
    await live.empty(latestPrices);
    await live.tables.write([...all, ...faults.flatMap(({ rows }) => rows)]);
    const { stdout } = await must(reconcileArgs('--repair'));
    for (const { kind, names } of [...faults, stale]) {
      expect(names, kind).to.have.length(FAULTS);
      expect(namedBy(stdout, kind), kind).to.deep.equal(names);
    }
    const after = await must(reconcileArgs());
    for (const { kind } of [...faults, stale]) expect(namedBy(after.stdout, kind), kind).to.deep.equal([]);
    expectSameLines(await dumpOf(live.url), streamed, 'the repaired tables');
  });

  it('reconcile repairs rows that someone changed by hand in CQL, wholly or partly, with the present time', async () => {
    const users = rowsOf(streamed, 'user_totals')
      .slice(0, 6)
      .map((line) => String((JSON.parse(line) as { user: string }).user));
    await live.byHand([
      `UPDATE user_totals SET volume = -1 WHERE "user" = '${users[0]}'`,
      `DELETE FROM user_totals WHERE "user" = '${users[1]}'`,
      `UPDATE user_totals SET trades = 7 WHERE "user" = '${users[2]}'`,
      `INSERT INTO user_totals ("user", trades, volume, value, realized, open_positions) VALUES ('nobody', 1, 1, 1, 0, 0)`,
      `DELETE trades, value FROM user_totals WHERE "user" = '${users[3]}'`,
      `UPDATE user_totals SET value = 1.23456 WHERE "user" = '${users[4]}'`,
      `UPDATE user_totals SET volume = 9223372036854775807 WHERE "user" = '${users[5]}'`,
      `UPDATE user_totals SET volume = 5 WHERE "user" = 'somebody'`,
    ]);
    const told = await must(['tables', 'get', 'user_totals', 'somebody', '--tables', live.url]);
    expect(told.stdout).to.contain('"trades":null,"volume":5,"value":null');
    const { stdout } = await must(reconcileArgs());
    expect(namedBy(stdout, 'extra')).to.deep.equal(['user_totals (nobody)', 'user_totals (somebody)']);
    expect(stdout).to.contain(`user_totals (${users[3]}): changed: trades is null, should be `);
    const counts = { differences: 8, repaired: 8, missing: 1, extra: 2, changed: 5 };
    expect(await reconcile('--repair')).to.include(counts);
    expect(await reconcile()).to.include({ differences: 0 });
    expectSameLines(await dumpOf(live.url), streamed, 'the repaired tables');
  });

  it('reconcile reports what it cannot repair: a timestamp in the future wins over it', async () => {
    const [line = ''] = rowsOf(streamed, 'user_totals');
    const { user } = JSON.parse(line) as { user: string };
    const future = (Date.now() + 3_600_000) * 1_000;
    await live.byHand([`UPDATE user_totals USING TIMESTAMP ${future} SET volume = 6 WHERE "user" = '${user}'`]);
    const ended = await run(reconcileArgs('--repair', '--json'));
    expect(ended.code).to.equal(3);
    expect(lastLine(ended)).to.include({ ok: false, differences: 1, repaired: 0 });
    expect(ended.stderr).to.contain(`user_totals (${user}): not repaired`);
  });
});
