import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import { type Clock, type OutgoingMessage, type Producer, messagePartition } from '@stockafolio/core/ports';
import { BatchSender } from './batch-sender.js';
import { loadCodec } from './compression/load-codec.js';
import { Connection } from './connection.js';
import type { KafkaProducerOptions } from './options.js';
import { Outbox, type Append, type Outgoing } from './outbox.js';
import type { Packing, TimedMessage } from './protocol/write-batch.js';
import { TopicCheck } from './topic-check.js';
import { makeTopic } from './make-topic.js';

const KNOWN_WITHIN = 10_000;

/**
 * The writing end of a topic of Kafka; creates the topic if there is none.
 *
 * Kafka's default partitioner chooses the partition of a message by its key. A message without a key goes to the
 * partition of its value, so that the same messages always make the same topic. An append is durable on all in-sync
 * replicas. Messages appended while a batch is in flight go with the next one. Arrays passed to `append` must stay
 * unchanged until it resolves.
 *
 * @throws ERR_SOURCE_UNAVAILABLE, ERR_ACCESS_DENIED; ERR_SOURCE_MISMATCH if the topic has another number of partitions;
 * ERR_PEER_MISSING without the package of its compression
 * @example
 * const producer = await kafkaProducer({ brokers: ['127.0.0.1:9092'], topic: 'trades', clock: systemClock });
 * await producer.append([{ key: null, value: new TextEncoder().encode('{}') }]);
 * await producer.close();
 */
export async function kafkaProducer(options: KafkaProducerOptions): Promise<Producer> {
  const packing = await packingOf(options);
  await makeTopic(options);
  const topicCheck = new TopicCheck(options.topic);
  const connection = new Connection(options, topicCheck);
  try {
    const { partitions } = await untilKnown(options.clock, () => connection.run((client) => topicCheck.check(client)));
    return new KafkaProducer(options, connection, partitions.length, packing);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Loaded before anything is created, so that a missing package leaves nothing behind. */
export async function packingOf({
  compression = 'none',
}: Pick<KafkaProducerOptions, 'compression'>): Promise<Packing | undefined> {
  return compression === 'none' ? undefined : { compression, codec: await loadCodec(compression) };
}

/** A new topic is not known to all brokers at once. */
async function untilKnown<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (const end = clock.elapsed() + KNOWN_WITHIN; ; await clock.sleep(100)) {
    try {
      return await work();
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_SOURCE_UNKNOWN') || clock.elapsed() >= end) throw error;
    }
  }
}

class KafkaProducer implements Producer {
  readonly #options: KafkaProducerOptions;
  readonly #connection: Connection;
  readonly #sender: BatchSender;
  readonly #outboxes: readonly Outbox[];
  #sending: Promise<void> | undefined;
  #open = true;

  constructor(options: KafkaProducerOptions, connection: Connection, partitions: number, packing: Packing | undefined) {
    this.#options = options;
    this.#connection = connection;
    this.#sender = new BatchSender(options, connection, packing);
    this.#outboxes = Array.from({ length: partitions }, () => new Outbox());
  }

  async append(messages: readonly OutgoingMessage[]): Promise<void> {
    if (!this.#open)
      throw new StockafolioError('ERR_INTERNAL', `this producer of topic '${this.#options.topic}' is closed`);
    const shares = this.#shares(messages);
    if (messages.length === 0) return;
    const appended = new Promise<void>((resolve, reject) => {
      const append: Append = { left: messages.length, resolve, reject };
      for (const [partition, share] of shares.entries())
        if (share.length > 0) this.#outboxes[partition]?.add(append, share);
    });
    this.#sending ??= this.#sendAll();
    await appended;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#sending;
    this.#connection.close();
  }

  #shares(messages: readonly OutgoingMessage[]): TimedMessage[][] {
    const count = this.#outboxes.length;
    const shares: TimedMessage[][] = this.#outboxes.map(() => []);
    const { clock, partitioner = 'murmur2' } = this.#options;
    const now = clock.now();
    for (const message of messages) {
      const { timestamp = now } = message;
      const partition = messagePartition(message, partitioner, count);
      const share = shares[partition];
      if (share === undefined)
        throw new StockafolioError('ERR_USAGE', `there is no partition ${partition} in a topic of ${count}`);
      share.push({ ...message, timestamp });
    }
    return shares;
  }

  /** Sends until nothing is pending. */
  async #sendAll(): Promise<void> {
    // Messages appended in the same turn go together.
    await Promise.resolve();
    const { batchBytes = 512 * 1024 } = this.#options;
    for (;;) {
      const batches = new Map<number, Outgoing>();
      for (const [partition, outbox] of this.#outboxes.entries())
        if (!outbox.empty) batches.set(partition, outbox.take(batchBytes));
      if (batches.size === 0) break;
      try {
        await this.#sender.send(batches);
        for (const { appends } of batches.values()) settle(appends);
      } catch (error) {
        for (const { appends } of batches.values()) for (const { append } of appends) append.reject(error);
        for (const outbox of this.#outboxes) outbox.fail(error);
      }
    }
    this.#sending = undefined;
  }
}

function settle(appends: Outgoing['appends']): void {
  for (const { append, count } of appends) {
    append.left -= count;
    if (append.left === 0) append.resolve();
  }
}
