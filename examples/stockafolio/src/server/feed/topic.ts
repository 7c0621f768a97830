import { randomBytes } from 'node:crypto';
import type { Clock } from '@stockafolio/core/ports';
import type { FeedClient } from './feed-client.js';
import { frameOf } from './frame.js';
import { changeText, wholeText, type Sections } from './sections.js';

/** Reads the present content of a topic's page. */
export type ReadSections = () => Promise<Sections>;

export interface TopicOptions {
  /** The name of the topic, for the log. */
  readonly name: string;
  readonly read: ReadSections;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  /** The progress of the tables. */
  readonly step: () => Promise<number>;
  /** How often a read returned figures that were older than the tables. */
  readonly givenOld: () => number;
  /** Called when reads begin to fail, not for every attempt. */
  readonly failed: (topic: string, error: unknown) => void;
}

/** The events that are kept for returning clients. */
const KEPT_FRAMES = 256;
const KEPT_BYTES = 512 * 1024;

/**
 * Bytes per second of a topic that are sent to one client, and to all clients together: larger topics change less
 * often.
 */
const PACE_EACH = 256 * 1024;
const PACE_ALL = 24 * 1024 * 1024;

/** The wait after a failed read; it doubles after each further failure, up to the last value. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;
/** A read that takes longer counts as trouble, although it may still succeed; milliseconds. */
const LONG_READING = 6_000;

/**
 * How long a read is valid while the tables have not advanced, in milliseconds: clients that come and go cost no reads.
 */
const FRESH = 1_000;

/** Sent to clients as long as the figures cannot be read. */
export const TROUBLE = 'these figures cannot be read at the moment; the server tries again by itself';

/**
 * A watched topic: read once for all its watchers, and sent to them as changes. A failed read is retried by itself, and
 * affects only the clients of this topic.
 */
export class Topic {
  readonly #options: TopicOptions;
  /**
   * Distinguishes the ids of these events from those of another topic, of an earlier life of this one, and of another
   * server.
   */
  readonly #epoch = randomBytes(8).toString('hex');
  readonly #clients = new Set<FeedClient>();
  /** Clients that have not been sent anything yet, with the last event that each saw. */
  readonly #joining = new Map<FeedClient, string | undefined>();
  #sections: Sections = {};
  #number = 0;
  #kept: { readonly number: number; readonly frame: Uint8Array }[] = [];
  #keptBytes = 0;
  #reading: Promise<void> | undefined;
  #readingSince: number | undefined;
  #failures = 0;
  /** When the sections were read; never, before the first successful read. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** The progress of the tables before that. */
  #step = -1;
  /** Whether the clients were last told that the figures cannot be read. */
  #troubled = false;
  #told = 0;
  #due = 0;
  /** Whether the tables have advanced since it was read. */
  waiting = false;

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  get watchers(): number {
    return this.#clients.size + this.#joining.size;
  }

