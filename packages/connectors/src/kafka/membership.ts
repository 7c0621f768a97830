import type { StockafolioError } from '@stockafolio/core';
import type { Position } from '@stockafolio/core/ports';
import type { Condition } from './condition.js';
import type { Connection } from './connection.js';
import type { Assignment, GroupMember } from './group-member.js';
import { kafkaError } from './kafka-error.js';
import type { KafkaSourceOptions } from './options.js';

/**
 * The phase of a member. `joining`: waits for the group. `given`: has partitions that the reader was not told of yet.
 * `settled`: reads. `moving`: the group waits for it to hand over. `lost`: its partitions already belong to others.
 */
export type Phase = 'joining' | 'given' | 'settled' | 'moving' | 'lost';

const WATCH_EVERY = 60_000;

/**
 * Keeps a member in its group. Heartbeats are sent by the clock, whatever the reader does, so that a slow sink never
 * costs the membership. Their results are stored as the phase, and the reader acts on it at its next call.
 */
export class Membership {
  readonly #options: KafkaSourceOptions;
  readonly #connection: Connection;
  readonly #member: GroupMember;
  readonly #changed: Condition;
  readonly #watch: () => Promise<unknown>;
  readonly #ended = new AbortController();
  #phase: Phase = 'joining';
  #joining: Promise<void> = Promise.resolve();
  assignment: Assignment = { partitions: [], generation: -1 };
  /** The error that ends the reading. */
  failure: StockafolioError | undefined;

  /** @param watch checks from time to time whether the topic is still the same, and throws if it is not */
  constructor(
    options: KafkaSourceOptions,
    connection: Connection,
    member: GroupMember,
    changed: Condition,
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

  /** The assigned partitions are read from now on. */
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
    // A member that has not finished joining has no member id to leave with, so the group would wait until its session
    // ends.
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
        // If a coordinator is unavailable, this waits: the patience of the reader ends that wait.
        if (!kafkaError(error, this.#options).retryable) this.#fail(error);
      }
    }
  }

  #found(beat: 'moving' | 'lost'): void {
    // The answer may belong to an earlier heartbeat; a member that is joining again knows already.
    if (this.#phase === 'joining' || this.#phase === 'lost') return;
    this.#to(beat);
  }

  #fail(error: unknown): void {
    if (this.#connection.closed) return;
    this.failure ??= kafkaError(error, this.#options);
    this.#changed.notify();
  }

  #to(phase: Phase): void {
    this.#phase = phase;
    this.#changed.notify();
  }
}
