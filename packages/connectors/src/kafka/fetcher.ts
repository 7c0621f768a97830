import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { Position } from '@stockafolio/core/ports';
import { Condition } from './condition.js';
import type { Connection } from './connection.js';
import { kafkaError } from './kafka-error.js';
import { brokerOf, type KafkajsClient } from './kafkajs-client.js';
import type { KafkaSourceOptions } from './options.js';
import { BrokerError } from './protocol/error-codes.js';
import { fetchRequest, type FetchedPartition } from './protocol/fetch.js';
import { firstEpochOf, messagesOf, offsetAfter, type Piece, type RecordSet } from './protocol/record-set.js';

const OUT_OF_RANGE = 1;
const AHEAD = 2;
const RETRY = 250;
const UNKNOWN_WITHIN = 60_000;
const MOST_BYTES = 10 * 1024 * 1024;
/** Messages that are taken at once. */
const AT_ONCE = 1_024;

/** A fetch of one partition that waits to be taken. */
export interface Fetched {
  readonly set: RecordSet;
  readonly pieces: AsyncGenerator<Piece, undefined>;
  /** The piece to take next, once it is read. */
  piece: Piece | undefined;
  /** Whether some of it is taken already. */
  begun: boolean;
  /** The offset after it. */
  readonly after: number;
  /** The offset that the next new message will get, as known at the time of the fetch. */
  readonly end: number;
  /** The leader epoch of its first message. */
  readonly epoch: number | undefined;
  /** Whether a fetch has failed since the previous one: this one may come from another leader, or another cluster. */
  readonly doubted: boolean;
  /** Whether it was verified since that the log still holds what was read before it. */
  verified: boolean;
  /** The verification, while it is in progress or has failed. */
  verification: Promise<void> | undefined;
}

/** One partition that is read. A new lane replaces it when the partition is read from another position. */
export interface Lane {
  readonly partition: number;
  readonly generation: number;
  readonly fetched: Fetched[];
  /** The next offset to request. */
  next: number;
  asked: boolean;
  /** Whether the broker has said that this offset does not exist. */
  gone: boolean;
  /** Whether a fetch has failed since the last successful one. */
  doubted: boolean;
  /** When a fetch was sent that found nothing after `next`, epoch milliseconds; undefined if the last one found some. */
  emptyAt: number | undefined;
}

const NOTHING: Piece = { messages: [], epoch: undefined };

/**
 * Fetches ahead: a few batches of every partition, within a total number of bytes. Each leader has one request at a
 * time, for those of its partitions that want more. So a partition from which nothing is taken blocks no other.
 */
export class Fetcher {
  readonly #options: KafkaSourceOptions;
  readonly #connection: Connection;
  readonly #changed: Condition;
  readonly #wanted = new Condition();
  readonly #lanes = new Map<number, Lane>();
  readonly #paused = new Set<number>();
  readonly #busy = new Set<string>();
  #waiting = 0;
  #turn = 0;
  #awaySince: number | undefined;
  /** The error that ends the reading. */
  failure: StockafolioError | undefined;

  /** @param changed notified when there is something to take, or a failure */
  constructor(options: KafkaSourceOptions, connection: Connection, changed: Condition) {
    this.#options = options;
    this.#connection = connection;
    this.#changed = changed;
  }

  start(): void {
    void this.#drive();
  }

  /** Reads exactly these partitions, from these positions. */
  assign(positions: readonly Position[], generation: number): void {
    this.clear();
    for (const { partition, offset } of positions) this.#lanes.set(partition, laneAt(partition, offset, generation));
    this.#wanted.notify();
  }

  clear(): void {
    this.#lanes.clear();
    this.#waiting = 0;
  }

  pause(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.delete(partition);
    this.#wanted.notify();
    this.#changed.notify();
  }

  seek({ partition, offset }: Position): void {
    const lane = this.#lanes.get(partition);
    if (lane === undefined) return;
    for (const { set } of lane.fetched) this.#waiting -= set.bytes.length;
    this.#lanes.set(partition, laneAt(partition, offset, lane.generation));
    this.#wanted.notify();
  }

