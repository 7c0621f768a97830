import { StockafolioError } from '@stockafolio/core';
import type { Connection } from './connection.js';
import { brokerOf, type KafkajsClient } from './kafkajs-client.js';
import type { KafkaProducerOptions } from './options.js';
import type { Outgoing } from './outbox.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';
import { produceRequest } from './protocol/produce.js';
import { writeBatch, type BatchAuthor } from './protocol/write-batch.js';

/** A batch that is on its way: the same bytes go out however often it is tried, so that it is taken in once. */
interface Sending {
  readonly partition: number;
  readonly outgoing: Outgoing;
  bytes: Buffer | undefined;
  tried: boolean;
}

const TRANSACTION_TIMEOUT = 60_000;
const TAKEN_IN_BEFORE = 'DUPLICATE_SEQUENCE_NUMBER';
const FORGOTTEN = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'UNKNOWN_PRODUCER_ID']);

/**
 * Sends batches to their leaders, one a partition at a time, each taken in once however often it is sent: a broker knows
 * it by its author and its number.
 */
export class BatchSender {
  readonly #options: KafkaProducerOptions;
  readonly #connection: Connection;
  readonly #authors = new Map<number, BatchAuthor>();

  constructor(options: KafkaProducerOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
  }

  /** Resolves when all are durable. Where it fails, each may or may not be: nothing may be sent under the same number. */
  async send(batches: ReadonlyMap<number, Outgoing>): Promise<void> {
    const left = new Map<number, Sending>();
    for (const [partition, outgoing] of batches)
      left.set(partition, { partition, outgoing, bytes: undefined, tried: false });
    try {
      await this.#connection.run((client) => this.#sendAll(client, left));
    } catch (error) {
      this.#authors.clear();
      throw error;
    }
  }

  async #sendAll(client: KafkajsClient, left: Map<number, Sending>): Promise<void> {
    const { topic } = this.#options;
    const leaders = client.cluster.findLeaderForPartitions(topic, [...left.keys()]);
    const led = Object.values(leaders).flat().length;
    if (led < left.size) throw new Error('a partition has no leader');
    const requests = Object.entries(leaders).map(async ([node, partitions]) => {
      const sending = partitions.flatMap((partition) => left.get(partition) ?? []);
      for (const each of sending) await this.#write(client, each);
      await this.#sendTo(client, node, sending, left);
    });
    // All must have ended before any failure is told, else a repetition could overtake what is still under way.
    for (const outcome of await Promise.allSettled(requests)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #sendTo(
    client: KafkajsClient,
    node: string,
    sending: readonly Sending[],
    left: Map<number, Sending>,
  ): Promise<void> {
    const { topic, requestTimeout = 15_000 } = this.#options;
    const broker = await brokerOf(client.cluster, node);
    const batches = sending.flatMap(({ partition, bytes }) => (bytes === undefined ? [] : [{ partition, bytes }]));
    const first = new Map(sending.map((each) => [each.partition, !each.tried]));
    for (const each of sending) each.tried = true;
    const answers = await broker.connectionPool.send(produceRequest(topic, batches, Math.ceil(requestTimeout * 0.8)));
    let failed: Error | undefined;
    for (const { partition, error } of answers) {
      const type = errorNames[error] ?? '';
      const each = left.get(partition);
      if (each === undefined) continue;
      if (error === 0 || type === TAKEN_IN_BEFORE) {
        this.#taken(partition, each.outgoing.messages.length);
        left.delete(partition);
      } else if (FORGOTTEN.has(type)) {
        if (first.get(partition) !== true) throw inDoubt(topic, partition);
        this.#authors.delete(partition);
        each.bytes = undefined;
        each.tried = false;
        failed ??= new BrokerError(error, `partition ${partition}`);
      } else failed ??= new BrokerError(error, `partition ${partition}`);
    }
    if (failed !== undefined) throw failed;
  }

  async #write(client: KafkajsClient, sending: Sending): Promise<void> {
    if (sending.bytes !== undefined) return;
    const author = this.#authors.get(sending.partition) ?? (await this.#newAuthor(client));
    this.#authors.set(sending.partition, author);
    sending.bytes = writeBatch(sending.outgoing.messages, author, this.#options.compression);
  }

  #taken(partition: number, count: number): void {
    const author = this.#authors.get(partition);
    if (author === undefined) return;
    // Kafka's numbers are of 31 bits, and go round.
    this.#authors.set(partition, { ...author, sequence: (author.sequence + count) % 2 ** 31 });
  }

  async #newAuthor({ cluster }: KafkajsClient): Promise<BatchAuthor> {
    const [node] = cluster.getNodeIds();
    if (node === undefined) throw new Error('no broker is known');
    const broker = await brokerOf(cluster, node);
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT });
    return { producerId: BigInt(producerId), epoch: producerEpoch, sequence: 0 };
  }
}

function inDoubt(topic: string, partition: number): StockafolioError {
  return new StockafolioError(
    'ERR_INTERNAL',
    `topic '${topic}', partition ${partition}: the broker has forgotten who writes, so it cannot be told whether the last batch was taken in`,
    { hint: 'look at the end of the partition before you write on' },
  );
}
