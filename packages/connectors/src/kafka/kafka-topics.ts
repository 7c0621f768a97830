import type { OwnTopics } from '@stockafolio/core/ports';
import { kafkaProducer } from './kafka-producer.js';
import { kafkaSource } from './kafka-source.js';
import { makeOwnTopic } from './make-topic.js';
import type { KafkaProducerOptions, KafkaSourceOptions } from './options.js';

/** How topics of a pipeline's own are reached, and made if there are none. */
export type KafkaTopicsOptions = Omit<KafkaSourceOptions, 'topic'> &
  Pick<KafkaProducerOptions, 'replicationFactor' | 'compression'>;

/**
 * Topics of a pipeline's own on Kafka: for pipelines with repartitions. They keep their messages until somebody sets
 * `retention.ms`; what no stage has read yet must not expire.
 *
 * @throws ERR_PARTITIONS_CHANGED from `open` if a topic has more partitions than it must have; and as `kafkaProducer`
 * @example
 * const repartitions = kafkaTopics({ brokers: ['127.0.0.1:9092'], clock: systemClock });
 * await runStream({ pipeline, source, tables, checkpoints, clock, codec, repartitions });
 */
export function kafkaTopics(options: KafkaTopicsOptions): OwnTopics {
  return {
    async open(topic, shape) {
      const partitions = await makeOwnTopic({ ...options, topic }, shape);
      const producer = await kafkaProducer({ ...options, topic, partitions });
      return { producer, source: kafkaSource({ ...options, topic }), partitions };
    },
  };
}
