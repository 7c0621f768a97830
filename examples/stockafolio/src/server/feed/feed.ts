import { setImmediate } from 'node:timers/promises';
import { messageOf } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';
import type { Books } from '../books.js';
import { FeedClient, type Wire } from './feed-client.js';
import { frameOf } from './frame.js';
import { Topic, type ReadSections } from './topic.js';

export interface FeedOptions {
  readonly books: Books;
  readonly clock: Clock;
  /** How often the tables are asked how far they are, in milliseconds. */
  readonly pollMs: number;
  /** Clients at most; the next is refused. */
  readonly mostClients: number;
  /** What may wait for a client, in bytes. */
  readonly queueBytes: number;
  /** How long a client that was dropped may take to read why, in milliseconds. */
  readonly lastWordsMs: number;
  readonly log: (line: string) => void;
  /** Told of every client that was dropped because it was too slow, and what it watched. */
  readonly slow: (topic: string) => void;
}

/** A client hears something at least so often, in milliseconds, even where nothing changes. */
const HEARTBEAT = 3_000;
/** What changes in the tables without their progress, such as by a repair, is seen after so many milliseconds. */
const ANYWAY = 5_000;
/** After a failure of the tables. */
const PAUSE = 1_000;
/** How long a topic is kept that nobody watches, for those who come back. */
const LINGER = 30_000;
const MOST_LINGERING = 200;
/** So many topics are read at once; then requests have a turn. */
const TURN = 10;

/** Tells any number of clients what changes, by one poll of the tables for all of them. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #epoch: string;
  readonly #topics = new Map<string, Topic>();
  readonly #lingering = new Map<string, number>();
  readonly #closing = new AbortController();
  #clients = 0;
  #running: Promise<void> = Promise.resolve();
  #looping = false;
  #failing = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#epoch = options.clock.now().toString(36);
  }

  get clients(): number {
    return this.#clients;
  }

  get full(): boolean {
    return this.#clients >= this.#options.mostClients || this.#closing.signal.aborted;
  }

  /**
   * Writes what changes of a topic to a client, from now on.
   *
   * @param read is used where nobody watches that topic yet
   * @param expires when the client has to show anew who it is, epoch milliseconds
   */
  async watch(key: string, read: ReadSections, wire: Wire, lastEventId?: string, expires = Infinity): Promise<void> {
    const { clock, queueBytes, lastWordsMs } = this.#options;
    let topic = this.#topics.get(key);
    if (topic === undefined) {
      topic = new Topic(this.#epoch, read);
      this.#topics.set(key, topic);
    }
    const watched = topic;
    let gone = false;
    this.#clients += 1;
    const left = (): void => {
      gone = true;
      this.#clients -= 1;
      watched.clients.delete(client);
      if (watched.clients.size === 0) this.#linger(key);
    };
    const slow = (): void => this.#options.slow(key);
    const client = new FeedClient(wire, { queueBytes, lastWordsMs, expires, left, slow });
    try {
      if (watched.clients.size === 0) await watched.refresh(clock.now());
    } catch (error) {
      this.#fail(error);
    }
    if (gone) return;
    this.#lingering.delete(key);
    if (this.#failing) client.drop('trouble', TROUBLE);
    else watched.join(client, lastEventId);
    if (this.#looping) return;
    this.#looping = true;
    this.#running = this.#run();
  }

  /** Tells every client to come back, and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { clients } of this.#topics.values()) {
      for (const client of [...clients]) client.drop('closing', 'the server is stopping');
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, pollMs } = this.#options;
    const { signal } = this.#closing;
    const seen = { records: -1, at: 0 };
    while (!signal.aborted && this.#clients > 0) {
      const began = clock.now();
      try {
        await this.#tick(seen);
        this.#failing = false;
      } catch (error) {
        this.#fail(error);
        await clock.sleep(PAUSE, signal);
      }
      // Reading takes at most half of the time.
      const took = clock.now() - began;
      await clock.sleep(Math.max(pollMs - took, took, 1), signal);
    }
    this.#looping = false;
  }

  async #tick(seen: { records: number; at: number }): Promise<void> {
    const { books, clock } = this.#options;
    const { records } = await books.look();
    const now = clock.now();
    const moved = records !== seen.records || now - seen.at >= ANYWAY;
    if (moved) Object.assign(seen, { records, at: now });
    const watched = [...this.#topics.values()].filter(({ clients }) => clients.size > 0);
    if (moved) for (const topic of watched) topic.waiting = true;
    const due = watched.filter((topic) => topic.waiting && topic.due <= now);
    for (let n = 0; n < due.length; n += TURN) {
      await this.#refresh(due.slice(n, n + TURN), now);
      await setImmediate();
    }
    for (const topic of watched) {
      if (now - topic.told >= HEARTBEAT) topic.tell(frameOf('tick', JSON.stringify({ now })), now);
      for (const client of topic.clients) if (client.expires <= now) client.drop('expired', 'sign in again');
    }
  }

  async #refresh(topics: readonly Topic[], now: number): Promise<void> {
    const { books } = this.#options;
    const before = books.givenOld;
    await Promise.all(topics.map((topic) => topic.refresh(now)));
    // What was older than the tables is read once more, when that is due.
    for (const topic of topics) topic.waiting = books.givenOld !== before;
  }

  #fail(error: unknown): void {
    if (!this.#failing) this.#options.log(`the tables cannot be read: ${messageOf(error)}`);
    this.#failing = true;
    const frame = frameOf('trouble', JSON.stringify({ message: TROUBLE }));
    for (const topic of this.#topics.values()) topic.tell(frame, this.#options.clock.now());
  }

  #linger(key: string): void {
    const now = this.#options.clock.now();
    this.#lingering.delete(key);
    this.#lingering.set(key, now);
    for (const [other, since] of this.#lingering) {
      if (this.#lingering.size <= MOST_LINGERING && now - since < LINGER) break;
      this.#lingering.delete(other);
      if (this.#topics.get(other)?.clients.size === 0) this.#topics.delete(other);
    }
  }
}

const TROUBLE = 'the tables cannot be read at the moment';
