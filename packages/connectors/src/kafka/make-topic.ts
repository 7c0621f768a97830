import { StockafolioError } from '@stockafolio/core';
import { ownTopicGrew } from '@stockafolio/core/ports';
import { brokerErrorType, kafkaError } from './kafka-error.js';
import { kafkajsClient, type KafkajsClient } from './kafkajs-client.js';
import { loadKafkajs } from './load-kafkajs.js';
import type { KafkaProducerOptions } from './options.js';
import { BrokerError } from './protocol/error-codes.js';

const DEFAULT_PARTITIONS = 4;
const BY_THE_BROKERS = -1;
const TRIES_WITHIN = 5_000;
const NOT_YET = 5;
const KEPT_FOR_EVER = [{ name: 'retention.ms', value: '-1' }];

/**
 * Creates the topic if there is none. It keeps its messages until somebody sets `retention.ms`: messages have the times
 * of their records, and Kafka expires messages by time, so it would delete an imported history within minutes.
 *
 * @throws ERR_SOURCE_MISMATCH if it exists with another number of partitions than requested
 */
export function makeTopic(options: KafkaProducerOptions): Promise<void> {
  return untilMade(options, tryToMake);
}

/**
 * The same for the topic of a repartition: it is also given partitions if it has fewer than requested.
 *
 * @throws ERR_PARTITIONS_CHANGED if it has more
 */
export function makeOwnTopic(options: KafkaProducerOptions & { readonly partitions: number }): Promise<void> {
  return untilMade(options, (own) => tryToMake(own, true));
}

async function untilMade<O extends KafkaProducerOptions>(
  options: O,
  make: (options: O) => Promise<void>,
): Promise<void> {
  const { clock } = options;
  const begun = clock.elapsed();
  for (;;) {
    try {
      await make(options);
      return;
    } catch (error) {
      const failed = kafkaError(error, options);
      if (!failed.retryable || clock.elapsed() - begun >= TRIES_WITHIN) throw failed;
      await clock.sleep(100);
    }
  }
}

async function tryToMake(options: KafkaProducerOptions, isOwn = false): Promise<void> {
  const { topic, partitions, replicationFactor = BY_THE_BROKERS } = options;
  const client = kafkajsClient(await loadKafkajs(), options);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    const there = await partitionsOf(admin, topic);
    if (there === undefined) {
      await admin.createTopics({
        topics: [
          {
            topic,
            numPartitions: partitions ?? DEFAULT_PARTITIONS,
            replicationFactor,
            configEntries: [...KEPT_FOR_EVER],
          },
        ],
        // kafkajs ends this wait with the very error that it should wait for: a broker that does not know the topic
        // yet.
        waitForLeaders: false,
      });
      throw new BrokerError(NOT_YET, 'the topic was made');
    } else if (isOwn && partitions !== undefined && there < partitions) {
      await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
      throw new BrokerError(NOT_YET, 'the topic was given partitions');
    } else if (isOwn && partitions !== undefined && there > partitions) {
      throw ownTopicGrew(topic, partitions, there);
    } else if (partitions !== undefined && partitions !== there) {
      throw new StockafolioError('ERR_SOURCE_MISMATCH', `topic '${topic}' has ${there} partitions, not ${partitions}`, {
        hint: 'omit the number, or write to another topic',
      });
    }
  } finally {
    client.destroy();
  }
}

type Admin = ReturnType<KafkajsClient['kafka']['admin']>;

async function partitionsOf(admin: Admin, topic: string): Promise<number | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length;
  } catch (error) {
    if (brokerErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}
