import { setTimeout as pause } from 'node:timers/promises';
import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { expect } from 'chai';
import { newTopic, readTopic } from './support/kafka-place.js';
import { isRunning, whileKilled } from './support/kill.js';
import { must, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';
import {
  APP,
  embedded,
  expectInOrder,
  sendBoth,
  sourceArgs,
  streamKilled,
  type TwoStreams,
} from './support/two-streams.js';

describe('several streams, as topics of Kafka', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  const seed = seedOf('several topics');
  const place = (): TwoStreams['orders'] => {
    const { url, ...topic } = newTopic(kafka());
    // A killed member must be missed soon.
    return {
      url: `${url}?session=2000`,
      producer: () => kafkaProducer({ ...topic, partitions: 3 }),
      read: () => readTopic(topic),
    };
  };

  it('have one order, however often the stream is killed', async () => {
    const both = { orders: place(), payments: place() };
    for (const each of [both.orders, both.payments]) await (await each.producer()).close();
    const args = [
      ...['stream', ...sourceArgs(both), '--tables', `embedded:${at('tables')}`],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...APP],
    ];
    const killed = await streamKilled(args, sendBoth(both, whileKilled(8_000), seed), randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...args, '--until-caught-up']);
    await expectInOrder(both, embedded(at('tables')));
  });

  it('have one order, however often their partitions move between workers that are killed', async () => {
    const both = { orders: place(), payments: place() };
    for (const each of [both.orders, both.payments]) await (await each.producer()).close();
    const keyspace = `several_${process.pid}`;
    const tables = `cassandra://127.0.0.1:${cassandra().port}/${keyspace}`;
    const args = [
      ...['stream', ...sourceArgs(both), '--tables', tables, '--group', keyspace],
      ...['--checkpoints', `file:${at('moving-checkpoints')}`, '--checkpoint-interval', '200', ...APP],
    ];
    const life = start([...args, '--workers', '2']);
    const random = randomFrom(seed + 2);
    await life.says(/partition \d: begins/);
    let isSent = false;
    const sending = sendBoth(both, whileKilled(10_000), seed).finally(() => (isSent = true));
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
    await sending;
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
    expect(killed, 'kills').to.be.greaterThan(1);
    await must([...args, '--until-caught-up']);
    const ports = { contactPoints: [`127.0.0.1:${cassandra().port}`], keyspace, localDataCenter: 'datacenter1' };
    await expectInOrder(both, { url: tables, open: () => cassandraTables(ports) });
  });
});
