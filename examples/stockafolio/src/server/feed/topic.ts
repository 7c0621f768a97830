import { randomBytes } from 'node:crypto';
import type { Clock } from '@stockafolio/core/ports';
import type { FeedClient } from './feed-client.js';
import { frameOf } from './frame.js';
import { changeText, wholeText, type Sections } from './sections.js';

/** Reads what a topic's page shows now. */
export type ReadSections = () => Promise<Sections>;

export interface TopicOptions {
  /** What is watched, for the log. */
  readonly name: string;
  readonly read: ReadSections;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  /** How far the tables are. */
  readonly step: () => Promise<number>;
  /** How often a reading was given figures that were older than the tables. */
  readonly givenOld: () => number;
  /** Told when reading begins to fail, not of every attempt. */
  readonly failed: (topic: string, error: unknown) => void;
}

/** What is kept for clients that come back. */
const KEPT_FRAMES = 256;
const KEPT_BYTES = 512 * 1024;

/** Bytes a second that one client, and all clients together, are sent of a topic: what is bigger changes less often. */
const PACE_EACH = 256 * 1024;
const PACE_ALL = 24 * 1024 * 1024;

/** After a reading that failed the next one waits so long; twice as long after each further failure, up to the last. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;
/** A reading that takes longer is trouble, though it may still succeed; milliseconds. */
const LONG_READING = 6_000;

/** So long a reading holds while the tables have not moved on, in milliseconds: who comes and goes costs no readings. */
const FRESH = 1_000;

/** Said to clients as long as the figures cannot be read. */
export const TROUBLE = 'these figures cannot be read at the moment; the server tries again by itself';

/**
 * Something that is watched: read once, however many watch it, and told to all of them as changes. A reading that fails is
 * made again by itself, and concerns the clients of this topic only.
 */
export class Topic {
  readonly #options: TopicOptions;
  /** Tells the numbers of these events from those of another topic, of another life of this one, and of another server. */
  readonly #epoch = randomBytes(8).toString('hex');
  readonly #clients = new Set<FeedClient>();
  /** Who has not been sent anything yet, and the event each saw last. */
  readonly #joining = new Map<FeedClient, string | undefined>();
  #sections: Sections = {};
  #number = 0;
  #kept: { readonly number: number; readonly frame: Uint8Array }[] = [];
  #keptBytes = 0;
  #reading: Promise<void> | undefined;
  #readingSince: number | undefined;
  #failures = 0;
  /** When the sections were read; never, before the first reading that succeeded. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** How far the tables were before that. */
  #step = -1;
  /** Whether the clients were last told that the figures cannot be read. */
  #troubled = false;
  #told = 0;
  #due = 0;
  /** Whether the tables have moved on since it was read. */
  waiting = false;

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  get watchers(): number {
    return this.#clients.size + this.#joining.size;
  }

  /** Everybody who watches. */
  get everybody(): FeedClient[] {
    return [...this.#clients, ...this.#joining.keys()];
  }

  /** Whether it should be read again now. */
  due(now: number): boolean {
    return this.waiting && this.#reading === undefined && this.#due <= now;
  }

  /** The tables can be read again: so there is nothing to wait for any longer. */
  hurry(): void {
    this.#due = 0;
    this.waiting = true;
  }

  /**
   * Takes a client in: with what it missed since the event that it saw last, where that is known, else with everything. Where
   * the figures have to be read first, it waits for them, and is told where they cannot be.
   */
  async join(client: FeedClient, lastEventId: string | undefined): Promise<void> {
    if (this.#clients.size > 0 && !this.#troubled) return this.#welcome(client, lastEventId);
    this.#joining.set(client, lastEventId);
    if (await this.#isFresh()) {
      // Unless a reading has come in between, which welcomes everybody.
      if (this.#joining.delete(client)) this.#welcome(client, lastEventId);
      return;
    }
    // Where others have met a failure already, its retry is soon enough.
    if (this.#failures > 0 && this.watchers > 1 && this.#reading === undefined) client.send(troubleFrame());
    else await this.refresh();
  }

  leave(client: FeedClient): void {
    this.#clients.delete(client);
    this.#joining.delete(client);
  }

  /** Reads again, and tells the clients what has changed, or that it cannot be read. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
      this.#readingSince = undefined;
    });
    return this.#reading;
  }

  /** Tells the clients that they are listened to, where they have not heard anything for so many milliseconds. */
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
    // What was older than the tables is read once more, when that is due.
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
    // That the figures can be read again is to be said also where they are the same as before.
    if (this.#troubled) this.#tell(tickFrame(this.#options.clock.now()));
    this.#troubled = false;
    this.#readAt = now;
    for (const [client, lastEventId] of [...this.#joining]) this.#welcome(client, lastEventId);
    this.#joining.clear();
  }

  #welcome(client: FeedClient, lastEventId: string | undefined): void {
    const missed = this.#since(lastEventId);
    if (missed === undefined) client.send(frameOf('snapshot', wholeText(this.#sections), this.#id(this.#number)));
    // Who missed nothing hears at once that all is well.
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

  /** The events after that one; undefined where they are not all here. */
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
