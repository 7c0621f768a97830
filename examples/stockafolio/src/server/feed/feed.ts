import { setImmediate } from 'node:timers/promises';
import { messageOf } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { Books } from '../books.js';
import { FeedClient, type Wire } from './feed-client.js';
import { Topic, type ReadSections } from './topic.js';

export interface FeedOptions {
  readonly books: Books;
  readonly clock: Clock;
  /** How often the progress of the tables is read, in milliseconds. */
  readonly pollMs: number;
  /** Largest number of clients; the next one is refused. */
  readonly mostClients: number;
  /** Largest number of bytes that may wait for a client. */
  readonly queueBytes: number;
  /** How long a dropped client may take to read the reason, in milliseconds. */
  readonly lastWordsMs: number;
  readonly log: (line: string) => void;
  /** Called for every client that was dropped because it was too slow, with what it watched. */
  readonly slow: (topic: string) => void;
  /** Called once for a topic that cannot be read, until it can be read again. */
  readonly failed: (topic: string, why: string) => void;
}

/** A client receives an event at least this often, in milliseconds, even if nothing changes. */
const HEARTBEAT = 3_000;
/** Changes in the tables without progress, for example by a repair, are seen after this many milliseconds. */
const ANYWAY = 5_000;
/** The pause after a failure of the poll on which all topics depend. */
const PAUSE = 1_000;
/** A read that takes longer does not block the others, in milliseconds. */
const PATIENCE = 1_500;
/** How long an unwatched topic is kept, for clients that return. */
const LINGER = 30_000;
const MOST_LINGERING = 200;
/** This many topics are read at once; then requests have a turn. */
const TURN = 10;

/** Sends changes to any number of clients, with one poll of the tables for all of them. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #lingering = new Map<string, number>();
  readonly #closing = new AbortController();
  #clients = 0;
  #running: Promise<void> = Promise.resolve();
  #looping = false;
  /** Whether the poll fails. */
  #failing = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients;
  }

  /** The number of watched topics. */
  get topics(): number {
    return this.#topics.size - this.#lingering.size;
  }

  /** Whether the last read of the tables' progress failed. */
  get failing(): boolean {
    return this.#failing;
  }

  get full(): boolean {
    return this.#clients >= this.#options.mostClients || this.#closing.signal.aborted;
  }

  /**
   * Sends a client the changes of a topic, from now on.
   *
   * @param read is used if nobody watches that topic yet
   * @param expires when the client must authenticate again, epoch milliseconds; asked again and again
   */
  async watch(
    key: string,
    read: ReadSections,
    wire: Wire,
    lastEventId?: string,
    expires = (): number => Infinity,
  ): Promise<void> {
    const { queueBytes, lastWordsMs } = this.#options;
    const topic = this.#topic(key, read);
    this.#lingering.delete(key);
    this.#clients += 1;
    const left = (): void => {
      this.#clients -= 1;
      topic.leave(client);
      if (topic.watchers === 0) this.#linger(key);
    };
    const slow = (): void => this.#options.slow(key);
    const client: FeedClient = new FeedClient(wire, { queueBytes, lastWordsMs, expires, left, slow });
    const joined = topic.join(client, lastEventId);
    if (!this.#looping) {
      this.#looping = true;
      this.#running = this.#run();
    }
    await joined;
  }

  /** Tells every client to reconnect, and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const topic of this.#topics.values()) {
      for (const client of topic.everybody) client.drop('closing', 'the server is stopping');
    }
    await this.#running;
  }

  #topic(key: string, read: ReadSections): Topic {
    const known = this.#topics.get(key);
    if (known !== undefined) return known;
    const { books, clock, failed } = this.#options;
    const topic = new Topic({
      ...{ name: key, read, clock },
      step: async () => (await books.progress()).records,
      givenOld: () => books.givenOld,
      failed: (name, error) => failed(name, messageOf(error)),
    });
    this.#topics.set(key, topic);
    return topic;
  }

  async #run(): Promise<void> {
    const { clock, pollMs } = this.#options;
    const { signal } = this.#closing;
    const seen = { records: -1, at: 0 };
    while (!signal.aborted && this.#clients > 0) {
      const began = clock.elapsed();
      this.#dropExpired();
      try {
        await this.#tick(seen);
      } catch (error) {
        this.#fail(error);
        await clock.sleep(PAUSE, signal);
      }
      // Reads take at most half of the time.
      const took = clock.elapsed() - began;
      await clock.sleep(Math.max(pollMs - took, took, 1), signal);
    }
    this.#looping = false;
  }

  /** Does not depend on the tables: who may see no more is told no more, also while these cannot be read. */
  #dropExpired(): void {
    const now = this.#options.clock.now();
    for (const topic of this.#topics.values()) {
      for (const client of topic.everybody) if (client.expires <= now) client.drop('expired', 'sign in again');
    }
  }

  async #tick(seen: { records: number; at: number }): Promise<void> {
    const { books, clock } = this.#options;
    const { records } = await books.look();
    const now = clock.elapsed();
    const watched = [...this.#topics.values()].filter(({ watchers }) => watchers > 0);
    if (this.#failing) {
      this.#failing = false;
      this.#options.log('the tables can be read again');
      for (const topic of watched) topic.hurry();
    }
    const moved = records !== seen.records || now - seen.at >= ANYWAY;
    if (moved) {
      Object.assign(seen, { records, at: now });
      for (const topic of watched) topic.waiting = true;
    }
    const due = watched.filter((topic) => topic.due(now));
    for (let n = 0; n < due.length; n += TURN) {
      await this.#refresh(due.slice(n, n + TURN));
      await setImmediate();
    }
    for (const topic of watched) topic.beat(clock.elapsed(), HEARTBEAT);
  }

  /** Waits for these, except for a slow one, which continues by itself. */
  async #refresh(topics: readonly Topic[]): Promise<void> {
    const enough = new AbortController();
    const all = Promise.all(topics.map((topic) => topic.refresh()));
    await Promise.race([all, this.#options.clock.sleep(PATIENCE, enough.signal)]);
    enough.abort();
  }

  #fail(error: unknown): void {
    if (!this.#failing) this.#options.log(`the tables cannot be read: ${messageOf(error)}`);
    this.#failing = true;
    for (const topic of this.#topics.values()) topic.trouble();
  }

  #linger(key: string): void {
    const now = this.#options.clock.elapsed();
    this.#lingering.delete(key);
    this.#lingering.set(key, now);
    for (const [other, since] of this.#lingering) {
      if (this.#lingering.size <= MOST_LINGERING && now - since < LINGER) break;
      this.#lingering.delete(other);
      this.#topics.delete(other);
    }
  }
}
