import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';

/**
 * Lets callers wait until something has changed. A caller that checks first and then waits, without an await in
 * between, misses nothing.
 */
export class Condition {
  #waiting = new Set<() => void>();

  notify(): void {
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const wake of woken) wake();
  }

  /** Resolves at the next notification. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Resolves at the next notification, or after this many milliseconds. */
  async waitFor(ms: number, clock: Clock): Promise<void> {
    const notified = new AbortController();
    const signal: AbortSignalLike = notified.signal;
    await Promise.race([this.wait(), clock.sleep(ms, signal)]);
    notified.abort();
  }
}
