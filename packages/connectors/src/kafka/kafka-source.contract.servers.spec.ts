import { runSourceContract } from '@stockafolio/conformance';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { numbered } from '../../test/kafka/kafka-reader.js';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';

describe('a topic of Kafka', function () {
  this.timeout(60_000);
  const kafka = useKafka();

  runSourceContract('kafkaSource', {
    // The first group of a broker takes some seconds: the broker creates the topic in which it keeps groups.
    patience: 15_000,
    fresh: async () => {
      const topic = new KafkaTopic(kafka().port);
      await topic.make();
      return {
        source: async () => topic.source(),
        producer: () => topic.producer(),
        namesake: async () => {
          await topic.remove();
          await topic.make();
          return topic.source();
        },
        expire: async (beforeOffset) => {
          await topic.expire(beforeOffset);
          return beforeOffset;
        },
        destroy: () => topic.close(),
      };
    },
  });

  it('returns a fetch in pieces, each exactly once, with pauses and seeks in between', async () => {
    const topic = new KafkaTopic(kafka().port);
    await topic.make();
    try {
      const count = 10_000;
      const producer = await topic.producer();
      await producer.append(numbered(count).map((message) => ({ ...message, partition: 0 })));
      const source = topic.source();
      await source.open(topic.topic, {
        assigned: async (partitions) => partitions.map((partition) => ({ partition, offset: 0 })),
        revoked: async () => undefined,
      });
      let pieces = 0;
      let next = 0;
      while (next < count) {
        const batch = await source.next(15_000);
        expect(batch?.messages.map(({ offset }) => offset)).to.deep.equal(
          Array.from(batch?.messages ?? [], (_, n) => next + n),
        );
        next += batch?.messages.length ?? 0;
        pieces++;
        if (pieces === 2) {
          source.pause([0]);
          expect(await source.next(200)).to.equal(undefined);
          source.resume([0]);
        } else if (pieces === 4) {
          next = 700;
          source.seek({ partition: 0, offset: next });
        }
      }
      expect(pieces).to.be.above(8);
    } finally {
      await topic.close();
    }
  });
});
