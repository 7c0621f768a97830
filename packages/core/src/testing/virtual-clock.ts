import type { AbortSignalLike, Clock } from '../ports/index.js';

/** A {@link Clock} that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets time pass: whoever sleeps is woken at its own moment, and what follows from it is done before time goes on. */
  advance(ms: number): Promise<void>;
  /** Sets the time of day, back or forward, as a person or a time server does; no time passes by it. */
  set(now: number): void;
  /** Lets time pass, as much as it takes, until the promise is settled; answers what it came to. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** How many sleep now. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Turns of the microtask queue that most of what needs no timer takes. */
const TURNS = 200;

declare const setImmediate: ((action: () => void) => unknown) | undefined;
declare function setTimeout(action: () => void, ms: number): unknown;

/**
 * A clock for tests: no test waits, and every run sees the same times.
 *
 * It waits for promises too, as long as they depend on nothing outside: what waits for a disk or a network is not
 * waited for.
 *
 * @param start epoch milliseconds at which it stands first; 0 unless told
 * @example
 * const clock = virtualClock();
 * let awake = false;
 * void clock.sleep(1_000).then(() => (awake = true));
 * await clock.advance(999); // awake is false
 * await clock.advance(1); // awake is true
 */
export function virtualClock(start = 0): VirtualClock {
  let now = start;
  /** By how much the time of day was set away from the time that has passed. */
  let set = 0;
  let sleepers: Sleeper[] = [];

  /** Goes on to the next sleeper up to a moment, and wakes it; answers whether there was one. */
  const wakeNext = async (end: number): Promise<boolean> => {
    await settled();
    const next = sleepers.reduce<Sleeper | undefined>((a, b) => (a !== undefined && a.due <= b.due ? a : b), undefined);
    if (next === undefined || next.due > end) return false;
    now = Math.max(now, next.due);
    next.wake();
    await settled();
    return true;
  };

  /** Whether someone sleeps up to a moment, once all promises that can go on have, however long their chains are. */
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
          throw new Error('the promise waits for something that is not time: nobody sleeps on this clock');
        }
      }
      return promise;
    },
  };
}

/** Lets promises go on, as far as most chains of them are long. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
