import { frameOf } from './frame.js';

/** The parts in use of the response that an event stream is written to. */
export interface Wire {
  /** False if the reader is behind: 'drain' tells when it has caught up. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: Uint8Array): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

export interface ClientOptions {
  /** Largest number of bytes that may wait for the client. */
  readonly queueBytes: number;
  /** How long a dropped client may take to read the reason, in milliseconds. */
  readonly lastWordsMs: number;
  /** After this time the client may see no more, epoch milliseconds. */
  readonly expires: () => number;
  /** Called once, when the client has left or was dropped. */
  readonly left: () => void;
  /** Called if it was dropped because it was too slow. */
  readonly slow: () => void;
}

/**
 * One reader of an event stream. Unsent events wait in a queue with a limited number of bytes. A reader that falls
 * further behind is told so, and dropped: it may reconnect, and then gets what it has missed.
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
    return this.#options.expires();
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

  /** Sends the reason in a last event, and ends. */
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
