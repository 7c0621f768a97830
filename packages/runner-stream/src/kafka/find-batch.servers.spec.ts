import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { KafkaTopic } from '../../test/kafka-topic.js';
import { numbered } from '../../test/kafka-reader.js';
import { Connection } from './connection.js';
import { findBatch } from './find-batch.js';
import { brokerOf } from './kafkajs-client.js';
import { produceRequest } from './protocol/produce.js';
import { writeBatch } from './protocol/write-batch.js';
import { TopicLaw } from './topic-law.js';

describe('a batch that may have been taken in', function () {
  this.timeout(60_000);
  const kafka = useKafka();

  it('is found among those of others, by its author and number, and no other is', async () => {
    const topic = new KafkaTopic(kafka().port);
    await topic.make();
    const others = await topic.producer();
    await others.append(numbered(400));
    const connection = new Connection(topic.place, new TopicLaw(topic.topic));
    await connection.run(async ({ cluster }) => {
      const [node = ''] = cluster.getNodeIds();
      const broker = await brokerOf(cluster, node);
      const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
      const author = { producerId: BigInt(producerId), epoch: producerEpoch, sequence: 0 };
      const place = { topic: topic.topic, partition: 2, from: 50 };
      expect(await findBatch(broker, author, place)).to.equal(false);
      const bytes = writeBatch([{ key: null, value: Buffer.from('mine'), timestamp: 0 }], author);
      const [answer] = await broker.connectionPool.send(produceRequest(topic.topic, [{ partition: 2, bytes }], 10_000));
      expect(answer).to.deep.equal({ partition: 2, error: 0, offset: 100 });
      await others.append(numbered(400, 400));
      expect(await findBatch(broker, author, place)).to.equal(true);
      expect(await findBatch(broker, { ...author, sequence: 1 }, place)).to.equal(false);
      expect(await findBatch(broker, author, { ...place, from: 101 })).to.equal(false);
      expect(await findBatch(broker, author, { ...place, partition: 3 })).to.equal(false);
    });
    connection.close();
    await topic.close();
  });
});
