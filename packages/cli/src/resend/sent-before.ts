import { createHash, randomUUID } from 'node:crypto';
import type { Partitioner } from '@stockafolio/core';
import { type OutgoingMessage, type Source, messagePartition } from '@stockafolio/core/ports';

/** Messages of a partition that are held while another one is read; about this many at most. */
const HELD = 10_000;
/** Messages out of order that are remembered, at most. */
const PASSED = 1_000_000;
/** Messages that are compared before other work gets its turn. */
const AT_A_TIME = 1_000;

/** A partition of the source that is searched for messages that were sent before. */
interface Lane {
  /** Messages that were read but not yet compared, from `at` on. */
  held: Uint8Array[];
  at: number;
  next: number;
  /** Its end when the search began. */
  end: number;
  paused: boolean;
}

/**
 * Finds which messages of a fixed sequence a killed run has already sent. They are found in the source itself, by their
 * content: in each partition a run appends its messages in order, so it continues after the last one that is there.
 * Messages of other producers in between are ignored, unless they are equal to a later one of the sequence: of two files
 * that are imported together, one may have been imported alone before. Memory is bounded: the first million messages in
 * between are remembered.
 */
export class SentBefore {
  readonly #source: Source;
  readonly #lanes: ReadonlyMap<number, Lane>;
  readonly #partitioner: Partitioner;
  readonly #note: (partition: number, message: Uint8Array) => void;
  /** The digests of messages that were passed over, each with how many of them there are. */
  readonly #passed = new Map<string, number>();
  /** How many messages were in the source already. */
  found = 0;
  /** How many messages of the source were read. */
  read = 0;

  private constructor(
    source: Source,
    lanes: ReadonlyMap<number, Lane>,
    partitioner: Partitioner,
    note: (partition: number, message: Uint8Array) => void,
  ) {
    this.#source = source;
    this.#lanes = lanes;
    this.#partitioner = partitioner;
    this.#note = note;
  }

  /**
   * @param source a source for this search alone; it is closed at the end
   * @param since no message was sent before this time, epoch milliseconds: the source is read from there, if it can
   * find that offset
   * @param note called with each message of the source that was read. Before a message counts as unsent, its partition
   * is read to its end
   */
  static async open(
    source: Source,
    partitioner: Partitioner,
    since: number,
    note: (partition: number, message: Uint8Array) => void = () => undefined,
  ): Promise<SentBefore> {
    const ranges = await source.ranges();
    const isEmpty = ranges.every(({ oldest, end }) => oldest === end);
    const at = new Map(
      isEmpty ? [] : (await source.positionsAt?.(since))?.map(({ partition, offset }) => [partition, offset]),
    );
    const lanes = new Map<number, Lane>();
    for (const { partition, oldest, end } of ranges) {
      const next = Math.max(oldest, at.get(partition) ?? oldest);
      lanes.set(partition, { held: [], at: 0, next, end, paused: false });
    }
    const sent = new SentBefore(source, lanes, partitioner, note);
    if (sent.#isOver()) return sent;
    const positions = [...lanes].map(([partition, { next }]) => ({ partition, offset: next }));
    await source.open(`sent-before-${randomUUID()}`, {
      assigned: async () => positions,
      revoked: async () => undefined,
    });
    return sent;
  }

  /** Those of the next messages that are not in the source yet. */
  async unsent<M extends OutgoingMessage>(messages: readonly M[]): Promise<readonly M[]> {
    if (this.#isOver() && this.#passed.size === 0) return messages;
    const left: M[] = [];
    for (const [n, message] of messages.entries()) {
      if (n % AT_A_TIME === AT_A_TIME - 1) await new Promise((resolve) => setImmediate(resolve));
      const lane = this.#lanes.get(this.partitionOf(message));
      if (lane !== undefined && (await this.#isIn(lane, message.value ?? EMPTY))) this.found++;
      else left.push(message);
    }
    return left;
  }

  /** The partition of the source that a message goes to. */
  partitionOf(message: OutgoingMessage): number {
    return messagePartition(message, this.#partitioner, this.#lanes.size);
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Whether every partition was read to its end: then none of the later messages was sent before. */
  #isOver(): boolean {
    return [...this.#lanes.values()].every((lane) => isAtEnd(lane));
  }

  async #isIn(lane: Lane, value: Uint8Array): Promise<boolean> {
    for (;;) {
      while (lane.at < lane.held.length) {
        const there = lane.held[lane.at++];
        if (there === undefined) continue;
        if (Buffer.compare(there, value) === 0) return true;
        this.#passOver(there);
      }
      lane.held = [];
      lane.at = 0;
      if (isAtEnd(lane)) return this.#wasPassedOver(value);
      await this.#fill(lane);
    }
  }

  #passOver(value: Uint8Array): void {
    if (this.#passed.size >= PASSED) return;
    const digest = digestOf(value);
    this.#passed.set(digest, (this.#passed.get(digest) ?? 0) + 1);
  }

  #wasPassedOver(value: Uint8Array): boolean {
    if (this.#passed.size === 0) return false;
    const digest = digestOf(value);
    const count = this.#passed.get(digest);
    if (count === undefined) return false;
    if (count === 1) this.#passed.delete(digest);
    else this.#passed.set(digest, count - 1);
    return true;
  }

  /**
   * Reads until this partition has a message, or is at its end. Other partitions that hold many messages wait
   * meanwhile.
   */
  async #fill(wanted: Lane): Promise<void> {
    while (wanted.held.length === 0 && wanted.next < wanted.end) {
      for (const [partition, lane] of this.#lanes) {
        const isFull = lane !== wanted && lane.held.length - lane.at >= HELD;
        if (isFull === lane.paused) continue;
        lane.paused = isFull;
        if (isFull) this.#source.pause([partition]);
        else this.#source.resume([partition]);
      }
      const batch = await this.#source.next(100);
      if (batch === undefined) {
        // A source may keep offsets without messages after the last message. They are known only once they were passed:
        // then the end moves closer.
        for (const { partition, end } of await this.#source.ranges()) {
          const lane = this.#lanes.get(partition);
          if (lane !== undefined) lane.end = Math.min(lane.end, end);
        }
        continue;
      }
      const lane = this.#lanes.get(batch.partition);
      if (lane === undefined) continue;
      for (const { offset, value } of batch.messages) {
        lane.next = offset + 1;
        // Messages that this run appends itself come after the end.
        if (offset >= lane.end) continue;
        lane.held.push(value === null ? EMPTY : Buffer.from(value));
        if (value !== null) this.#note(batch.partition, value);
      }
      this.read += batch.messages.length;
    }
  }
}

const EMPTY = new Uint8Array(0);

/** Equal for equal messages alone: 96 bits of a cryptographic digest. */
function digestOf(value: Uint8Array): string {
  return createHash('sha256').update(value).digest().toString('latin1', 0, 12);
}

function isAtEnd({ held, at, next, end }: Lane): boolean {
  return at >= held.length && next >= end;
}
