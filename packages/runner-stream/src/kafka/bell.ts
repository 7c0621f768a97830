import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';

/** Lets some wait until something has changed. Who looks first and then waits, without a pause between, misses nothing. */
export class Bell {
  #waiting = new Set<() => void>();

  ring(): void {
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const wake of woken) wake();
  }

  /** Resolves at the next ring. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Resolves at the next ring, or after so many milliseconds. */
  async waitFor(ms: number, clock: Clock): Promise<void> {
    const rung = new AbortController();
    const signal: AbortSignalLike = rung.signal;
    await Promise.race([this.wait(), clock.sleep(ms, signal)]);
    rung.abort();
  }
}
