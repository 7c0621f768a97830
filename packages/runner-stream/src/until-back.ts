import { isStockafolioError, messageOf, StockafolioError } from '@stockafolio/core';
import type { AbortSignalLike, Clock } from '@stockafolio/core/ports';

const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/** A failed attempt that is retried after a delay in milliseconds. */
export interface RetryEvent {
  readonly type: 'retry';
  readonly what: string;
  readonly error: StockafolioError;
  readonly attempt: number;
  readonly delay: number;
}

interface Waiting {
  readonly clock: Clock;
  readonly signal?: AbortSignalLike;
  readonly onEvent?: (event: RetryEvent) => void;
}

/**
 * Runs a step that needs an external system, and retries it without limit while that is down; each failure is an event.
 *
 * @throws the error of the step, if a retry does not help, or the run must end
 */
export async function untilBack<R>(
  { clock, signal, onEvent }: Waiting,
  what: string,
  step: () => Promise<R>,
  passes: (error: StockafolioError) => boolean = ({ retryable }) => retryable,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      const failed = asStockafolioError(error);
      if (!passes(failed) || signal?.aborted === true) throw failed;
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
      onEvent?.({ type: 'retry', what, error: failed, attempt, delay });
      await clock.sleep(delay, signal);
    }
  }
}

/** Any error of an adapter that is not one of ours is a fault of the adapter. */
export function asStockafolioError(error: unknown): StockafolioError {
  if (isStockafolioError(error)) return error;
  return new StockafolioError('ERR_INTERNAL', messageOf(error), { cause: error });
}
