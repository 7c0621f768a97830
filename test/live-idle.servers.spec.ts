import { setTimeout as pause } from 'node:timers/promises';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dumpOf } from './support/dumps.js';
import { expectOracleOf } from './support/expect-oracle.js';
import { eventually, keyspaceAt, topicAt, type Keyspace, type Topic } from './support/live.js';
import { must, start, type Running } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** Ten minutes with IDLE_SECONDS=600. */
const IDLE_SECONDS = Number(process.env['IDLE_SECONDS'] ?? 20);
const TRADES = 5_000;
/** The heap may be larger by this many bytes only because of when it was last collected. */
const SLACK = 64 * 2 ** 20;

describe(`a stream that is idle for ${IDLE_SECONDS} seconds`, function () {
  this.timeout((IDLE_SECONDS + 300) * 1_000);
  const kafka = useKafka();
  const cassandra = useCassandra();
  const at = tempFolder();
  const seed = seedOf('idle');
  let topic: Topic;
  let keyspace: Keyspace;
  let stream: Running;

  const generate = (n: number, day: string): ReturnType<typeof must> =>
    must([
      ...['generate', '--to', topic.url, '--trades', String(TRADES), '--users', '500', '--rate', '20'],
      ...['--seed', String(seed + n), '--start', day, '--partitions', '4'],
    ]);
  const allTaken = async (): Promise<boolean> => (await keyspace.taken()) === (await topic.end());
  const metric = async (name: string): Promise<number> => {
    const url = /metrics: (\S+)/.exec(stream.stderr())?.[1] ?? '';
    const text = await (await fetch(url)).text();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  };
  const expectTables = async (): Promise<void> => {
    await eventually('all taken', 60, allTaken);
    // Rows of windows that close without traffic come after those of the last record.
    await pause(3_000);
    expectOracleOf(await dumpOf(keyspace.url), await topic.messages());
  };

  before(async () => {
    topic = topicAt(kafka(), `idle-${seed}`);
    keyspace = keyspaceAt(cassandra(), `idle_${seed}`);
    await generate(1, '2026-01-05');
    stream = start([
      ...['stream', '--source', topic.url, '--tables', keyspace.url, '--checkpoints', `file:${at('checkpoints')}`],
      ...['--metrics-port', '0'],
    ]);
  });
  after(async () => {
    stream.child.kill('SIGKILL');
    await keyspace.tables.close();
  });

  it('has closed its windows: no row waits for the next trade', expectTables);

  it('uses no more memory meanwhile, and does no needless work', async () => {
    const [memory, commits] = [
      await metric('process_resident_memory_bytes'),
      await metric('stockafolio_commits_total'),
    ];
    await pause(IDLE_SECONDS * 1_000);
    expect(await metric('process_resident_memory_bytes')).to.be.below(memory + SLACK);
    expect(await metric('stockafolio_commits_total')).to.equal(commits);
  });

  it('processes later trades, and has lost nothing', async () => {
    await generate(2, '2026-01-06');
    await expectTables();
    stream.child.kill('SIGTERM');
    expect((await stream.ended).code).to.equal(0);
  });
});
