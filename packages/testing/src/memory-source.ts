import { partitionOf, StockafolioError } from '@stockafolio/core';
import {
  type AssignmentListener,
  type Clock,
  cutByEnd,
  cutByEpoch,
  cutByMessage,
  type Divergence,
  markOf,
  type OutgoingMessage,
  type PartitionRange,
  type Position,
  type Producer,
  type Source,
  type SourceBatch,
  sourceDiverged,
  type SourceMessage,
} from '@stockafolio/core/ports';
import { MemoryEpochs } from './memory-epochs.js';

export interface MemoryTopicOptions {
  /** Gives the time of appending, and determines how long {@link Source.next} waits. */
  readonly clock: Clock;
  /** Defaults to 4. */
  readonly partitions?: number;
  /** Maximum number of messages in a batch; defaults to 100. */
  readonly batch?: number;
  readonly identity?: string;
}

/** A reader of a {@link MemoryTopic}, to which partitions are assigned and revoked on request. */
export interface MemorySource extends Source {
  /** Assigns partitions to this reader, in a new generation; resolves when it has returned where to begin. */
  assign(partitions: readonly number[]): Promise<void>;
  /** Revokes partitions; resolves when the reader has finished with them. */
  revoke(partitions: readonly number[]): Promise<void>;
  /** Revokes partitions as from a process that was silent for too long; resolves when the reader has let go of them. */
  lose(partitions: readonly number[]): Promise<void>;
  /** Number of messages returned so far. */
  readonly given: number;
  /** The last committed offsets, by partition. */
  readonly committed: ReadonlyMap<number, number>;
}

/** A topic in memory, for tests. */
export interface MemoryTopic extends Producer {
  /** A new reader; when opened, it gets these partitions, by default all. */
  source(partitions?: readonly number[]): MemorySource;
  /** Deletes the messages of a partition before an offset. */
  expire(partition: number, before: number): void;
  /** Adds partitions, up to this number: from then on keys are distributed over all of them. */
  grow(partitions: number): void;
  /** A new leader continues a partition, in a new epoch; nothing is lost. */
  elect(partition: number): void;
  /**
   * Loses the messages of a partition from an offset on: to a leader that never had them, in a new epoch; or, if epochs
   * repeat, as in a cluster that is restored from a backup.
   */
  cut(partition: number, from: number, options?: { readonly epochsRepeat?: boolean }): void;
}

interface Partition {
  oldest: number;
  readonly messages: SourceMessage[];
  readonly epochs: MemoryEpochs;
}

/**
 * An empty topic in memory.
 *
 * @example
 * const topic = memoryTopic({ clock });
 * await topic.append([{ key: null, value: codec.encode(trade) }]);
 * await runStream({ source: topic.source(), clock, ... });
 */
export function memoryTopic(options: MemoryTopicOptions): MemoryTopic {
  const topic = new Topic(options);
  return {
    append: async (messages) => topic.append(messages),
    close: async () => undefined,
    source: (partitions) => new Reader(topic, partitions ?? [...topic.partitions.keys()]),
    expire: (partition, before) => topic.expire(partition, before),
    grow: (partitions) => topic.grow(partitions),
    elect: (partition) => topic.elect(partition),
    cut: (partition, from, { epochsRepeat = false } = {}) => topic.cut(partition, from, epochsRepeat),
  };
}

class Topic {
  readonly options: MemoryTopicOptions;
  readonly partitions: Partition[];
  readonly waiting = new Set<() => void>();
  generation = 0;
  #next = 0;

  constructor(options: MemoryTopicOptions) {
    this.options = options;
    this.partitions = Array.from({ length: options.partitions ?? 4 }, () => ({
      oldest: 0,
      messages: [],
      epochs: new MemoryEpochs(),
    }));
  }

  grow(partitions: number): void {
    while (this.partitions.length < partitions)
      this.partitions.push({ oldest: 0, messages: [], epochs: new MemoryEpochs() });
  }

  append(messages: readonly OutgoingMessage[]): void {
    const count = this.partitions.length;
    for (const { key, value, timestamp = this.options.clock.now(), partition, headers } of messages) {
      const chosen = partition ?? (key === null ? this.#next++ % count : partitionOf(key, count));
      const log = this.partition(chosen).messages;
      log.push({ offset: log.length, timestamp, key, value, ...(headers === undefined ? {} : { headers }) });
    }
    for (const wake of this.waiting) wake();
  }

  partition(n: number): Partition {
    const partition = this.partitions[n];
    if (partition === undefined) throw new StockafolioError('ERR_INTERNAL', `there is no partition ${n}`);
    return partition;
  }

  expire(partition: number, before: number): void {
    const log = this.partition(partition);
    log.oldest = Math.max(log.oldest, Math.min(before, log.messages.length));
    log.epochs.expire(log.oldest);
  }

  elect(partition: number): void {
    const { epochs, messages } = this.partition(partition);
    epochs.elect(messages.length);
  }

  cut(partition: number, from: number, epochsRepeat: boolean): void {
    const log = this.partition(partition);
    const { latest } = log.epochs;
    log.messages.length = Math.min(from, log.messages.length);
    log.oldest = Math.min(log.oldest, log.messages.length);
    log.epochs.cut(log.messages.length);
    log.epochs.elect(log.messages.length, epochsRepeat ? latest : latest + 1);
  }

  divergence(position: Position): Divergence | undefined {
    const { messages, oldest, epochs } = this.partition(position.partition);
    const epoch = position.mark?.epoch;
    const end = epoch === undefined ? undefined : epochs.endOf(epoch, messages.length);
    const before = position.offset - 1;
    return (
      (end === undefined ? cutByEnd(position, messages.length) : cutByEpoch(position, end)) ??
      cutByMessage(position, before < oldest ? undefined : messages[before])
    );
  }
}

class Reader implements MemorySource {
  given = 0;
  readonly committed = new Map<number, number>();
  readonly #topic: Topic;
  readonly #first: readonly number[];
  readonly #positions = new Map<number, Position>();
  readonly #generations = new Map<number, number>();
  readonly #paused = new Set<number>();
  #listener: AssignmentListener | undefined;
  #turn = 0;
  #wake: () => void = () => undefined;