  /** When a partition was last found to have no message that was not taken, epoch milliseconds. */
  emptyAt(partition: number): number | undefined {
    const lane = this.#lanes.get(partition);
    return lane === undefined || lane.fetched.length > 0 ? undefined : lane.emptyAt;
  }

  /**
   * The next lane, in turns, that has messages to take, or whose messages are gone. It stays the same until a whole
   * fetch is taken: switching partitions every few messages would be expensive for consumers that keep state per
   * partition.
   */
  turn(): Lane | undefined {
    const lanes = [...this.#lanes.values()];
    const begun = lanes.find(({ partition, fetched }) => fetched[0]?.begun === true && !this.#paused.has(partition));
    if (begun !== undefined) return begun;
    for (let n = 0; n < lanes.length; n++) {
      const lane = lanes[(this.#turn + n) % lanes.length];
      if (lane === undefined || this.#paused.has(lane.partition)) continue;
      if (!lane.gone && lane.fetched.length === 0) continue;
      this.#turn += n + 1;
      return lane;
    }
    return undefined;
  }

  /**
   * Takes the next messages of a lane that {@link turn} returned; none if the first fetch is taken completely.
   * Undefined if the lane was paused or moved by a seek while they were read.
   *
   * @throws ERR_SOURCE_UNSUPPORTED, now and at every later call, if they cannot be read
   */
  async take(lane: Lane): Promise<Piece | undefined> {
    const [fetched] = lane.fetched;
    if (fetched === undefined) return undefined;
    fetched.piece ??= await this.#read(lane.partition, fetched);
    if (this.#lanes.get(lane.partition) !== lane || this.#paused.has(lane.partition)) return undefined;
    const { piece } = fetched;
    fetched.piece = undefined;
    fetched.begun = true;
    if (piece.messages.length > 0) return piece;
    lane.fetched.shift();
    this.#waiting -= fetched.set.bytes.length;
    this.#wanted.notify();
    return piece;
  }

  async #read(partition: number, { pieces }: Fetched): Promise<Piece> {
    try {
      return (await pieces.next()).value ?? NOTHING;
    } catch (error) {
      // Kept: a later call must not return the messages after it.
      this.failure ??= isStockafolioError(error) ? error : unreadable(this.#options.topic, partition, error);
      throw this.failure;
    }
  }

  /** Requests the lane's offset again, after a broker had said that it does not exist. */
  askAgain(lane: Lane): void {
    lane.gone = false;
    this.#wanted.notify();
  }

  close(): void {
    this.clear();
    this.#wanted.notify();
  }

  async #drive(): Promise<void> {
    while (!this.#connection.closed && this.failure === undefined) {
      if (this.#wanting().length === 0) {
        await this.#wanted.wait();
        continue;
      }
      let begun = false;
      try {
        begun = await this.#connection.once(async (client) => this.#begin(client));
      } catch (error) {
        await this.#failed(error);
        continue;
      }
      if (!begun) await this.#wanted.wait();
    }
  }

  /** Starts a fetch at every leader that has none in flight; returns whether there was one. */
  #begin(client: KafkajsClient): boolean {
    const { topic } = this.#options;
    const wanting = this.#wanting();
    const leaders = client.cluster.findLeaderForPartitions(
      topic,
      wanting.map(({ partition }) => partition),
    );
    let begun = false;
    for (const [node, partitions] of Object.entries(leaders)) {
      if (this.#busy.has(node)) continue;
      begun = true;
      this.#busy.add(node);
      const lanes = wanting.filter(({ partition }) => partitions.includes(partition));
      for (const lane of lanes) lane.asked = true;
      void this.#fetch(client, node, lanes);
    }
    return begun;
  }

  #wanting(): Lane[] {
    const { bufferBytes = 16 * 1024 * 1024 } = this.#options;
    if (this.#waiting >= bufferBytes) return [];
    return [...this.#lanes.values()].filter(
      (lane) => !lane.asked && !lane.gone && lane.fetched.length < AHEAD && !this.#paused.has(lane.partition),
    );
  }

  async #fetch(client: KafkajsClient, node: string, lanes: readonly Lane[]): Promise<void> {
    const { topic, clock, batchBytes = 1024 * 1024, bufferBytes = 16 * 1024 * 1024, fetchWait = 100 } = this.#options;
    // The next partitions in turn come first in the request: a broker fills the answer in this order.
    const order = [...lanes.slice(this.#turn % lanes.length), ...lanes.slice(0, this.#turn % lanes.length)];
    const ask = fetchRequest({
      topic,
      partitions: order.map(({ partition, next }) => ({ partition, offset: next })),
      partitionBytes: batchBytes,
      bytes: Math.max(1, Math.min(MOST_BYTES, bufferBytes - this.#waiting)),
      wait: fetchWait,
    });
    const asked = clock.now();
    try {
      const { partitions } = await this.#connection.with(client, async () => {
        const broker = await brokerOf(client.cluster, node);
        const answer = await broker.connectionPool.send(ask);
        if (answer.error !== 0) throw new BrokerError(answer.error, `fetching from broker ${node}`);
        const failed = answer.partitions.find((each) => each.error !== 0 && each.error !== OUT_OF_RANGE);
        if (failed !== undefined) throw new BrokerError(failed.error, `partition ${failed.partition}`);
        return answer;
      });
      for (const each of partitions) this.#arrived(lanes, each, asked);
      this.#awaySince = undefined;
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.#busy.delete(node);
      for (const lane of lanes) lane.asked = false;
      this.#wanted.notify();
    }
  }

  #arrived(lanes: readonly Lane[], { partition, error, end, aborted, records }: FetchedPartition, asked: number): void {
    const lane = lanes.find((each) => each.partition === partition);
    if (lane === undefined || this.#lanes.get(partition) !== lane) return;
    if (error === OUT_OF_RANGE) {
      lane.gone = true;
      this.#changed.notify();
      return;
    }
    const set: RecordSet = { bytes: records, from: lane.next, aborted };
    const after = offsetAfter(set);
    if (after === undefined || after <= lane.next) {
      // Messages of an open transaction are in the log although they are not returned yet.
      lane.emptyAt = end <= lane.next ? asked : undefined;
      return;
    }
    lane.next = after;
    lane.emptyAt = undefined;
    const { doubted } = lane;
    lane.doubted = false;
    lane.fetched.push({
      ...{ set, after, end, pieces: messagesOf(set, AT_ONCE), piece: undefined, begun: false },
      ...{ epoch: firstEpochOf(set), doubted, verified: false, verification: undefined },
    });
    this.#waiting += records.length;
    this.#changed.notify();
  }

  async #failed(error: unknown): Promise<void> {
    const { clock } = this.#options;
    if (this.#connection.closed) return;
    for (const lane of this.#lanes.values()) lane.doubted = true;
    const failed = kafkaError(error, this.#options);
    this.#awaySince ??= clock.elapsed();
    const { patience } = this.#connection;
    // A topic may be unknown for a moment while its leader is being chosen.
    const unknownFor = failed.code === 'ERR_SOURCE_UNKNOWN' ? Math.min(patience, UNKNOWN_WITHIN) : 0;
    if (clock.elapsed() - this.#awaySince < (failed.retryable ? patience : unknownFor)) {
      this.#options.onRetry?.(failed);
      await clock.sleep(RETRY);
      return;
    }
    this.failure ??= failed;
    this.#changed.notify();
  }
}

function laneAt(partition: number, offset: number, generation: number): Lane {
  return {
    partition,
    generation,
    fetched: [],
    next: offset,
    asked: false,
    gone: false,
    doubted: false,
    emptyAt: undefined,
  };
}

function unreadable(topic: string, partition: number, cause: unknown): StockafolioError {
  return new StockafolioError(
    'ERR_SOURCE_UNSUPPORTED',
    `topic '${topic}', partition ${partition}: what was fetched cannot be read: ${messageOf(cause)}`,
    { cause, hint: 'read the topic with another client to check what the broker holds' },
  );
}
