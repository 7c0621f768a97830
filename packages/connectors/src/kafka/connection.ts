import { StockafolioError } from '@stockafolio/core';
import { brokerErrorType, kafkaError } from './kafka-error.js';
import { kafkajsClient, type KafkajsClient } from './kafkajs-client.js';
import { loadKafkajs, type Kafkajs } from './load-kafkajs.js';
import type { KafkaPlace } from './options.js';
import type { TopicCheck } from './topic-check.js';

const FIRST_WAIT = 100;
const LONGEST_WAIT = 1_000;
const FIRST_PATIENCE = 5_000;

/** Answers of a coordinator about the group. The connection itself is fine. */
const aboutTheGroup = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

interface Opened {
  readonly client: KafkajsClient;
  readonly ready: Promise<KafkajsClient>;
}

/**
 * A connection to the cluster that is replaced whenever it fails.
 *
 * A kafkajs client that has lost a broker may keep dead sockets, or brokers that no longer exist, and never recover. So
 * it is never repaired: it is discarded with all its sockets, and the next use creates another.
 */
export class Connection {
  readonly #place: KafkaPlace;
  readonly #topicCheck: TopicCheck;
  readonly #closed = new AbortController();
  #opened: Opened | undefined;
  #wasThere = false;

  constructor(place: KafkaPlace, topicCheck: TopicCheck) {
    this.#place = place;
    this.#topicCheck = topicCheck;
  }

  get closed(): boolean {
    return this.#closed.signal.aborted;
  }

  /**
   * Runs work with the client, once. If it fails, the client is discarded, unless the answer was about the group.
   *
   * @throws ERR_PEER_MISSING without the package kafkajs
   */
  async once<T>(work: (client: KafkajsClient) => Promise<T>): Promise<T> {
    const kafkajs = await loadKafkajs();
    if (this.closed) throw new StockafolioError('ERR_SOURCE_UNAVAILABLE', 'the connection to Kafka is closed');
    const client = await this.#open(kafkajs).ready;
    return this.with(client, () => work(client));
  }

  /** The same for work that belongs to a client which was returned before. */
  async with<T>(client: KafkajsClient, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!aboutTheGroup.has(brokerErrorType(error) ?? '')) this.#giveUp(client);
      throw error;
    }
  }

  /** Runs work with the client, and retries while the cluster is unavailable, until patience ends. */
  async run<T>(work: (client: KafkajsClient) => Promise<T>): Promise<T> {
    const { clock } = this.#place;
    const begun = clock.elapsed();
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        return await this.once(work);
      } catch (error) {
        const failed = kafkaError(error, this.#place);
        if (!failed.retryable || this.closed || clock.elapsed() - begun >= this.patience) throw failed;
        this.#place.onRetry?.(failed);
        await clock.sleep(wait, this.#closed.signal);
      }
    }
  }

  /** How long the cluster may be unavailable before that is an error, in milliseconds. */
  get patience(): number {
    const { patience = 60_000 } = this.#place;
    return this.#wasThere || patience === Infinity ? patience : Math.min(FIRST_PATIENCE, patience);
  }

  close(): void {
    this.#closed.abort();
    if (this.#opened !== undefined) this.#giveUp(this.#opened.client);
  }

  #open(kafkajs: Kafkajs): Opened {
    if (this.#opened !== undefined) return this.#opened;
    const client = kafkajsClient(kafkajs, this.#place);
    const opened = { client, ready: this.#connect(client) };
    opened.ready.catch(() => this.#giveUp(client));
    this.#opened = opened;
    return opened;
  }

  async #connect(client: KafkajsClient): Promise<KafkajsClient> {
    await client.cluster.connect();
    await client.cluster.addMultipleTargetTopics([this.#place.topic]);
    await this.#topicCheck.check(client);
    this.#wasThere = true;
    return client;
  }

  #giveUp(client: KafkajsClient): void {
    client.destroy();
    if (this.#opened?.client === client) this.#opened = undefined;
  }
}
