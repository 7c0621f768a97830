import type { Clock } from '@stockafolio/core/ports';

declare function setTimeout(action: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;

/** The machine's time, for calls of asynchronous functions. */
export const realTime: Pick<Clock, 'sleep'> = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
};
