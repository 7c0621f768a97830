import { StockafolioError } from '@stockafolio/core';
import type {
  AssignmentListener,
  GroupTarget,
  InputOffset,
  PartitionHolder,
  PartitionRange,
  Position,
  Source,
  SourceBatch,
  SourceMessage,
} from '@stockafolio/core/ports';
import { FAILED } from '@stockafolio/engine';
import { type BundledRecord, recordsOf } from './bundle.js';
import { laneMessage } from './lane-message.js';
import { sumOf } from '../sum-of.js';

const NOTHING = new Uint8Array(0);

/** What was read of one partition of the topic. */
interface Reading {
  readonly partition: number;
  /** By lane, the next number. */
  readonly next: number[];
  readonly oldest: number;
  /** The next offset of the topic. */
  offset: number;
}

/**
 * Reads the topic of a repartition, as the lanes in which its records come: one for each partition that they left. The
 * offset of a record is its number in its lane, so that it is the same in every run, and in the batch. What was sent
 * again after a restart of the sender is dropped.
 *
 * @throws ERR_OFFSET_GONE from `next` if records of a lane are missing
 */
export function laneSource(source: Source, options: LaneOptions): Source {
  return new LaneSource(source, options);
}

export interface LaneOptions {
  readonly lanes: number;
  /** What the topic is, for messages. */
  readonly topic: string;
  /** Identity of what is sent through the topic: the batch has no topic, but the same tables. */
  readonly identity: () => Promise<string>;
  /** See `lifeOf`: messages of another life are passed over. */
  readonly life: () => Promise<number>;
}

class LaneSource implements Source {
  readonly #source: Source;
  readonly #lanes: number;
  readonly #topic: string;
  readonly #identity: () => Promise<string>;
  readonly #findLife: () => Promise<number>;
  #life: number | undefined;
  readonly #readings = new Map<number, Reading>();
  readonly #ready: SourceBatch[] = [];

  constructor(source: Source, { lanes, topic, identity, life }: LaneOptions) {
    this.#identity = identity;
    this.#findLife = life;
    this.#source = source;
    this.#lanes = lanes;
    this.#topic = topic;
  }

  get shared(): boolean {
    return this.#source.shared === true;
  }

  identity(): Promise<string> {
    return this.#identity();
  }

