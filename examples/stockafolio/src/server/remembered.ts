import type { Clock } from '@stockafolio/core/ports';

interface Entry<V> {
  readonly value: Promise<V>;
  readonly until: number;
}

/**
 * Answers that hold for a moment: whoever asks for the same meanwhile gets the same, so that many requests cost the tables
 * one read. Keeps a bounded number, and no failure.
 */
export class Remembered<V> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ms: number;
  readonly #most: number;
  readonly #entries = new Map<string, Entry<V>>();

  constructor(clock: Pick<Clock, 'now'>, ms: number, most: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#most = most;
  }

  /** Has it made again by whoever asks next. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  get(key: string, make: () => Promise<V>): Promise<V> {
    const now = this.#clock.now();
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > now) return known.value;
    this.#entries.delete(key);
    const value = make();
    this.#entries.set(key, { value, until: now + this.#ms });
    value.catch(() => this.#entries.delete(key));
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= this.#most && until > now) break;
      this.#entries.delete(oldest);
    }
    return value;
  }
}
