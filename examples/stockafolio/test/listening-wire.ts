import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Wire } from '../src/server/feed/feed-client.js';

/** A client of an event stream that records what it was sent; a slow one reads nothing until it is told to. */
export class ListeningWire extends EventEmitter implements Wire {
  readonly events: { readonly event: string; readonly id: string | undefined; readonly data: string }[] = [];
  ended = false;
  slow = false;

  write(chunk: Uint8Array): boolean {
    const text = Buffer.from(chunk).toString();
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    this.events.push({ event: field('event') ?? '', id: field('id'), data: field('data') ?? '' });
    return !this.slow;
  }

  end(chunk?: Uint8Array): void {
    if (chunk !== undefined) this.write(chunk);
    this.ended = true;
    this.emit('close');
  }

  destroy(): void {
    this.emit('close');
  }

  /** The names of all events. */
  get names(): string[] {
    return this.events.map(({ event }) => event);
  }
}

/** Waits until it holds, for a bounded time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let n = 0; n < 2_000; n++) {
    if (condition()) return;
    await sleep(5);
  }
  throw new Error(`not within 10 s: ${what}`);
}