  /**
   * What each partition holds, by the numbers of its lanes as far as they were read. Messages of the topic that were not
   * read yet count as one each.
   */
  async ranges(): Promise<readonly PartitionRange[]> {
    const ranges = await this.#source.ranges();
    return ranges.map(({ partition, oldest, end }) => {
      const reading = this.#readings.get(partition);
      const next = reading?.next ?? new Array<number>(this.#lanes).fill(0);
      const left = Math.max(0, end - (reading?.offset ?? oldest));
      const inputs = next.map((number, lane) => ({ oldest: 0, end: number + (lane === 0 ? left : 0) }));
      return { partition, oldest: 0, end: sumOf(next) + left, inputs, isOpenEnded: true };
    });
  }

  async open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void> {
    const forget = (partitions: readonly number[]): void => {
      for (const partition of partitions) {
        this.#readings.delete(partition);
        this.#forget(partition);
      }
    };
    const own: AssignmentListener = {
      assigned: async (partitions, generation) => this.#begin(await listener.assigned(partitions, generation)),
      revoked: async (partitions, generation) => {
        await listener.revoked(partitions, generation);
        forget(partitions);
      },
      lost: async (partitions, generation) => {
        await (listener.lost?.(partitions, generation) ?? listener.revoked(partitions, generation));
        forget(partitions);
      },
    };
    await this.#source.open(group, own, target);
  }

  async follow(positions: readonly Position[], generation: number): Promise<void> {
    if (this.#source.follow === undefined)
      throw new StockafolioError('ERR_INTERNAL', `${this.#topic} cannot be read without a group`);
    this.#readings.clear();
    // Who reads a partition again would miss what comes before these.
    this.#ready.length = 0;
    await this.#source.follow(await this.#begin(positions), generation);
  }

  /** Begins to read at these positions of lanes; returns those in the topic. */
  async #begin(positions: readonly Position[]): Promise<readonly Position[]> {
    this.#life ??= await this.#findLife();
    const ranges = await this.#source.ranges();
    return positions.map((position) => {
      const { partition } = position;
      const lanes = lanesOf(position);
      const oldest = ranges.find((range) => range.partition === partition)?.oldest ?? 0;
      const found = lanes.map(({ at }) => at ?? oldest);
      const offset = Math.max(oldest, Math.min(...found));
      this.#readings.set(partition, {
        partition,
        next: lanes.map((lane) => lane.offset),
        oldest,
        offset,
      });
      return { partition, offset };
    });
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    if (this.#ready.length === 0) {
      const batch = await this.#source.next(maxWait);
      if (batch !== undefined) this.#divide(batch);
    }
    return this.#ready.shift();
  }

  /** Divides a batch of the topic into those of its lanes. */
  #divide({ partition, generation, messages }: SourceBatch): void {
    const reading = this.#readings.get(partition);
    if (reading === undefined) return;
    const byLane = new Map<number, SourceMessage[]>();
    for (const message of messages) {
      if (message.offset < reading.offset) continue;
      reading.offset = message.offset + 1;
      const said = laneMessage(message, this.#topic);
      if (said.life !== this.#life) continue;
      const { lane } = said;
      if (lane < 0 || lane >= this.#lanes) throw this.#unknownLane(lane);
      const next = reading.next[lane] ?? 0;
      const taken = byLane.get(lane) ?? [];
      byLane.set(lane, taken);
      if (said.after >= next) throw this.#gone(partition, lane, next, said.after);
      if ('silentUntil' in said) {
        taken.push({ ...message, offset: next, at: message.offset, silentUntil: said.silentUntil });
        continue;
      }
      for (const record of recordsOf(message.value ?? NOTHING, said.number)) {
        if (record.number < next) continue;
        reading.next[lane] = record.number + 1;
        taken.push(messageOf(record, message.offset));
      }
    }
    const endOffset = sumOf(reading.next);
    const lanes = [...byLane].filter(([, taken]) => taken.length > 0);
    for (const [n, [input, taken]] of lanes.entries()) {
      // The messages of the next lanes are still to be returned.
      const reached = lanes
        .slice(n + 1)
        .reduce((least, [, [first]]) => Math.min(least, first?.at ?? least), reading.offset);
      this.#ready.push({ partition, input, generation, messages: taken, endOffset, reached });
    }
  }

  #unknownLane(lane: number): StockafolioError {
    return new StockafolioError(
      'ERR_PARTITIONS_CHANGED',
      `${this.#topic} has records of partition ${lane}, but there were ${this.#lanes} partitions before it`,
      {
        hint: 'its source was given partitions: start it again, and it reads them all; if it was not, the topic is of another pipeline: use another name for this one',
      },
    );
  }

  #gone(partition: number, lane: number, next: number, after: number): StockafolioError {
    return new StockafolioError(
      'ERR_OFFSET_GONE',
      `partition ${partition} of ${this.#topic}: of what partition ${lane} sent, record ${next} is asked for, but only what comes after ${after} is there`,
      {
        hint: 'records were deleted before they were read: rebuild tables and checkpoints of the pipeline from the archive with the batch runner, and let the topic keep its messages for longer',
      },
    );
  }

  async holders(): Promise<readonly PartitionHolder[]> {
    return (await this.#source.holders?.()) ?? [];
  }

  /** All lanes of a partition are in one log: one of them cannot be read without the others. */
  pause(partitions: readonly number[], input?: number): void {
    if (input === undefined) this.#source.pause(partitions);
  }

  resume(partitions: readonly number[], input?: number): void {
    if (input === undefined) this.#source.resume(partitions);
  }

  seek(position: Position): void {
    const reading = this.#readings.get(position.partition);
    if (reading === undefined) return;
    const { partition } = position;
    const lanes = lanesOf(position);
    lanes.forEach(({ offset }, lane) => (reading.next[lane] = offset));
    const places = lanes.flatMap(({ at }) => at ?? []);
    reading.offset = places.length === lanes.length ? Math.max(reading.oldest, Math.min(...places)) : reading.oldest;
    this.#forget(partition);
    this.#source.seek({ partition, offset: reading.offset });
  }

  #forget(partition: number): void {
    for (const batch of this.#ready.splice(0)) if (batch.partition !== partition) this.#ready.push(batch);
  }

  async commit(positions: readonly Position[], generation: number): Promise<void> {
    const inTopic = positions.flatMap((position) => {
      const places = lanesOf(position).flatMap(({ at }) => at ?? []);
      return places.length === 0 ? [] : [{ partition: position.partition, offset: Math.min(...places) }];
    });
    await this.#source.commit(inTopic, generation);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

/** @param at the offset in the topic */
function messageOf({ number: offset, sent: timestamp, value, failed }: BundledRecord, at: number): SourceMessage {
  const message = { offset, timestamp, key: null, value, at };
  return failed === undefined ? message : { ...message, headers: { [FAILED]: failed } };
}

/** The positions of the lanes; a single lane has that of the whole. */
function lanesOf({ inputs, offset, at }: Position): readonly InputOffset[] {
  return inputs ?? [{ offset, ...(at === undefined ? {} : { at }) }];
}
