import { setTimeout as pause } from 'node:timers/promises';
import { kafkaProducer } from '@stockafolio/connectors/kafka';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { newTopic } from './support/kafka-place.js';
import { must, start } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { expectEachOnce, expectSameInBatch, sendSales, WORKED_ITEMS_APP as APP } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';

const WAS = 3;
const IS = 5;

describe('a topic of Kafka that is given partitions while a pipeline with repartitions reads it', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  const seed = seedOf('grown while it runs');

  for (const { readers, group, workers } of [
    { readers: 'one process', group: 'grown-one', workers: [] },
    { readers: 'two workers', group: 'grown-two', workers: ['--workers', '2'] },
  ])
    it(`is read on by ${readers} without a command, nothing is lost or doubled, and the batch has the same rows`, async () => {
      const { url, ...place } = newTopic(kafka());
      const { brokers, topic } = place;
      const folder = at(readers);
      // Only one process can write embedded tables.
      const keyspace = `cassandra://127.0.0.1:${cassandra().port}/grown_${seed}?dc=datacenter1`;
      const tables = workers.length === 0 ? `embedded:${folder}/tables` : keyspace;
      const stream = [
        ...['stream', '--source', url, '--tables', tables, '--checkpoints', `file:${folder}/checkpoints`],
        // Kafka may be that of other suites, where the group of this pipeline has other tables.
        ...['--group', group, ...APP],
      ];
      const files = `file:${folder}/archive`;
      const sent = [...(await sendSales(await kafkaProducer({ ...place, partitions: WAS }), 600, seed))];
      await must(['archive', '--source', url, '--files', files, '--until-caught-up', ...APP]);
      const life = start([...stream, ...workers]);
      await life.says(/partition \d: begins/);

      const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.createPartitions({ topicPartitions: [{ topic, count: IS }] });
      await admin.disconnect();
      await pause(2_000);
      // A producer that knows the new partitions, while the stream may not.
      sent.push(...(await sendSales(await kafkaProducer(place), 600, seed + 1)));
      await life.says(/a source was given partitions/);
      await life.says(/partition 4: begins/);
      sent.push(...(await sendSales(await kafkaProducer(place), 600, seed + 2)));
      life.child.kill('SIGINT');
      expect((await life.ended).code).to.equal(130);
      await must([...stream, '--until-caught-up']);
      await expectEachOnce(sent, tables, APP);
      await expectSameInBatch(url, files, tables, APP);
    });
});
