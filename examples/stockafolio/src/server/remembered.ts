import type { Clock } from '@stockafolio/core/ports';

interface Entry<V> {
  readonly value: Promise<V>;
  readonly version: string;
  readonly until: number;
  /** The earliest time to make it again; unknown while it is being made. */
  next: number;
}

export interface RememberedOptions {
  /** How long an answer is valid if its version has not changed, in milliseconds. */
  readonly ms: number;
  /** How many answers are kept; the newest. */
  readonly most: number;
  /** The pause before the same answer is made again, as a multiple of the time it took; defaults to 0. */
  readonly pace?: number;
  /** Called when a caller gets an answer of an older version than requested, because of the pace. */
  readonly onOld?: () => void;
}

/**
 * Short-lived cached answers: callers that ask for the same meanwhile get the same, so many requests cost the tables
 * one read. An answer with a new version is made again, but slow ones less often, and never twice at once: so a slow
 * store is not asked more than it can answer. Keeps a bounded number of answers, and no failure.
 */
export class Remembered<V> {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #options: RememberedOptions;
  readonly #entries = new Map<string, Entry<V>>();

  constructor(clock: Pick<Clock, 'elapsed'>, options: RememberedOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Makes the next caller compute it again. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** @param version the version of the data that it is made from */
  get(key: string, version: string, make: () => Promise<V>): Promise<V> {
    const now = this.#clock.elapsed();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      const moved = known.version !== version;
      if (!moved && known.until > now) return known.value;
      if (known.next > now) {
        if (moved) this.#options.onOld?.();
        return known.value;
      }
      this.#entries.delete(key);
    }
    const value = make();
    const entry: Entry<V> = { value, version, until: now + this.#options.ms, next: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    value.then(
      () => {
        const made = this.#clock.elapsed();
        entry.next = made + (made - now) * (this.#options.pace ?? 0);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= this.#options.most && until > now) break;
      if (oldest !== key) this.#entries.delete(oldest);
    }
    return value;
  }
}
