import { setImmediate } from 'node:timers/promises';
import { StockafolioError } from '@stockafolio/core';
import {
  cutByEnd,
  markOf,
  positionAt,
  sourceDiverged,
  type AssignmentListener,
  type Divergence,
  type GroupTarget,
  type Mark,
  type PartitionHolder,
  type PartitionRange,
  type Position,
  type Source,
  type SourceBatch,
} from '@stockafolio/core/ports';
import { Condition } from './condition.js';
import { Connection } from './connection.js';
import { topicDivergences } from './divergences.js';
import { Fetcher, type Fetched, type Lane } from './fetcher.js';
import { GroupMember } from './group-member.js';
import { coordinatorOf, membersOf } from './group-members.js';
import { withShortIds } from './group-target.js';
import { kafkaError } from './kafka-error.js';
import { Membership } from './membership.js';
import type { KafkaSourceOptions } from './options.js';
import { isCompacted } from './topic-cleanup.js';
import { topicIdentity, topicPositionsAt, topicRanges } from './topic-ends.js';
import { TopicCheck } from './topic-check.js';

/** How long a close waits for the group to receive its leave request, in milliseconds. */
const LEAVE_WITHIN = 2_000;

/**
 * The reading end of a topic of Kafka, as one member of a consumer group.
 *
 * The listener is called only within `next`, so never concurrently with the caller's own work; heartbeats are sent
 * meanwhile. Positions come from the listener, never from the group. Messages of transactions are read when these are
 * committed. Keys and values are views of the fetched memory: copy them to keep them.
 *
 * @throws from any call: ERR_SOURCE_UNAVAILABLE if the cluster is unavailable for longer than `patience`;
 * ERR_SOURCE_UNKNOWN if there is no such topic; ERR_ACCESS_DENIED if login or rights are wrong; ERR_SOURCE_MISMATCH if
 * the topic was recreated, ERR_PARTITIONS_CHANGED if its partitions were increased; `next` also ERR_OFFSET_GONE,
 * ERR_SOURCE_DIVERGED if a partition has lost messages that were read, and ERR_GROUP_TAKEN if the group is bound to
 * another target, or used by other programs
 * @example
 * const source = kafkaSource({ brokers: ['127.0.0.1:9092'], topic: 'trades', clock: systemClock });
 * await source.open('portfolio', listener);
 * const batch = await source.next(1_000);
 */
export function kafkaSource(options: KafkaSourceOptions): Source {
  return new KafkaSource(options);
}

/** How far a partition was read: past its last message, and past the control records that follow it. */
interface Reach {
  messages: number;
  read: number;
  /** The mark of its last message, as far as known. */
  mark: Mark | undefined;
}

function reachAt({ offset, mark }: Position): Reach {
  return { messages: offset, read: offset, mark };
}

function positionOf(partition: number, { messages: offset, mark }: Reach): Position {
  return positionAt(partition, offset, mark);
}

/**
 * Whether the log may no longer hold what was read before these messages. That is possible if another leader appended
 * them, or if the connection was lost, because the cluster may have been restored from a backup since.
 */
function isInDoubt({ mark }: Reach, { begun, verified, doubted, epoch }: Fetched): boolean {
  if (mark === undefined || begun || verified) return false;
  return doubted || (mark.epoch !== undefined && mark.epoch !== epoch);
}

