import { StockafolioError } from '@stockafolio/core';
import type { Connection } from './connection.js';
import { findBatch } from './find-batch.js';
import { brokerOf, type KafkaBroker, type KafkajsClient } from './kafkajs-client.js';
import type { KafkaProducerOptions } from './options.js';
import type { Outgoing } from './outbox.js';
import { BrokerError, errorNames } from './protocol/error-codes.js';
import { produceRequest } from './protocol/produce.js';
import { writeBatch, type BatchProducer, type Packing } from './protocol/write-batch.js';

/** A batch in flight: every attempt sends the same bytes, so that it is appended once. */
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
 * Sends batches to their leaders, one per partition at a time, each appended once however often it is sent. A broker
 * recognises a batch by its producer id, epoch and sequence, and a retry first searches the partition for these.
 */
export class BatchSender {
  readonly #options: KafkaProducerOptions;
  readonly #connection: Connection;
  readonly #packing: Packing | undefined;
  readonly #producers = new Map<number, BatchProducer>();
  /** The offset in each partition below which none of our next messages can be. */
  readonly #ends = new Map<number, number>();

  constructor(options: KafkaProducerOptions, connection: Connection, packing: Packing | undefined) {
    this.#options = options;
    this.#connection = connection;
    this.#packing = packing;
  }

  /**
   * Resolves when all are durable. If it fails, each may or may not be: nothing may be sent with the same sequence
   * again.
   */
  async send(batches: ReadonlyMap<number, Outgoing>): Promise<void> {
    const left = new Map<number, Sending>();
    for (const [partition, outgoing] of batches)
      left.set(partition, { partition, outgoing, bytes: undefined, tried: false });
    try {
      await this.#connection.run((client) => this.#sendAll(client, left));
    } catch (error) {
      this.#producers.clear();
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
      const broker = await brokerOf(client.cluster, node);
      for (const each of sending) {
        if (each.tried && (await this.#isThere(broker, each))) this.#taken(each, left);
        else await this.#write(client, each);
      }
      const open = sending.filter(({ partition }) => left.has(partition));
      if (open.length > 0) await this.#sendTo(broker, open, left);
    });
    // All requests must end before a failure is reported, or a retry could overtake one that is still in flight.
    for (const outcome of await Promise.allSettled(requests)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Whether a batch that was sent before has arrived, although no answer has. */
  async #isThere(broker: KafkaBroker, { partition }: Sending): Promise<boolean> {
    const producer = this.#producers.get(partition);
    const from = this.#ends.get(partition);
    if (producer === undefined || from === undefined) return false;
    return findBatch(broker, producer, { topic: this.#options.topic, partition, from });
  }

  async #sendTo(broker: KafkaBroker, sending: readonly Sending[], left: Map<number, Sending>): Promise<void> {
    const { topic, requestTimeout = 15_000 } = this.#options;
    const batches = sending.flatMap(({ partition, bytes }) => (bytes === undefined ? [] : [{ partition, bytes }]));
    const first = new Map(sending.map((each) => [each.partition, !each.tried]));
    for (const each of sending) each.tried = true;
    const answers = await broker.connectionPool.send(produceRequest(topic, batches, Math.ceil(requestTimeout * 0.8)));
    let failed: Error | undefined;
    for (const { partition, error, offset } of answers) {
      const type = errorNames[error] ?? '';
      const each = left.get(partition);
      if (each === undefined) continue;
      if (error === 0 || type === TAKEN_IN_BEFORE) {
        if (offset >= 0) this.#ends.set(partition, offset + each.outgoing.messages.length);
        this.#taken(each, left);
      } else if (FORGOTTEN.has(type)) {
        if (first.get(partition) !== true) throw inDoubt(topic, partition);
        this.#producers.delete(partition);
        each.bytes = undefined;
        each.tried = false;
        failed ??= new BrokerError(error, `partition ${partition}`);
      } else failed ??= new BrokerError(error, `partition ${partition}`);
    }
    if (failed !== undefined) throw failed;
  }

  async #write(client: KafkajsClient, sending: Sending): Promise<void> {
    if (sending.bytes !== undefined) return;
    const producer = this.#producers.get(sending.partition) ?? (await this.#newProducer(client, sending.partition));
    this.#producers.set(sending.partition, producer);
    sending.bytes = writeBatch(sending.outgoing.messages, producer, this.#packing);
  }

  #taken({ partition, outgoing }: Sending, left: Map<number, Sending>): void {
    left.delete(partition);
    const producer = this.#producers.get(partition);
    if (producer === undefined) return;
    // Kafka's sequence numbers have 31 bits, and wrap around.
    const sequence = (producer.sequence + outgoing.messages.length) % 2 ** 31;
    this.#producers.set(partition, { ...producer, sequence });
  }

  async #newProducer({ cluster }: KafkajsClient, partition: number): Promise<BatchProducer> {
    const { topic } = this.#options;
    const [ends] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: false }]);
    this.#ends.set(partition, Number(ends?.partitions[0]?.offset ?? 0));
    const [node] = cluster.getNodeIds();
    if (node === undefined) throw new Error('no broker is known');
    const broker = await brokerOf(cluster, node);
    const { producerId, producerEpoch } = await broker.initProducerId({ transactionTimeout: TRANSACTION_TIMEOUT });
    return { producerId: BigInt(producerId), epoch: producerEpoch, sequence: 0 };
  }
}

function inDoubt(topic: string, partition: number): StockafolioError {
  return new StockafolioError(
    'ERR_WRITE_IN_DOUBT',
    `topic '${topic}', partition ${partition}: the broker has forgotten the producer id, so it is unknown whether the last batch was appended`,
    { hint: 'check the end of the partition before you continue to write' },
  );
}
