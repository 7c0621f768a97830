import type { StockafolioError } from '@stockafolio/core';
import type { Position } from '@stockafolio/core/ports';
import type { Bell } from './bell.js';
import type { Connection } from './connection.js';
import type { Assignment, GroupMember } from './group-member.js';
import { kafkaError } from './kafka-error.js';
import type { KafkaSourceOptions } from './options.js';

/**
 * Where a member stands. `joining`: waits for the group. `given`: has partitions that nobody was told of yet. `settled`:
 * reads. `moving`: the group waits for it to hand over. `lost`: its partitions are others' already.
 */
export type Phase = 'joining' | 'given' | 'settled' | 'moving' | 'lost';

const WATCH_EVERY = 60_000;

/**
 * Keeps a member in its group. Heartbeats go out by the clock, whatever the reader does, so that no slow sink ever costs
 * the membership; what they find is left as the phase, and whoever reads acts on it when it comes round.
 */
export class Membership {
  readonly #options: KafkaSourceOptions;
  readonly #connection: Connection;
  readonly #member: GroupMember;
  readonly #changed: Bell;
  readonly #watch: () => Promise<unknown>;
  readonly #ended = new AbortController();
  #phase: Phase = 'joining';
  #joining: Promise<void> = Promise.resolve();
  assignment: Assignment = { partitions: [], generation: -1 };
  /** What ends the reading. */
  failure: StockafolioError | undefined;

  /** @param watch looks now and then whether the topic is still what it was, and throws where it is not */
  constructor(
    options: KafkaSourceOptions,
    connection: Connection,
    member: GroupMember,
    changed: Bell,
    watch: () => Promise<unknown>,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#member = member;
    this.#changed = changed;
    this.#watch = watch;
  }

  get phase(): Phase {
    return this.#phase;
  }

  start(): void {
    this.rejoin();
    void this.#beat();
  }

  /** Joins again, once all partitions are handed over. */
  rejoin(): void {
    this.#to('joining');
    this.#joining = this.#member.join().then(
      (assignment) => {
        this.assignment = assignment;
        this.#to('given');
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** The partitions that were given are read from now on. */
  settle(): void {
    if (this.#phase === 'given') this.#to('settled');
  }

  async commit(positions: readonly Position[], generation: number): Promise<void> {
    const { partitions, generation: current } = this.assignment;
    const owned = positions.filter(({ partition }) => partitions.includes(partition));
    if (generation !== current || owned.length === 0 || this.#phase === 'joining' || this.#phase === 'lost') return;
    await this.#member.commit(owned, generation);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    // Who is half in has no name to leave by, and would be waited for until its session ends.
    await this.#joining;
    await this.#member.leave();
  }

  async #beat(): Promise<void> {
    const { clock, heartbeatInterval = 1_000 } = this.#options;
    const { signal } = this.#ended;
    let watched = clock.elapsed();
    while (!signal.aborted) {
      await clock.sleep(heartbeatInterval, signal);
      if (signal.aborted || this.#phase === 'joining' || this.#phase === 'lost') continue;
      try {
        const beat = await this.#member.beat(this.assignment.generation);
        if (beat !== 'well') this.#found(beat);
        if (clock.elapsed() - watched >= WATCH_EVERY) {
          watched = clock.elapsed();
          await this.#watch();
        }
      } catch (error) {
        // A coordinator that is away is waited for: what ends that wait is the reader's own patience.
        if (!kafkaError(error, this.#options).retryable) this.#fail(error);
      }
    }
  }

  #found(beat: 'moving' | 'lost'): void {
    // The answer may be to a heartbeat of before; who is joining again has heard of it already.
    if (this.#phase === 'joining' || this.#phase === 'lost') return;
    this.#to(beat);
  }

  #fail(error: unknown): void {
    if (this.#connection.closed) return;
    this.failure ??= kafkaError(error, this.#options);
    this.#changed.ring();
  }

  #to(phase: Phase): void {
    this.#phase = phase;
    this.#changed.ring();
  }
}