class KafkaSource implements Source {
  readonly shared = true;
  readonly #options: KafkaSourceOptions;
  readonly #topicCheck: TopicCheck;
  readonly #asking: Connection;
  readonly #grouping: Connection;
  readonly #fetching: Connection;
  readonly #changed = new Condition();
  readonly #fetcher: Fetcher;
  readonly #reach = new Map<number, Reach>();
  #membership: Membership | undefined;
  #group = '';
  /** Whether the group is bound to this member's target. */
  #isBound = false;
  #listener: AssignmentListener | undefined;
  /** The assignment that the listener was last told. */
  #told: { readonly partitions: readonly number[]; readonly generation: number } | undefined;
  #closed = false;
  /** Whether it is read without a group. */
  #follows = false;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    this.#topicCheck = new TopicCheck(options.topic);
    // Three connections, because Kafka answers the requests of one connection in order: a fetch, or the wait for the
    // group, would block the rest.
    this.#asking = new Connection(options, this.#topicCheck);
    this.#grouping = new Connection(options, this.#topicCheck);
    this.#fetching = new Connection(options, this.#topicCheck);
    this.#fetcher = new Fetcher(options, this.#fetching, this.#changed);
  }

  identity(): Promise<string> {
    return topicIdentity(this.#asking, this.#topicCheck);
  }

  /** The end is what reading can reach: transaction markers after the last message do not count, once read. */
  async ranges(): Promise<readonly PartitionRange[]> {
    const ranges = await topicRanges(this.#asking, this.#options.topic);
    return ranges.map((range) => {
      const reach = this.#reach.get(range.partition);
      return reach !== undefined && reach.read >= range.end
        ? { ...range, end: Math.max(range.oldest, Math.min(range.end, reach.messages)) }
        : range;
    });
  }

  positionsAt(time: number): Promise<readonly Position[]> {
    return topicPositionsAt(this.#asking, this.#options.topic, time);
  }

  compacted(): Promise<boolean> {
    return isCompacted(this.#asking, this.#options.topic);
  }

  diverged(positions: readonly Position[]): Promise<readonly Divergence[]> {
    return topicDivergences(this.#asking, this.#options.topic, positions);
  }

  async open(group: string, listener: AssignmentListener, target?: GroupTarget): Promise<void> {
    await this.identity();
    this.#group = group;
    this.#listener = listener;
    this.#isBound = target !== undefined;
    const named = target === undefined ? undefined : withShortIds(target);
    const member = new GroupMember(this.#options, this.#grouping, this.#topicCheck, group, named);
    this.#membership = new Membership(this.#options, this.#grouping, member, this.#changed, () => this.identity());
    this.#membership.start();
    this.#fetcher.start();
  }

  async follow(positions: readonly Position[], generation: number): Promise<void> {
    await this.identity();
    if (!this.#follows) this.#fetcher.start();
    this.#follows = true;
    this.#reach.clear();
    for (const position of positions) this.#reach.set(position.partition, reachAt(position));
    this.#fetcher.assign(positions, generation);
  }

  emptyAt(partition: number): number | undefined {
    return this.#fetcher.emptyAt(partition);
  }

  /** Not through the group's own connection, which may be blocked by the wait for other members. */
  async holders(): Promise<readonly PartitionHolder[]> {
    const { topic } = this.#options;
    const members = await this.#asking.run(async (client) =>
      membersOf(client, await coordinatorOf(client, this.#group), this.#group),
    );
    return members.flatMap(({ name, assignment }) =>
      (assignment[topic] ?? []).map((partition) => ({ partition, holder: name })),
    );
  }

  async next(maxWait: number): Promise<SourceBatch | undefined> {
    const { clock } = this.#options;
    const deadline = clock.elapsed() + maxWait;
    while (!this.#closed) {
      await this.#followTheGroup();
      const failure = this.#membership?.failure ?? this.#fetcher.failure;
      if (failure !== undefined) throw failure;
      const lane = this.#fetcher.turn();
      if (lane?.gone === true) await this.#lookFor(lane);
      else if (lane !== undefined) {
        if (!(await this.#isVerified(lane, deadline))) return undefined;
        const batch = await this.#take(lane);
        if (batch !== undefined) return batch;
      } else if (!this.#isDue()) {
        const left = deadline - clock.elapsed();
        // Even a call that does not wait lets answers in: otherwise repeated calls would keep them out.
        await (left > 0 ? this.#changed.waitFor(left, clock) : clock.sleep(0));
        if (left <= 0 && !this.#isDue()) return undefined;
      }
    }
    return undefined;
  }

  pause(partitions: readonly number[]): void {
    this.#fetcher.pause(partitions);
  }

  resume(partitions: readonly number[]): void {
    this.#fetcher.resume(partitions);
  }

  seek(position: Position): void {
    this.#reach.set(position.partition, reachAt(position));
    this.#fetcher.seek(position);
  }

  async commit(positions: readonly Position[], generation: number): Promise<void> {
    try {
      await this.#membership?.commit(positions, generation);
    } catch (error) {
      throw kafkaError(error, this.#options);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { clock } = this.#options;
    const late = new AbortController();
    this.#fetching.close();
    this.#fetcher.close();
    // If the group cannot be told, it finds out when the session ends.
    const left = this.#membership?.close().catch(() => undefined) ?? Promise.resolve();
    await Promise.race([left, clock.sleep(LEAVE_WITHIN, late.signal)]);
    late.abort();
    this.#grouping.close();
    this.#asking.close();
    this.#changed.notify();
  }

  #isDue(): boolean {
    const phase = this.#membership?.phase;
    return phase === 'given' || phase === 'moving' || phase === 'lost' || this.#fetcher.turn() !== undefined;
  }

  /** Follows the group: hands partitions over, and takes those that were assigned. */
  async #followTheGroup(): Promise<void> {
    const membership = this.#membership;
    if (membership === undefined) return;
    if (membership.phase === 'moving' || membership.phase === 'lost') {
      this.#fetcher.clear();
      await this.#handOver(membership.phase === 'lost');
      membership.rejoin();
    } else if (membership.phase === 'given') {
      const { partitions, generation } = membership.assignment;
      const positions = await this.#positionsOf(partitions, generation);
      this.#told = { partitions, generation };
      for (const position of positions) this.#reach.set(position.partition, reachAt(position));
      this.#fetcher.assign(positions, generation);
      membership.settle();
      if (this.#isBound) await this.#bind(positions, generation);
    }
  }

  /** Stores the group's binding with the offsets, at once, for members that come when nobody runs. */
  async #bind(positions: readonly Position[], generation: number): Promise<void> {
    try {
      await this.#membership?.commit(positions, generation);
    } catch (error) {
      // An unavailable coordinator receives it with the next offsets.
      if (!kafkaError(error, this.#options).retryable) throw kafkaError(error, this.#options);
    }
  }

  async #handOver(lost: boolean): Promise<void> {
    if (this.#told === undefined) return;
    const { partitions, generation } = this.#told;
    this.#told = undefined;
    this.#reach.clear();
    if (lost && this.#listener?.lost !== undefined) await this.#listener.lost(partitions, generation);
    else await this.#listener?.revoked(partitions, generation);
  }

  async #positionsOf(partitions: readonly number[], generation: number): Promise<Position[]> {
    const answered = (await this.#listener?.assigned(partitions, generation)) ?? [];
    const asked = new Map(answered.map((position) => [position.partition, position]));
    const missing = partitions.some((partition) => !asked.has(partition));
    const ranges = missing ? await topicRanges(this.#asking, this.#options.topic) : [];
    return partitions.map((partition) => {
      const oldest = ranges.find((range) => range.partition === partition)?.oldest ?? 0;
      return asked.get(partition) ?? { partition, offset: oldest };
    });
  }

  async #take(lane: Lane): Promise<SourceBatch | undefined> {
    // A caller that always has something to take would keep heartbeats and new messages from coming in.
    await setImmediate();
    const [fetched] = lane.fetched;
    const { partition, generation } = lane;
    const reach = this.#reach.get(partition);
    const piece = await this.#fetcher.take(lane);
    if (fetched === undefined || piece === undefined) return undefined;
    const { messages, epoch } = piece;
    const last = messages.at(-1);
    if (last === undefined) {
      if (reach !== undefined) reach.read = fetched.after;
      return undefined;
    }
    if (reach !== undefined) {
      reach.messages = last.offset + 1;
      reach.mark = markOf(last, epoch);
    }
    const batch = { partition, generation, messages, endOffset: Math.max(fetched.end, last.offset + 1) };
    return epoch === undefined ? batch : { ...batch, epoch };
  }

  /**
   * Whether the log is known to still hold what was read before the next messages of a lane. If in doubt it asks, and
   * waits for the answer, but no longer than the caller does: the cluster may be unavailable again.
   */
  async #isVerified({ partition, fetched: [fetched] }: Lane, deadline: number): Promise<boolean> {
    const reach = this.#reach.get(partition);
    if (fetched === undefined || reach === undefined || !isInDoubt(reach, fetched)) return true;
    const { clock } = this.#options;
    fetched.verification ??= this.#refuseWhatDiverged(positionOf(partition, reach)).then(() => {
      fetched.verified = true;
    });
    // If nobody waits for it any more, the next call reports it.
    fetched.verification.catch(() => undefined);
    const late = new AbortController();
    await Promise.race([fetched.verification, clock.sleep(Math.max(1, deadline - clock.elapsed()), late.signal)]);
    late.abort();
    return !isInDoubt(reach, fetched);
  }

  /** @throws ERR_SOURCE_DIVERGED if the log no longer holds what was read before this position */
  async #refuseWhatDiverged(position: Position): Promise<void> {
    const divergences = await this.diverged([position]);
    if (divergences.length > 0) throw sourceDiverged(divergences);
  }

  /** Reports that an offset does not exist, unless it exists by now. */
  async #lookFor(lane: Lane): Promise<void> {
    const ranges = await topicRanges(this.#asking, this.#options.topic);
    const { partition, next } = lane;
    const { oldest, end } = ranges.find((range) => range.partition === partition) ?? { oldest: 0, end: 0 };
    if (next >= oldest && next <= end) return this.#fetcher.askAgain(lane);
    const reach = this.#reach.get(partition);
    if (next > end && reach !== undefined) {
      const position = positionOf(partition, reach);
      await this.#refuseWhatDiverged(position);
      // Messages that were fetched but not returned count too.
      throw sourceDiverged([cutByEnd({ ...position, offset: next }, end)].flatMap((cut) => cut ?? []));
    }
    const told = `offset ${next} is gone, the oldest is ${oldest}`;
    throw new StockafolioError('ERR_OFFSET_GONE', `topic '${this.#options.topic}', partition ${partition}: ${told}`, {
      hint: 'build tables and checkpoints from the archive (batch --from-start), then start the stream with those checkpoints; keep messages for longer (retention.ms)',
    });
  }
}
