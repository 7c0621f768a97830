import { batch, signal } from '@preact/signals';
import { eventsOf, type StreamEvent } from './event-stream.js';
import { Parts, type Change } from './parts.js';
import { Refused, request } from './session.js';

/**
 * The state of the connection: `stale` receives nothing although it is open, `troubled` was told that the figures
 * cannot be read, `busy` is refused for now because the server, or this viewer's share of it, is full.
 */
export type Connection = 'connecting' | 'live' | 'stale' | 'troubled' | 'busy' | 'lost' | 'refused';

/**
 * The server sends an event at least every 3 seconds: silence for this many milliseconds means that something is wrong.
 */
const SILENCE = 8_000;
/** The events which confirm that the shown figures are right. */
const STATES: ReadonlySet<string> = new Set(['snapshot', 'change', 'tick']);
/** Changes are drawn this many milliseconds apart at least: the eye reads no figure that changes more often. */
const BETWEEN_DRAWS = 330;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** The content of a page, kept up to date by a stream that reconnects by itself. */
export class Live {
  readonly parts = new Parts();
  readonly connection = signal<Connection>('connecting');
  /** When the content last changed, by the visitor's clock. */
  readonly changed = signal<number | undefined>(undefined);
  /** Why the server refuses to show this. */
  readonly refusal = signal<Refused | undefined>(undefined);
  readonly #path: string;
  readonly #closed = new AbortController();
  #lastId: string | undefined;
  #heard = 0;
  #open = false;
  /** When changes were drawn last, and the timer of the next time. */
  #drawn = 0;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #waiting: { change: Change; whole: boolean }[] = [];
  #attempt = new AbortController();

  constructor(path: string) {
    this.#path = path;
    addEventListener('online', this.#hurry);
    const watchdog = setInterval(() => this.#watch(), 1_000);
    this.#closed.signal.addEventListener('abort', () => {
      clearInterval(watchdog);
      clearTimeout(this.#drawing);
      removeEventListener('online', this.#hurry);
    });
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
    this.#attempt.abort();
  }

  async #run(): Promise<void> {
    let wait = FIRST_WAIT;
    while (!this.#closed.signal.aborted) {
      this.#attempt = new AbortController();
      let why: Connection = 'lost';
      try {
        const headers = this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId };
        const { body } = await request(this.#path, { headers, signal: this.#attempt.signal, cache: 'no-store' });
        if (body !== null) {
          this.#heard = performance.now();
          this.#open = true;
          for await (const event of eventsOf(body)) {
            wait = FIRST_WAIT;
            this.#take(event);
          }
        }
      } catch (error) {
        if (error instanceof Refused && error.status < 500 && error.status !== 429) {
          this.refusal.value = error;
          this.connection.value = 'refused';
          return;
        }
        if (error instanceof Refused && (error.status === 429 || error.code === 'FULL')) why = 'busy';
      }
      this.#open = false;
      if (this.#closed.signal.aborted) return;
      this.connection.value = why;
      await this.#pause(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  #take({ event, id, data }: StreamEvent): void {
    this.#heard = performance.now();
    const connection = event === 'trouble' ? 'troubled' : STATES.has(event) ? 'live' : this.connection.peek();
    if (this.connection.peek() !== connection) this.connection.value = connection;
    if (event !== 'snapshot' && event !== 'change') return;
    this.#lastId = id;
    this.#waiting.push({ change: JSON.parse(data) as Change, whole: event === 'snapshot' });
    // The first change after a pause is drawn at once, those that follow soon are drawn together. A snapshot does not
    // wait.
    if (event === 'snapshot') this.#drawn = 0;
    else if (this.#waiting.length > 1) return;
    clearTimeout(this.#drawing);
    const wait = Math.max(0, this.#drawn + BETWEEN_DRAWS - performance.now());
    this.#drawing = setTimeout(() => this.#apply(), wait);
  }

  #apply(): void {
    const changes = this.#waiting;
    this.#waiting = [];
    this.#drawn = performance.now();
    batch(() => {
      for (const { change, whole } of changes) this.parts.apply(change, whole);
      this.changed.value = Date.now();
    });
  }

  #watch(): void {
    if (!this.#open || performance.now() - this.#heard < SILENCE) return;
    this.#open = false;
    this.connection.value = 'stale';
    this.#attempt.abort();
  }

  readonly #hurry = (): void => this.#attempt.abort();

  #pause(ms: number): Promise<void> {
    const { signal: hurried } = (this.#attempt = new AbortController());
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms * (0.75 + Math.random() / 2));
      hurried.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
