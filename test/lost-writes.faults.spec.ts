import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readMarks, sourceMarks } from '@stockafolio/engine';
import { positions } from '@stockafolio/example';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { dumpOf } from './support/dumps.js';
import { expectOracleOf } from './support/expect-oracle.js';
import { eventually, keyspaceAt, topicAt, type Keyspace, type Topic } from './support/live.js';
import { must, run, start } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const PART = 15_000;

describe('Cassandra that lost what it had acknowledged', () => {
  const kafka = useKafka();
  const cassandra = useCassandra();
  const at = tempFolder();
  let topic: Topic;
  let keyspace: Keyspace;

  const generate = (seed: number, day: string): Promise<unknown> =>
    must([
      ...['generate', '--to', topic.url, '--trades', String(PART), '--users', '2000', '--rate', '20'],
      ...['--seed', String(seed), '--start', day, '--partitions', '4'],
    ]);
  const args = (): string[] => [
    ...['stream', '--source', topic.url, '--tables', keyspace.url, '--checkpoints', `file:${at('checkpoints')}`],
    ...['--checkpoint-interval', '500'],
  ];

  before(() => {
    topic = topicAt(kafka(), 'lost-writes');
    keyspace = keyspaceAt(cassandra(), 'lost_writes');
  });
  after(() => keyspace.tables.close());

  it('gets its lost rows again from the same run that wrote them', async () => {
    await generate(1, '2026-01-05');
    const running = start(args());
    await eventually('the first part', 120, async () => (await keyspace.taken()) >= PART);
    // A clean end writes the memory to disk.
    await cassandra().stop();
    await cassandra().start();
    await generate(2, '2026-01-06');
    await eventually('the second part', 120, async () => (await keyspace.taken()) >= 2 * PART);
    // Later writes are only in the log, which is lost with the machine's memory, or as here with its disk.
    await cassandra().kill();
    await rm(join(dirname(cassandra().log), 'commitlog'), { recursive: true });
    await cassandra().start();
    await running.says(/continues from the checkpoints that they contain/);
    await eventually('all of it again', 180, async () => (await keyspace.taken()) >= 2 * PART);
    running.child.kill('SIGTERM');
    expect((await running.ended).code, running.stderr()).to.equal(0);
    expectOracleOf(await dumpOf(keyspace.url), await topic.messages());
  });

  it('continues with tables of an earlier version, without marks of the source', async () => {
    await keyspace.byHand([`DROP TABLE ${sourceMarks.name}`]);
    await generate(3, '2026-01-07');
    const { code, stderr } = await run([...args(), '--until-caught-up']);
    expect(code, stderr).to.equal(0);
    expect(await readMarks(keyspace.tables, 'portfolio')).to.have.keys([0, 1, 2, 3]);
    expectOracleOf(await dumpOf(keyspace.url), await topic.messages());
  });

  it('rejects a table that was dropped and recreated, at every start', async () => {
    await keyspace.byHand([`DROP TABLE ${positions.name}`]);
    for (let start = 1; start <= 2; start++) {
      const { code, stderr } = await run([...args(), '--until-caught-up']);
      expect(stderr).to.contain('ERR_TABLES_REMADE').and.contain(positions.name);
      expect(code).to.equal(2);
    }
  });
});
