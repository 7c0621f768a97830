import { setTimeout as pause } from 'node:timers/promises';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dumpOf, rowsOf } from './support/dumps.js';
import { expectOracleOf } from './support/expect-oracle.js';
import { killHard } from './support/kill.js';
import { eventually, keyspaceAt, topicAt, type Keyspace, type Topic } from './support/live.js';
import { must, start, type Running } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** A million with LIVE_TRADES=1000000. */
const TRADES = Number(process.env['LIVE_TRADES'] ?? 200_000);
const SESSION = 6_000;

describe(`P3: ${TRADES} trades from Kafka into Cassandra, through all common faults`, () => {
  const kafka = useKafka();
  const cassandra = useCassandra();
  const at = tempFolder();
  const seed = seedOf('live faults');
  const workers = new Map<string, Running>();
  let topic: Topic;
  let keyspace: Keyspace;

  /** Starts a worker with this name. */
  const begin = (name: string): void => {
    const args = ['stream', '--source', `${topic.url}?session=${SESSION}`, '--tables', keyspace.url];
    workers.set(name, start([...args, '--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '1000']));
  };
  const worker = (name: string): Running => {
    const running = workers.get(name);
    if (running === undefined) throw new Error(`no worker ${name}`);
    return running;
  };
  const done = async (part: number): Promise<boolean> => (await keyspace.taken()) >= part * TRADES;
  /** The partitions of a worker, by its log lines. */
  const partitionsOf = (running: Running): Set<string> => {
    const held = new Set<string>();
    for (const [, partition = '', what] of running
      .stderr()
      .matchAll(/partition (\d+): (continues|begins|handed|another)/g)) {
      if (what === 'continues' || what === 'begins') held.add(partition);
      else held.delete(partition);
    }
    return held;
  };
  const say = (text: string): void => void process.stdout.write(`      ${text}\n`);

  before(() => {
    topic = topicAt(kafka(), `faults-${seed}`);
    keyspace = keyspaceAt(cassandra(), `faults_${seed}`);
  });
  after(async () => {
    for (const { child } of workers.values()) child.kill('SIGKILL');
    await keyspace.tables.close();
  });

  it('goes on through each of them', async () => {
    const generator = start([
      ...['generate', '--to', topic.url, '--trades', String(TRADES), '--users', String(TRADES / 10), '--rate', '20'],
      ...['--seed', String(seed), '--start', '2026-01-05', '--partitions', '4', '--user-skew', 'zipf:0.7'],
    ]);
    await generator.says(/./);
    await eventually('a topic', 60, async () => (await topic.end().catch(() => 0)) > 0);
    begin('a');
    begin('b');
    await eventually('some progress', 120, () => done(0.02));

    say('a worker is killed, and another comes in its place');
    expect(await killHard(worker('a')), worker('a').stderr()).to.equal(true);
    begin('a');
    await eventually('more progress', 120, () => done(0.1));

    say('a worker is suspended, and the others take its partitions once its session has ended');
    worker('b').child.kill('SIGSTOP');
    await pause(SESSION + 2_000);
    await eventually('more progress', 120, () => done(0.2));
    say('it wakes up, as a zombie');
    worker('b').child.kill('SIGCONT');

    say('a worker is added');
    begin('c');
    await worker('c').says(/continues from offset/);
    await eventually('more progress', 120, () => done(0.3));

    say('Cassandra is killed, and comes back after a while');
    await cassandra().kill();
    await pause(3_000);
    await cassandra().start();
    await eventually('more progress', 180, () => done(0.45));

    say('Kafka is killed, and comes back');
    await kafka().kill();
    await kafka().start();
    await eventually('more progress', 180, () => done(0.6));

    say('a worker is removed, as an operator would');
    worker('b').child.kill('SIGTERM');
    expect((await worker('b').ended).code, worker('b').stderr()).to.equal(0);
    await eventually('more progress', 120, () => done(0.75));

    say('another worker is killed');
    expect(await killHard(worker('c')), worker('c').stderr()).to.equal(true);
    await generator.ended;
    await eventually('the end', 600, async () => (await keyspace.taken()) >= (await topic.end()));
    // The killed one may have processed all of its partitions, without having emitted their open windows.
    await eventually('all partitions with the last worker', 60, async () => partitionsOf(worker('a')).size === 4);
    worker('a').child.kill('SIGTERM');
    expect((await worker('a').ended).code, worker('a').stderr()).to.equal(0);
  });

  it('has left nothing to take in', async () => {
    const { stdout } = await must([
      ...['stream', '--source', topic.url, '--tables', keyspace.url, '--checkpoints', `file:${at('checkpoints')}`],
      ...['--until-caught-up', '--json'],
    ]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).to.include({ ok: true, records: 0, setAside: 0 });
  });

  it('has tables that are what the oracle says: no row missing, none doubled, none wrong', async () => {
    const messages = await topic.messages();
    expect(messages.length).to.be.at.least(TRADES);
    const lines = await dumpOf(keyspace.url);
    expect(rowsOf(lines, 'dead_letters')).to.deep.equal([]);
    expectOracleOf(lines, messages);
  });
});
