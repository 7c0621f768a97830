import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';
import { numbered } from '../../test/kafka/kafka-reader.js';
import { Connection } from './connection.js';
import { findBatch } from './find-batch.js';
import { brokerOf } from './kafkajs-client.js';
import { produceRequest } from './protocol/produce.js';
import { writeBatch } from './protocol/write-batch.js';
import { TopicCheck } from './topic-check.js';

describe('a batch that may have been appended', function () {
  this.timeout(60_000);
  const kafka = useKafka();

  it('is found among those of others by its producer id, epoch and sequence, and no other is', async () => {
    const topic = new KafkaTopic(kafka().port);
    await topic.make();
    const others = await topic.producer();
    await others.append(numbered(400));
    const connection = new Connection(topic.place, new TopicCheck(topic.topic));
    await connection.run(async ({ cluster }) => {
      const [node = ''] = cluster.getNodeIds();
      const broker = await brokerOf(cluster, node);
      const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: 60_000 });
      const producer = { producerId: BigInt(producerId), epoch: producerEpoch, sequence: 0 };
      const range = { topic: topic.topic, partition: 2, from: 50 };
      expect(await findBatch(broker, producer, range)).to.equal(false);
      const bytes = writeBatch([{ key: null, value: Buffer.from('mine'), timestamp: 0 }], producer);
      const [answer] = await broker.connectionPool.send(produceRequest(topic.topic, [{ partition: 2, bytes }], 10_000));
      expect(answer).to.deep.equal({ partition: 2, error: 0, offset: 100 });
      await others.append(numbered(400, 400));
      expect(await findBatch(broker, producer, range)).to.equal(true);
      expect(await findBatch(broker, { ...producer, sequence: 1 }, range)).to.equal(false);
      expect(await findBatch(broker, producer, { ...range, from: 101 })).to.equal(false);
      expect(await findBatch(broker, producer, { ...range, partition: 3 })).to.equal(false);
    });
    connection.close();
    await topic.close();
  });
});
