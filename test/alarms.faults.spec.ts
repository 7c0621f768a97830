import { useCassandra, useKafka, useS3 } from '@stockafolio/servers/mocha';
import type { Server } from '@stockafolio/servers';
import { expect } from 'chai';
import { dumpOf } from './support/dumps.js';
import { expectOracleOf } from './support/expect-oracle.js';
import { eventually, keyspaceAt, topicAt, type Keyspace, type Topic } from './support/live.js';
import { must, start, type Running } from './support/run-command.js';
import { seedOf } from './support/seed.js';

/** Trades that are sent before a server is taken away, and while it is away. */
const PART = 3_400;
/** Seconds within which the endpoints must show what the manual says. */
const READY_WITHIN = 20;

describe('the alarms that are recommended', () => {
  const kafka = useKafka();
  const cassandra = useCassandra();
  const s3 = useS3();
  const seed = seedOf('alarms');
  let topic: Topic;
  let keyspace: Keyspace;
  let stream: Running;
  let operators = '';
  let day = 5;

  const generate = async (): Promise<void> => {
    await must([
      ...['generate', '--to', topic.url, '--trades', String(PART), '--users', '800', '--rate', '20'],
      ...['--seed', String(seed + day), '--start', `2026-01-${String(day).padStart(2, '0')}`, '--partitions', '4'],
    ]);
    day++;
  };
  const ask = (page: string): Promise<Response> =>
    fetch(`${operators}${page}`).catch((error: unknown) => {
      throw new Error(stream.stderr(), { cause: error });
    });
  const readiness = async (): Promise<{ readonly status: number; readonly body: string }> => {
    const answer = await ask('/ready');
    return { status: answer.status, body: await answer.text() };
  };
  /** A metric, summed over its labels; of its largest with `max`. */
  const metric = async (name: string, of: 'sum' | 'max' = 'sum', label = ''): Promise<number> => {
    const text = await (await ask('/metrics')).text();
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)) && line.includes(label))
      .map((line) => Number(line.split(' ').at(-1)));
    return of === 'max' ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0);
  };
  const isReady = async (): Promise<boolean> => (await readiness()).status === 200;
  const isWell = async (): Promise<boolean> =>
    (await isReady()) &&
    (await metric('stockafolio_lag_records')) === 0 &&
    (await keyspace.taken()) === (await topic.end());
  const well = (): Promise<void> => eventually('ready, with everything in the tables', 180, isWell);

  before(async () => {
    // The S3 under test requires no login, but a client must have one.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    topic = topicAt(kafka(), 'alarms');
    keyspace = keyspaceAt(cassandra(), 'alarms');
    await generate();
    const checkpoints = `s3://stockafolio/alarms-${process.pid}?endpoint=http://127.0.0.1:${s3().port}&region=us-east-1`;
    stream = start([
      ...['stream', '--source', topic.url, '--tables', keyspace.url, '--checkpoints', checkpoints],
      ...['--checkpoint-interval', '500', '--metrics-port', '0'],
    ]);
    await stream.says(/metrics: \S+/);
    operators = new URL(/metrics: (\S+)/.exec(stream.stderr())?.[1] ?? '').origin;
    await well();
  });
  after(async () => {
    stream.child.kill('SIGKILL');
    await keyspace.tables.close();
  });

  const ways = {
    'stands still': {
      away: async (server: Server) => server.suspend(),
      back: async (server: Server) => server.resume(),
    },
    'is stopped': { away: (server: Server) => server.stop(), back: (server: Server) => server.start() },
    'is killed': { away: (server: Server) => server.kill(), back: (server: Server) => server.start() },
  };

  for (const [how, { away, back }] of Object.entries(ways)) {
    it(`Cassandra that ${how} is seen by readiness and by a lag that grows`, async () => {
      await away(cassandra());
      await generate();
      await eventually('unready', READY_WITHIN, async () => (await readiness()).status === 503);
      expect((await readiness()).body).to.match(/tables|server|host/i);
      await eventually('a lag of all that came', 10, async () => (await metric('stockafolio_lag_records')) >= PART);
      expect(await ask('/health')).to.have.property('status', 200);
      await back(cassandra());
      await well();
    });

    it(`Kafka that ${how} is seen by readiness`, async () => {
      await away(kafka());
      await eventually('unready', READY_WITHIN, async () => (await readiness()).status === 503);
      expect((await readiness()).body).to.match(/source|broker|Kafka/i);
      await back(kafka());
      await generate();
      await well();
    });
  }

  it('a stopped checkpoint store is seen by unsaved changes, older than a minute, while rows are written', async () => {
    const failed = await metric('stockafolio_checkpoints_total', 'sum', 'failed');
    await s3().stop();
    await generate();
    await eventually('in the tables', 60, async () => (await keyspace.taken()) === (await topic.end()));
    expect(await isReady()).to.equal(true);
    await eventually('unsaved for long', 120, async () => (await metric('stockafolio_unsaved_seconds', 'max')) > 60);
    await generate();
    await eventually('in the tables', 60, async () => (await keyspace.taken()) === (await topic.end()));
    await s3().start();
    await eventually('saved', 180, async () => (await metric('stockafolio_unsaved_seconds', 'max')) < 5);
    expect(await metric('stockafolio_checkpoints_total', 'sum', 'failed')).to.be.greaterThan(failed);
  });

  it('attempts that failed are counted, and nothing is lost or doubled', async () => {
    expect(await metric('stockafolio_retries_total')).to.be.greaterThan(0);
    stream.child.kill('SIGTERM');
    expect((await stream.ended).code, stream.stderr()).to.equal(0);
    const messages = await topic.messages();
    expect(messages.length).to.be.at.least(30_000);
    expectOracleOf(await dumpOf(keyspace.url), messages);
  });
});
