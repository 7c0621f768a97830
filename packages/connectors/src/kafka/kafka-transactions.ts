import { messagePartition, type OutgoingMessage, type Transactions } from '@stockafolio/core/ports';
import { StockafolioError } from '@stockafolio/core';
import type { Connection } from './connection.js';
import { coordinatorOf, GROUP, TRANSACTION } from './group-members.js';
import { brokerErrorType, kafkaError } from './kafka-error.js';
import { brokerOf, type KafkaBroker, type KafkajsClient } from './kafkajs-client.js';
import type { KafkaProducerOptions } from './options.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';
import { initProducerIdRequest, type ProducerEpoch } from './protocol/init-producer-id.js';
import { produceRequest } from './protocol/produce.js';
import { stableOffsetRequest } from './protocol/stable-offset.js';
import { type Packing, type TimedMessage, writeBatch } from './protocol/write-batch.js';

/** How long a coordinator waits for the end of a transaction, in milliseconds. */
const TRANSACTION_TIMEOUT = 60_000;
/** How long the end of the transaction before may take, and the pause until it is asked again, in milliseconds. */
const ENDS_WITHIN = 10_000;
const ASK_AGAIN = 10;
const FENCED = 'INVALID_PRODUCER_EPOCH';
const PRODUCER_FENCED = 90;
const NOT_ENDED = 'CONCURRENT_TRANSACTIONS';
const TAKEN_IN_BEFORE = 'DUPLICATE_SEQUENCE_NUMBER';

interface Coordinators {
  readonly transactions: KafkaBroker;
  readonly group: KafkaBroker;
}

/**
 * What one writer sends to a topic, in transactions. The number of the next message is committed with each, as the offset
 * of a group that has the transactional id as its name, for partition 0 of the topic.
 *
 * After a failure it is not known whether a transaction was committed: the next epoch ends it one way or the other, and
 * then the number tells.
 */
export class KafkaTransactions implements Transactions {
  readonly #options: KafkaProducerOptions;
  readonly #connection: Connection;
  readonly #partitions: number;
  readonly #packing: Packing | undefined;
  readonly #id: string;
  #producer: ProducerEpoch | undefined;
  readonly #sequences = new Map<number, number>();
  readonly #coordinators = new WeakMap<KafkajsClient, Coordinators>();

  /** @param id the transactional id */
  constructor(
    options: KafkaProducerOptions,
    connection: Connection,
    at: { readonly partitions: number; readonly packing: Packing | undefined; readonly id: string },
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#partitions = at.partitions;
    this.#packing = at.packing;
    this.#id = at.id;
  }

  async begin(): Promise<number> {
    await this.#connection.run((client) => this.#init(client));
    return this.#connection.run((client) => this.#next(client));
  }

  async commit(messages: readonly OutgoingMessage[], next: number): Promise<void> {
    const { clock } = this.#options;
    const begun = clock.elapsed();
    for (;;) {
      try {
        await this.#connection.once((client) => this.#commit(client, messages, next));
        return;
      } catch (error) {
        if (brokerErrorType(error) === FENCED) throw this.#fenced(error);
        const failed = kafkaError(error, this.#options);
        if (!failed.retryable || clock.elapsed() - begun >= this.#connection.patience) throw failed;
        this.#options.onRetry?.(failed);
      }
      if ((await this.begin()) >= next) return;
    }
  }

  /** Begins the next epoch. @throws ERR_WRITER_FENCED if another process has begun one since */
  async #init(client: KafkajsClient): Promise<void> {
    const { transactions } = await this.#coordinatorsOf(client);
    await this.#onceEnded(async () => {
      const ask = initProducerIdRequest(this.#id, TRANSACTION_TIMEOUT, this.#producer);
      const { error, ...producer } = await transactions.connectionPool.send(ask);
      if (errorNames[error] === FENCED || error === PRODUCER_FENCED)
        throw this.#fenced(new BrokerError(error, this.#id));
      if (error !== 0) throw new BrokerError(error, `transactional id '${this.#id}'`);
      this.#producer = producer;
      this.#sequences.clear();
    });
  }

