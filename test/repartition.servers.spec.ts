import { setTimeout as pause } from 'node:timers/promises';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { newTopic } from './support/kafka-place.js';
import { isRunning, whileKilled } from './support/kill.js';
import { must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import {
  expectEachOnce,
  expectSameInBatch,
  ITEMS_APP,
  sendSales,
  SILENT_ITEMS_APP,
  WORKED_ITEMS_APP,
} from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

/** A killed member must be missed soon. */
const SOON = '?session=2000';

describe('repartitions, as topics of Kafka', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  const seed = seedOf('repartitions on Kafka');

  it('lose and double nothing, however often the stream is killed, and the batch has the same rows', async () => {
    const { url, ...topic } = newTopic(kafka());
    const producer = await kafkaProducer({ ...topic, partitions: 3 });
    const tables = `embedded:${at('tables')}`;
    const args = [
      ...['stream', '--source', `${url}${SOON}`, '--tables', tables],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...ITEMS_APP],
    ];
    const sending = sendSales(producer, whileKilled(8_000), seed);
    const killed = await streamKilled(args, sending, randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...args, '--until-caught-up']);
    await expectEachOnce(await sending, tables);
    await expectSameInBatch(url, `file:${at('archive')}`, tables);
  });

  it('lose and double nothing, however often their partitions move between workers that are killed', async () => {
    const { url, ...topic } = newTopic(kafka());
    const producer = await kafkaProducer({ ...topic, partitions: 3 });
    const keyspace = `items_${process.pid}`;
    const tables = `cassandra://127.0.0.1:${cassandra().port}/${keyspace}`;
    const args = [
      ...['stream', '--source', `${url}${SOON}`, '--tables', tables, '--group', keyspace],
      ...['--checkpoints', `file:${at('moving-checkpoints')}`, '--checkpoint-interval', '200', ...WORKED_ITEMS_APP],
    ];
    const life = start([...args, '--workers', '2']);
    const random = randomFrom(seed + 2);
    await life.says(/partition \d: begins/);
    let isSent = false;
    const sending = sendSales(producer, whileKilled(10_000), seed).finally(() => (isSent = true));
    let killed = 0;
    while (!isSent) {
      await pause(1_500 + random() * 3_000);
      const pids = [...life.stderr().matchAll(/is process (\d+)/g)].map(([, pid]) => Number(pid));
      const alive = pids.filter(isRunning);
      const pid = alive[Math.floor(random() * alive.length)];
      if (pid === undefined || isSent) continue;
      process.kill(pid, 'SIGKILL');
      killed++;
    }
    const sent = await sending;
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
    expect(killed, 'kills').to.be.greaterThan(1);
    await must([...args, '--workers', '2', '--until-caught-up']);
    await expectEachOnce(sent, tables, WORKED_ITEMS_APP);
    await expectSameInBatch(url, `file:${at('moving-archive')}`, tables, WORKED_ITEMS_APP);
  });

  it('are caught up for several workers, although they were silent for longer than they had records', async () => {
    const { url, ...topic } = newTopic(kafka());
    const producer = await kafkaProducer({ ...topic, partitions: 3 });
    const keyspace = `silent_${process.pid}`;
    const tables = `cassandra://127.0.0.1:${cassandra().port}/${keyspace}`;
    const args = [
      ...['stream', '--source', `${url}${SOON}`, '--tables', tables, '--group', keyspace, '--workers', '2'],
      ...['--checkpoints', `file:${at('silent-checkpoints')}`, ...SILENT_ITEMS_APP],
    ];
    const life = start(args);
    await life.says(/partition \d: begins/);
    const sent = await sendSales(producer, 20, seed);
    await pause(8_000);
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
    await must([...args, '--until-caught-up']);
    await expectEachOnce(sent, tables, SILENT_ITEMS_APP);
  }).timeout(120_000);
});
