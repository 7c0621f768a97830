import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';

/** A {@link Clock} that stands still until it is advanced. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass: each sleeper wakes at its own time, and everything that follows from it is done before time
   * continues.
   */
  advance(ms: number): Promise<void>;
  /** Sets the time of day, back or forward, as a person or a time server does; no time passes. */
  set(now: number): void;
  /** Lets as much time pass as needed until the promise is settled; returns its result. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Number of current sleepers. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Number of microtask turns that is enough for most code without timers. */
const TURNS = 200;

declare const setImmediate: ((action: () => void) => unknown) | undefined;
declare function setTimeout(action: () => void, ms: number): unknown;

/**
 * A clock for tests: no test waits, and every run sees the same times.
 *
 * It also waits for promises, if they depend on nothing outside: it does not wait for a disk or a network.
 *
 * @param start initial time in epoch milliseconds; defaults to 0
 * @example
 * const clock = virtualClock();
 * let awake = false;
 * void clock.sleep(1_000).then(() => (awake = true));
 * await clock.advance(999); // awake is false
 * await clock.advance(1); // awake is true
 */
export function virtualClock(start = 0): VirtualClock {
  let now = start;
  /** The difference between the time of day that was set and the elapsed time. */
  let set = 0;
  let sleepers: Sleeper[] = [];

  /** Advances to the next sleeper up to a time, and wakes it; returns whether there was one. */
  const wakeNext = async (end: number): Promise<boolean> => {
    await settled();
    const next = sleepers.reduce<Sleeper | undefined>((a, b) => (a !== undefined && a.due <= b.due ? a : b), undefined);
    if (next === undefined || next.due > end) return false;
    now = Math.max(now, next.due);
    next.wake();
    await settled();
    return true;
  };

  /**
   * Whether there is a sleeper up to a time, after all promises that can proceed have done so, however long their
   * chains are.
   */
  const someoneSleeps = async (end: number): Promise<boolean> => {
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    return sleepers.some(({ due }) => due <= end);
  };

  return {
    now: () => now + set,
    elapsed: () => now,
    set(to) {
      set = to - now;
    },
    get sleeping() {
      return sleepers.length;
    },

    sleep: (ms, signal?: AbortSignalLike) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const wake = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { due: now + Math.max(0, ms), wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),

    async advance(ms) {
      const end = now + ms;
      do while (await wakeNext(end));
      while (await someoneSleeps(end));
      now = end;
    },

    async until(promise) {
      let done = false;
      const finish = (): void => void (done = true);
      promise.then(finish, finish);
      await settled();
      while (!done) {
        if (await wakeNext(Number.POSITIVE_INFINITY)) continue;
        if (!(await someoneSleeps(Number.POSITIVE_INFINITY)) && !done) {
          throw new Error('the promise waits for something other than time: there is no sleeper on this clock');
        }
      }
      return promise;
    },
  };
}

/** Lets promises proceed, as far as most chains of them are long. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
