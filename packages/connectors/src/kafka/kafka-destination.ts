import { isStockafolioError } from '@stockafolio/core';
import type { Destination, DestinationShape, OpenDestination } from '@stockafolio/core/ports';
import { Connection } from './connection.js';
import { kafkaProducer, packingOf } from './kafka-producer.js';
import { kafkaSource } from './kafka-source.js';
import { KafkaTransactions } from './kafka-transactions.js';
import type { KafkaPlace, KafkaProducerOptions } from './options.js';
import { TopicCheck } from './topic-check.js';

/** A topic that a pipeline sends to. */
export type KafkaDestinationOptions = KafkaPlace &
  Pick<KafkaProducerOptions, 'partitions' | 'replicationFactor' | 'compression' | 'batchBytes'>;

/**
 * A topic of Kafka that a pipeline sends to, for others to read. If there is none it is created, with as many partitions
 * as the pipeline's source unless `partitions` is given, and compacted if the pipeline says what messages replace.
 *
 * @throws as `kafkaProducer`, from `open`
 * @example
 * const topics = { alerts: kafkaDestination({ brokers: ['127.0.0.1:9092'], topic: 'alerts', clock: systemClock }) };
 * await runStream({ pipeline, source, tables, checkpoints, clock, codec, topics });
 */
export function kafkaDestination(options: KafkaDestinationOptions): Destination {
  return {
    async open(shape) {
      const { partitions = await partitionsFor(options, shape) } = options;
      const producer = await kafkaProducer({ ...options, partitions, isCompacted: shape.isCompacted });
      const connection = new Connection(options, new TopicCheck(options.topic));
      try {
        const facts = await factsOf(options);
        const packing = await packingOf(options);
        return {
          ...facts,
          producer: {
            append: (messages) => producer.append(messages),
            async close() {
              connection.close();
              await producer.close();
            },
          },
          transactions: (id) => new KafkaTransactions(options, connection, { ...facts, packing, id }),
        };
      } catch (error) {
        connection.close();
        await producer.close();
        throw error;
      }
    },
  };
}

/** How many partitions the topic has, or gets. */
async function partitionsFor(place: KafkaPlace, shape: DestinationShape): Promise<number> {
  try {
    return (await factsOf(place)).partitions;
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_SOURCE_UNKNOWN')) throw error;
    return shape.partitions;
  }
}

async function factsOf(place: KafkaPlace): Promise<Pick<OpenDestination, 'partitions' | 'identity'>> {
  const source = kafkaSource(place);
  try {
    const partitions = (await source.ranges()).length;
    return { partitions, identity: await source.identity() };
  } finally {
    await source.close();
  }
}
