import { StockafolioError } from '@stockafolio/core';
import type {
  AssignmentListener,
  Divergence,
  GroupTarget,
  PartitionHolder,
  PartitionRange,
  Position,
  Source,
  SourceBatch,
  SourceMessage,
} from '@stockafolio/core/ports';
import { writtenOf } from '@stockafolio/engine';

/** How far a partition was read. */
interface Reading {
  /** The offset before which messages are not returned: they only tell what was read of their writers. */
  readonly from: number;
  /** By writer, the number of the last message that was read. */
  readonly writers: Map<string, number>;
  /** The writers of messages that were not returned, but told their numbers. */
  untold: Set<string>;
  /** The offset after the last message that was returned, and after the last one that was read. */
  returned: number;
  read: number;
}

/**
 * Reads a topic without the messages that pipelines have sent twice: those of a writer whose number was read before.
 * Messages without such numbers are returned as they are. A repeat is like an offset that does not exist.
 *
 * @throws ERR_OFFSET_GONE from `next` if a message of a writer is missing between two others
 */
export function withoutRepeats(source: Source): Source {
  return new Unrepeated(source);
}

class Unrepeated implements Source {
  readonly #source: Source;
  #readings = new Map<number, Reading>();

  constructor(source: Source) {
    this.#source = source;
  }

  get shared(): boolean {
    return this.#source.shared === true;
  }

  identity(): Promise<string> {
    return this.#source.identity();
  }

  /** The end is what reading can reach: repeats after the last message do not count, once read. */
  async ranges(): Promise<readonly PartitionRange[]> {
    const ranges = await this.#source.ranges();
    return ranges.map((range) => {
      const reading = this.#readings.get(range.partition);
      if (reading === undefined || reading.read < range.end) return range;
      return { ...range, end: Math.max(range.oldest, Math.min(range.end, reading.returned)) };
    });
  }

  async positionsAt(time: number): Promise<readonly Position[]> {
    return (await this.#source.positionsAt?.(time)) ?? [];
  }

  async compacted(): Promise<boolean> {
    return (await this.#source.compacted?.()) === true;
  }

  async diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    return (await this.#source.diverged?.(positions)) ?? [];
  }

  async open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void> {
    const { lost } = listener;
    const own: AssignmentListener = {
      assigned: async (partitions, generation) => this.#begin(await listener.assigned(partitions, generation)),
      revoked: (partitions, generation) => listener.revoked(partitions, generation),
      ...(lost === undefined ? {} : { lost: (partitions, generation) => lost.call(listener, partitions, generation) }),
    };
    await this.#source.open(group, own, target);
  }

  async follow(positions: readonly Position[], generation: number): Promise<void> {
    if (this.#source.follow === undefined)
      throw new StockafolioError('ERR_INTERNAL', 'the source cannot be read without a group');
    await this.#source.follow(await this.#begin(positions), generation);
  }

  /** Begins to read at these positions; returns those in the source. */
  async #begin(positions: readonly Position[]): Promise<readonly Position[]> {
    const before = this.#readings;
    this.#readings = new Map();
    const isLookedUp = positions.some(({ seen }) => seen?.before !== undefined);
    const ranges = isLookedUp ? await this.#source.ranges() : [];
    return positions.map((position) => {
      const oldest = ranges.find(({ partition }) => partition === position.partition)?.oldest;
      return this.#beginAt(position, oldest, before.get(position.partition));
    });
  }

  #beginAt(position: Position, oldest = 0, before?: Reading): Position {
    const { seen, ...plain } = position;
    const { partition, offset } = plain;
    // Who goes on where this reader is need not say what it has read.
    const isSame = seen === undefined && before?.returned === offset;
    const from = Math.min(offset, Math.max(oldest, seen?.before ?? offset));
    this.#readings.set(partition, {
      from: offset,
      writers: new Map(isSame ? before.writers : Object.entries(seen?.writers ?? {})),
      untold: new Set(isSame ? before.untold : []),
      returned: offset,
      read: offset,
    });
    return from === offset ? plain : { partition, offset: from };
  }

  emptyAt(partition: number, input?: number): number | undefined {
    return this.#source.emptyAt?.(partition, input);
  }

  async holders(): Promise<readonly PartitionHolder[]> {
    return (await this.#source.holders?.()) ?? [];
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    const batch = await this.#source.next(maxWait);
    const last = batch?.messages.at(-1);
    const reading = batch === undefined ? undefined : this.#readings.get(batch.partition);
    if (batch === undefined || last === undefined || reading === undefined) return batch;
    const messages = this.#newOnes(batch, reading);
    reading.read = last.offset + 1;
    const lastNew = messages.at(-1);
    if (lastNew === undefined) return undefined;
    reading.returned = lastNew.offset + 1;
    return messages === batch.messages ? batch : { ...batch, messages };
  }

  /** The messages of a batch that are no repeats; the same array if no pipeline has sent any of them. */
  #newOnes({ partition, messages }: SourceBatch, reading: Reading): readonly SourceMessage[] {
    const isPlain = reading.untold.size === 0 && (messages[0]?.offset ?? 0) >= reading.from;
    if (isPlain && messages.every(({ headers }) => headers?.['writer'] === undefined)) return messages;
    return messages.flatMap((message) => this.#take(partition, message, reading) ?? []);
  }

  /** A message as it is returned; undefined if it is not. */
  #take(partition: number, message: SourceMessage, reading: Reading): SourceMessage | undefined {
    const { writers, untold, from } = reading;
    const written = writtenOf(message);
    if (written !== undefined) {
      const { writer, number, after } = written;
      const last = writers.get(writer);
      if (last !== undefined && number <= last) return undefined;
      if (last !== undefined && after > last) throw missing(partition, message.offset, writer, last, after);
      writers.set(writer, number);
      untold.add(writer);
    }
    if (message.offset < from) return undefined;
    if (untold.size === 0) return message;
    const seen = Object.fromEntries([...untold].map((writer) => [writer, writers.get(writer) ?? 0]));
    untold.clear();
    return { ...message, seen };
  }

  pause(partitions: readonly number[], input?: number): void {
    this.#source.pause(partitions, input);
  }

  resume(partitions: readonly number[], input?: number): void {
    this.#source.resume(partitions, input);
  }

  seek(position: Position): void {
    this.#source.seek(this.#beginAt(position));
  }

  commit(positions: readonly Position[], generation: number): Promise<void> {
    return this.#source.commit(positions, generation);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function missing(partition: number, offset: number, writer: string, last: number, after: number): StockafolioError {
  return new StockafolioError(
    'ERR_OFFSET_GONE',
    `partition ${partition}, offset ${offset}: messages of writer '${writer}' are missing: number ${last} was read, then number ${after} was sent, which is not here`,
    {
      hint: 'the topic has lost messages, as when a broker failed that had not passed them on: send them again from the archive of the writer, with new tables and checkpoints; or begin this reader anew',
    },
  );
}
