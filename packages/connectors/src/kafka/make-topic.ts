import { StockafolioError } from '@stockafolio/core';
import { ownPartitions, type OwnTopicShape } from '@stockafolio/core/ports';
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
const COMPACTED = [{ name: 'cleanup.policy', value: 'compact' }];

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
 * The same for the topic of a repartition.
 *
 * @returns how many partitions it has
 * @throws ERR_PARTITIONS_CHANGED if it has more than it must have
 */
export function makeOwnTopic(options: KafkaProducerOptions, shape: OwnTopicShape): Promise<number> {
  return untilMade(options, (own) => tryToMakeOwn(own, shape));
}

async function untilMade<R>(
  options: KafkaProducerOptions,
  make: (options: KafkaProducerOptions) => Promise<R>,
): Promise<R> {
  const { clock } = options;
  const begun = clock.elapsed();
  for (;;) {
    try {
      return await make(options);
    } catch (error) {
      const failed = kafkaError(error, options);
      if (!failed.retryable || clock.elapsed() - begun >= TRIES_WITHIN) throw failed;
      await clock.sleep(100);
    }
  }
}

async function tryToMake(options: KafkaProducerOptions): Promise<void> {
  const { topic, partitions } = options;
  await withAdmin(options, async (admin) => {
    const there = await partitionsOf(admin, topic);
    if (there === undefined) return create(admin, options, partitions);
    if (partitions === undefined || partitions === there) return;
    throw new StockafolioError('ERR_SOURCE_MISMATCH', `topic '${topic}' has ${there} partitions, not ${partitions}`, {
      hint: 'omit the number, or write to another topic',
    });
  });
}

function tryToMakeOwn(options: KafkaProducerOptions, shape: OwnTopicShape): Promise<number> {
  const { topic } = options;
  return withAdmin(options, async (admin) => {
    const there = await partitionsOf(admin, topic);
    const partitions = ownPartitions(topic, shape, there);
    if (there === undefined) return create(admin, options, partitions);
    if (there === partitions) return partitions;
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
    throw new BrokerError(NOT_YET, 'the topic was given partitions');
  });
}

async function create(
  admin: Admin,
  { topic, replicationFactor = BY_THE_BROKERS, isCompacted = false }: KafkaProducerOptions,
  partitions = DEFAULT_PARTITIONS,
): Promise<never> {
  await admin.createTopics({
    topics: [
      {
        ...{ topic, numPartitions: partitions, replicationFactor },
        configEntries: [...KEPT_FOR_EVER, ...(isCompacted ? COMPACTED : [])],
      },
    ],
    // kafkajs ends this wait with the very error that it should wait for: a broker that does not know the topic yet.
    waitForLeaders: false,
  });
  throw new BrokerError(NOT_YET, 'the topic was made');
}

async function withAdmin<R>(options: KafkaProducerOptions, work: (admin: Admin) => Promise<R>): Promise<R> {
  const client = kafkajsClient(await loadKafkajs(), options);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
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
