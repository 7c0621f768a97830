import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { StreamOptions } from './options.js';

const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/**
 * Does a step that needs what is outside, and does it again while that is down, however long; each time is an event.
 *
 * @throws what the step threw, where trying again is of no use, or the run is to end
 */
export async function untilBack<T, R>(
  { clock, signal, onEvent }: StreamOptions<T>,
  what: string,
  step: () => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      const failed = asStockafolioError(error);
      if (!failed.retryable || signal?.aborted === true) throw failed;
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
      onEvent?.({ type: 'retry', what, error: failed, attempt, delay });
      await clock.sleep(delay, signal);
    }
  }
}

/** Anything that an adapter throws which is no error of ours is a fault of the adapter. */
export function asStockafolioError(error: unknown): StockafolioError {
  if (isStockafolioError(error)) return error;
  return new StockafolioError('ERR_INTERNAL', messageOf(error), { cause: error });
}
