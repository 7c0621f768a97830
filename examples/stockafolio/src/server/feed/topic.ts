import type { FeedClient } from './feed-client.js';
import { frameOf } from './frame.js';
import { changeText, wholeText, type Sections } from './sections.js';

/** Reads what a topic's page shows now. */
export type ReadSections = () => Promise<Sections>;

/** What is kept for clients that come back. */
const KEPT_FRAMES = 256;
const KEPT_BYTES = 512 * 1024;

/** Bytes a second that one client, and all clients together, are sent of a topic: what is bigger changes less often. */
const PACE_EACH = 256 * 1024;
const PACE_ALL = 24 * 1024 * 1024;

/** Something that is watched: read once, however many watch it, and told to all of them as changes. */
export class Topic {
  readonly #read: ReadSections;
  readonly #epoch: string;
  readonly clients = new Set<FeedClient>();
  #sections: Sections = {};
  #number = 0;
  #kept: { readonly number: number; readonly frame: Uint8Array }[] = [];
  #keptBytes = 0;
  #reading: Promise<void> | undefined;
  /** When it may be read again, and when it last told anything; epoch milliseconds. */
  due = 0;
  told = 0;
  /** Whether the tables have moved on since it was read. */
  waiting = false;

  /** @param epoch tells the numbers of this topic's events from those of another life of the server */
  constructor(epoch: string, read: ReadSections) {
    this.#epoch = epoch;
    this.#read = read;
  }

  /** Reads again, and tells the clients what has changed. */
  async refresh(now: number): Promise<void> {
    this.#reading ??= this.#refresh(now).finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  /** Takes a client in: with what it missed since the event that it saw last, where that is known, else with everything. */
  join(client: FeedClient, lastEventId: string | undefined): void {
    const missed = this.#since(lastEventId);
    if (missed === undefined) client.send(frameOf('snapshot', wholeText(this.#sections), this.#id(this.#number)));
    else for (const frame of missed) client.send(frame);
    this.clients.add(client);
  }

  tell(frame: Uint8Array, now: number): void {
    this.told = now;
    for (const client of this.clients) client.send(frame);
  }

  async #refresh(now: number): Promise<void> {
    const sections = await this.#read();
    const change = changeText(this.#sections, sections);
    this.#sections = sections;
    if (change === undefined) return;
    const number = ++this.#number;
    const frame = frameOf('change', change, this.#id(number));
    this.#keep(number, frame);
    this.due = now + Math.max(frame.length / PACE_EACH, (frame.length * this.clients.size) / PACE_ALL) * 1000;
    this.tell(frame, now);
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
    const [, epoch, text] = /^([0-9a-z]+)\.(\d{1,15})$/.exec(id ?? '') ?? [];
    const number = Number(text);
    if (epoch !== this.#epoch || number > this.#number) return undefined;
    const missed = this.#kept.filter((kept) => kept.number > number);
    return missed.length === this.#number - number ? missed.map(({ frame }) => frame) : undefined;
  }

  #id(number: number): string {
    return `${this.#epoch}.${number}`;
  }
}