  /** The number that was committed last; 0 if none was. */
  async #next(client: KafkajsClient): Promise<number> {
    const { group } = await this.#coordinatorsOf(client);
    const { error, offset } = await group.connectionPool.send(stableOffsetRequest(this.#id, this.#options.topic, 0));
    if (error !== 0) throw new BrokerError(error, `the number that '${this.#id}' has reached`);
    return Math.max(0, offset);
  }

  async #commit(client: KafkajsClient, messages: readonly OutgoingMessage[], next: number): Promise<void> {
    const { topic } = this.#options;
    const { transactions, group } = await this.#coordinatorsOf(client);
    if (this.#producer === undefined) throw new StockafolioError('ERR_INTERNAL', 'the transactions were not begun');
    const { producerId, epoch: producerEpoch } = this.#producer;
    const own = { transactionalId: this.#id, producerId: String(producerId), producerEpoch };
    const shares = this.#shares(messages);
    const partitions = [...shares.keys()];
    // Right after a transaction its coordinator may still be completing it.
    await this.#onceEnded(() => transactions.addPartitionsToTxn({ ...own, topics: [{ topic, partitions }] }));
    await this.#produce(client, shares);
    await transactions.addOffsetsToTxn({ ...own, groupId: this.#id });
    const offsets = [{ partition: 0, offset: String(next), metadata: '' }];
    await group.txnOffsetCommit({ ...own, groupId: this.#id, topics: [{ topic, partitions: offsets }] });
    await transactions.endTxn({ ...own, transactionResult: true });
  }

  /** Sends the messages of each partition in order, a batch of each at a time. */
  async #produce(client: KafkajsClient, shares: ReadonlyMap<number, readonly TimedMessage[]>): Promise<void> {
    const { topic, batchBytes = 512 * 1024 } = this.#options;
    const left = new Map([...shares].map(([partition, share]) => [partition, batchesOf(share, batchBytes)]));
    while (left.size > 0) {
      const leaders = client.cluster.findLeaderForPartitions(topic, [...left.keys()]);
      if (Object.values(leaders).flat().length < left.size) throw new Error('a partition has no leader');
      const requests = Object.entries(leaders).map(async ([node, partitions]) =>
        this.#produceTo(await brokerOf(client.cluster, node), partitions, left),
      );
      // All must end before a failure is reported: the next epoch would be refused what is still in flight.
      for (const end of await Promise.allSettled(requests)) if (end.status === 'rejected') throw end.reason;
    }
  }

  async #produceTo(
    broker: KafkaBroker,
    partitions: readonly number[],
    left: Map<number, (readonly TimedMessage[])[]>,
  ): Promise<void> {
    const { topic, requestTimeout = 15_000 } = this.#options;
    const { producerId = 0n, epoch = 0 } = this.#producer ?? {};
    const batches = partitions.flatMap((partition) => {
      const [batch] = left.get(partition) ?? [];
      const producer = { producerId, epoch, sequence: this.#sequences.get(partition) ?? 0 };
      const isTransactional = true;
      return batch === undefined
        ? []
        : [{ partition, bytes: writeBatch(batch, producer, this.#packing, isTransactional) }];
    });
    const ask = produceRequest(topic, batches, Math.ceil(requestTimeout * 0.8), this.#id);
    for (const { partition, error } of await broker.connectionPool.send(ask)) {
      if (error !== 0 && errorNames[error] !== TAKEN_IN_BEFORE) throw new BrokerError(error, `partition ${partition}`);
      const [sent, ...others] = left.get(partition) ?? [];
      this.#sequences.set(partition, ((this.#sequences.get(partition) ?? 0) + (sent?.length ?? 0)) % 2 ** 31);
      if (others.length === 0) left.delete(partition);
      else left.set(partition, others);
    }
  }

  #shares(messages: readonly OutgoingMessage[]): ReadonlyMap<number, readonly TimedMessage[]> {
    const { clock, partitioner = 'murmur2' } = this.#options;
    const count = this.#partitions;
    const now = clock.now();
    const shares = new Map<number, TimedMessage[]>();
    for (const message of messages) {
      const { timestamp = now } = message;
      const partition = messagePartition(message, partitioner, count);
      const share = shares.get(partition) ?? [];
      shares.set(partition, share);
      share.push({ ...message, timestamp });
    }
    return shares;
  }

  /** Waits while the transaction before is being ended. */
  async #onceEnded<T>(work: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    for (const end = clock.elapsed() + ENDS_WITHIN; ; await clock.sleep(ASK_AGAIN)) {
      try {
        return await work();
      } catch (error) {
        if (brokerErrorType(error) !== NOT_ENDED || clock.elapsed() >= end) throw error;
      }
    }
  }

  async #coordinatorsOf(client: KafkajsClient): Promise<Coordinators> {
    const known = this.#coordinators.get(client);
    if (known !== undefined) return known;
    const found = {
      transactions: await coordinatorOf(client, this.#id, TRANSACTION),
      group: await coordinatorOf(client, this.#id, GROUP),
    };
    this.#coordinators.set(client, found);
    return found;
  }

  #fenced(cause: unknown): StockafolioError {
    return new StockafolioError(
      'ERR_WRITER_FENCED',
      `topic '${this.#options.topic}': another process now sends what '${this.#id}' sent`,
      {
        cause,
        hint: 'this process was silent for too long, and its partition has moved: nothing that it sent since then is visible; start it again if it is needed',
      },
    );
  }
}

function batchesOf(messages: readonly TimedMessage[], most: number): (readonly TimedMessage[])[] {
  const batches: TimedMessage[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const adds = (message.value?.length ?? 0) + (message.key?.length ?? 0) + 24;
    if (size + adds > most) {
      batches.push([]);
      size = 0;
    }
    size += adds;
    batches.at(-1)?.push(message);
  }
  return batches;
}
