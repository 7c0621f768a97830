import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  // Measured by the monotonic clock that nobody can set. It does not start at 0, so that 0 lies long ago, as in `now`.
  elapsed: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms: number, signal?: AbortSignalLike) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    }),
});