  constructor(topic: Topic, first: readonly number[]) {
    this.#topic = topic;
    this.#first = first;
  }

  async identity(): Promise<string> {
    return this.#topic.options.identity ?? 'memory-topic';
  }

  async ranges(): Promise<readonly PartitionRange[]> {
    return this.#topic.partitions.map(({ oldest, messages }, partition) => ({
      partition,
      oldest,
      end: messages.length,
    }));
  }

  async diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    return positions.flatMap((position) => this.#topic.divergence(position) ?? []);
  }

  async open(_group: string, listener: AssignmentListener): Promise<void> {
    this.#listener = listener;
    await this.assign(this.#first);
  }

  async assign(partitions: readonly number[]): Promise<void> {
    const generation = ++this.#topic.generation;
    const positions = (await this.#listener?.assigned(partitions, generation)) ?? [];
    for (const position of positions) {
      const { partition } = position;
      this.#positions.set(partition, position);
      this.#generations.set(partition, generation);
    }
    this.#wake();
  }

  async follow(positions: readonly Position[], generation: number): Promise<void> {
    this.#positions.clear();
    for (const position of positions) {
      this.#positions.set(position.partition, position);
      this.#generations.set(position.partition, generation);
    }
    this.#wake();
  }

  emptyAt(partition: number): number | undefined {
    const position = this.#positions.get(partition);
    if (position === undefined || position.offset < this.#topic.partition(partition).messages.length) return undefined;
    return this.#topic.options.clock.now();
  }

  async revoke(partitions: readonly number[]): Promise<void> {
    await this.#listener?.revoked(partitions, this.#topic.generation);
    this.#forget(partitions);
  }

  async lose(partitions: readonly number[]): Promise<void> {
    const listener = this.#listener;
    if (listener?.lost === undefined) return this.revoke(partitions);
    await listener.lost(partitions, this.#topic.generation);
    this.#forget(partitions);
  }

  #forget(partitions: readonly number[]): void {
    for (const partition of partitions) this.#positions.delete(partition);
    this.#wake();
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    const batch = this.#take();
    if (batch !== undefined) return batch;
    if (maxWait <= 0) {
      await this.#topic.options.clock.sleep(0);
      return this.#take();
    }
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#topic.waiting.add(resolve);
    });
    await Promise.race([woken, this.#topic.options.clock.sleep(maxWait)]);
    this.#topic.waiting.delete(this.#wake);
    return this.#take();
  }

  pause(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.delete(partition);
  }

  seek(position: Position): void {
    if (this.#positions.has(position.partition)) this.#positions.set(position.partition, position);
  }

  async commit(positions: readonly Position[], generation: number): Promise<void> {
    for (const { partition, offset } of positions) {
      if (this.#generations.get(partition) === generation) this.committed.set(partition, offset);
    }
  }

  async close(): Promise<void> {
    this.#positions.clear();
    this.#wake();
  }

  /** The next messages of the partition whose turn it is. */
  #take(): SourceBatch | undefined {
    const owned = [...this.#positions];
    for (let n = 0; n < owned.length; n++) {
      const [partition, position] = owned[(this.#turn + n) % owned.length] as [number, Position];
      if (this.#paused.has(partition)) continue;
      const { oldest, messages: log, epochs } = this.#topic.partition(partition);
      const { offset, mark } = position;
      if (offset < oldest) throw gone(partition, offset, oldest);
      const epoch = epochs.of(offset);
      const cut = epoch === mark?.epoch ? cutByEnd(position, log.length) : this.#topic.divergence(position);
      if (cut !== undefined) throw sourceDiverged([cut]);
      const most = Math.min(offset + (this.#topic.options.batch ?? 100), epochs.nextAfter(offset));
      const messages = log.slice(offset, most);
      const last = messages.at(-1);
      if (last === undefined) continue;
      this.#turn += n + 1;
      this.#positions.set(partition, { partition, offset: last.offset + 1, mark: markOf(last, epoch) });
      this.given += messages.length;
      const generation = this.#generations.get(partition) ?? 0;
      return { partition, generation, messages, endOffset: log.length, epoch };
    }
    return undefined;
  }
}

function gone(partition: number, offset: number, oldest: number): StockafolioError {
  return new StockafolioError(
    'ERR_OFFSET_GONE',
    `partition ${partition}: offset ${offset} is gone; the oldest available offset is ${oldest}`,
  );
}