  /** All watching clients. */
  get everybody(): FeedClient[] {
    return [...this.#clients, ...this.#joining.keys()];
  }

  /** Whether it should be read again now. */
  due(now: number): boolean {
    return this.waiting && this.#reading === undefined && this.#due <= now;
  }

  /** The tables can be read again: so there is nothing to wait for. */
  hurry(): void {
    this.#due = 0;
    this.waiting = true;
  }

  /**
   * Adds a client. It gets what it missed since its last event, if that is known, otherwise a snapshot. If the figures
   * must be read first, it waits for them, and is told if they cannot be read.
   */
  async join(client: FeedClient, lastEventId: string | undefined): Promise<void> {
    if (this.#clients.size > 0 && !this.#troubled) return this.#welcome(client, lastEventId);
    this.#joining.set(client, lastEventId);
    if (await this.#isFresh()) {
      // Unless a read has finished in between, which welcomes all clients.
      if (this.#joining.delete(client)) this.#welcome(client, lastEventId);
      return;
    }
    // If others have met a failure already, its retry is soon enough.
    if (this.#failures > 0 && this.watchers > 1 && this.#reading === undefined) client.send(troubleFrame());
    else await this.refresh();
  }

  leave(client: FeedClient): void {
    this.#clients.delete(client);
    this.#joining.delete(client);
  }

  /** Reads again, and sends the clients what has changed, or that it cannot be read. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
      this.#readingSince = undefined;
    });
    return this.#reading;
  }

  /** Sends a heartbeat to clients that have received nothing for this many milliseconds. */
  beat(now: number, every: number): void {
    if (now - this.#told < every) return;
    const long = this.#readingSince !== undefined && now - this.#readingSince >= LONG_READING;
    if (this.#troubled || long) this.trouble();
    else this.#tell(tickFrame(this.#options.clock.now()));
  }

  /** Tells the clients that the figures cannot be read. */
  trouble(): void {
    this.#troubled = true;
    this.#tell(troubleFrame());
    for (const client of this.#joining.keys()) client.send(troubleFrame());
  }

  async #isFresh(): Promise<boolean> {
    const { clock, step } = this.#options;
    if (this.#troubled || clock.elapsed() - this.#readAt >= FRESH) return false;
    const now = await step().catch(() => undefined);
    return now !== undefined && now === this.#step && !this.#troubled;
  }

  async #refresh(): Promise<void> {
    const { read, clock, givenOld, step } = this.#options;
    const before = givenOld();
    this.#readingSince = clock.elapsed();
    this.waiting = false;
    let sections: Sections;
    try {
      this.#step = await step();
      sections = await read();
    } catch (error) {
      this.#fail(error);
      return;
    }
    // Figures that were older than the tables are read once more, when due.
    if (givenOld() !== before) this.waiting = true;
    this.#failures = 0;
    this.#take(sections, clock.elapsed());
  }

  #fail(error: unknown): void {
    const { name, clock, failed } = this.#options;
    this.#due = clock.elapsed() + Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(this.#failures, 16));
    this.waiting = true;
    if (this.#failures++ === 0) failed(name, error);
    this.trouble();
  }

  #take(sections: Sections, now: number): void {
    const change = changeText(this.#sections, sections);
    this.#sections = sections;
    this.#due = now;
    if (change !== undefined) {
      const number = ++this.#number;
      const frame = frameOf('change', change, this.#id(number));
      this.#keep(number, frame);
      this.#due += Math.max(frame.length / PACE_EACH, (frame.length * this.watchers) / PACE_ALL) * 1000;
      this.#tell(frame);
    }
    // The recovery must be announced even if the figures are unchanged.
    if (this.#troubled) this.#tell(tickFrame(this.#options.clock.now()));
    this.#troubled = false;
    this.#readAt = now;
    for (const [client, lastEventId] of [...this.#joining]) this.#welcome(client, lastEventId);
    this.#joining.clear();
  }

  #welcome(client: FeedClient, lastEventId: string | undefined): void {
    const missed = this.#since(lastEventId);
    if (missed === undefined) client.send(frameOf('snapshot', wholeText(this.#sections), this.#id(this.#number)));
    // A client that missed nothing learns at once that all is well.
    else for (const frame of [...missed, tickFrame(this.#options.clock.now())]) client.send(frame);
    this.#clients.add(client);
  }

  #tell(frame: Uint8Array): void {
    this.#told = this.#options.clock.elapsed();
    for (const client of [...this.#clients]) client.send(frame);
  }

  #keep(number: number, frame: Uint8Array): void {
    this.#kept.push({ number, frame });
    this.#keptBytes += frame.length;
    while (this.#kept.length > KEPT_FRAMES || this.#keptBytes > KEPT_BYTES) {
      this.#keptBytes -= this.#kept.shift()?.frame.length ?? 0;
    }
  }

  /** The events after that one; undefined if they are not all kept. */
  #since(id: string | undefined): readonly Uint8Array[] | undefined {
    const [, epoch, text] = /^([0-9a-f]{16})\.(\d{1,15})$/.exec(id ?? '') ?? [];
    const number = Number(text);
    if (epoch !== this.#epoch || number > this.#number) return undefined;
    const missed = this.#kept.filter((kept) => kept.number > number);
    return missed.length === this.#number - number ? missed.map(({ frame }) => frame) : undefined;
  }

  #id(number: number): string {
    return `${this.#epoch}.${number}`;
  }
}

function tickFrame(now: number): Buffer {
  return frameOf('tick', JSON.stringify({ now }));
}

function troubleFrame(): Buffer {
  return frameOf('trouble', JSON.stringify({ message: TROUBLE }));
}
