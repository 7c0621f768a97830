import type { Clock } from '@stockafolio/core/ports';

interface Entry<V> {
  readonly value: Promise<V>;
  readonly version: string;
  readonly until: number;
  /** Not made again before; unknown while it is being made. */
  next: number;
}

export interface RememberedOptions {
  /** How long an answer holds of what has not moved on, in milliseconds. */
  readonly ms: number;
  /** How many are kept, the newest. */
  readonly most: number;
  /** Between two makings of the same, so many times as long as the making took; 0 unless told. */
  readonly pace?: number;
  /** Called when somebody is given an answer of an older version than asked for, because of the pace. */
  readonly onOld?: () => void;
}

/**
 * Answers that hold for a moment: whoever asks for the same meanwhile gets the same, so that many requests cost the tables
 * one read. What has moved on, which its version tells, is made again, but what takes long is made less often, and never
 * twice at once: so a slow store is not asked more than it can answer. Keeps a bounded number, and no failure.
 */
export class Remembered<V> {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #options: RememberedOptions;
  readonly #entries = new Map<string, Entry<V>>();

  constructor(clock: Pick<Clock, 'elapsed'>, options: RememberedOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Has it made again by whoever asks next. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** @param version of what it is made from */
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
