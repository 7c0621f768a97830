import { runSourceContract } from '@stockafolio/conformance';
import { useKafka } from '@stockafolio/servers/mocha';
import { KafkaTopic } from '../../test/kafka-topic.js';

describe('a topic of Kafka', function () {
  this.timeout(60_000);
  const kafka = useKafka();

  runSourceContract('kafkaSource', {
    // The first group of a broker takes some seconds: it makes the topic in which it keeps them.
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
});
