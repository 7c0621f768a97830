import { frameOf } from './frame.js';

/** What is needed of the response that an event stream is written to. */
export interface Wire {
  /** False where the reader is behind: 'drain' tells when it has caught up. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: Uint8Array): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

export interface ClientOptions {
  /** What may wait for the client, in bytes. */
  readonly queueBytes: number;
  /** How long one that was dropped may take to read why, in milliseconds. */
  readonly lastWordsMs: number;
  /** After this the client may not see more, epoch milliseconds. */
  readonly expires: number;
  /** Called once, when the client has gone or was dropped. */
  readonly left: () => void;
  /** Called where it was dropped because it was too slow. */
  readonly slow: () => void;
}

/**
 * One reader of an event stream. What it has not taken yet waits in a queue of so many bytes at most; one that falls
 * further behind is told so, and dropped: it may come back, and goes on with what it has missed.
 */
export class FeedClient {
  readonly #wire: Wire;
  readonly #options: ClientOptions;
  #queue: Uint8Array[] = [];
  #bytes = 0;
  #behind = false;
  #open = true;

  constructor(wire: Wire, options: ClientOptions) {
    this.#wire = wire;
    this.#options = options;
    wire.on('drain', () => this.#flush());
    wire.on('close', () => this.#leave());
    wire.on('error', () => this.#leave());
  }

  get expires(): number {
    return this.#options.expires;
  }

  send(frame: Uint8Array): void {
    if (!this.#open) return;
    if (!this.#behind) {
      this.#behind = !this.#wire.write(frame);
      return;
    }
    this.#queue.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes <= this.#options.queueBytes) return;
    this.drop('slow', 'you read too slowly; come back to go on');
    this.#options.slow();
  }

  /** Says why, in a last event, and ends. */
  drop(event: string, why: string): void {
    if (!this.#open) return;
    this.#wire.end(frameOf(event, JSON.stringify({ message: why })));
    const timer = setTimeout(() => this.#wire.destroy(), this.#options.lastWordsMs);
    timer.unref();
    this.#wire.on('close', () => clearTimeout(timer));
    this.#leave();
  }

  #flush(): void {
    this.#behind = false;
    while (this.#open && !this.#behind) {
      const frame = this.#queue.shift();
      if (frame === undefined) return;
      this.#bytes -= frame.length;
      this.#behind = !this.#wire.write(frame);
    }
  }

  #leave(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#queue = [];
    this.#options.left();
  }
}
