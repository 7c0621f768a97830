import type { StockafolioError } from '@stockafolio/core';
import type { Clock } from '@stockafolio/core/ports';

/** In milliseconds. */
const SAY_EVERY = 30_000;

/** Reports what is waited for: at once, and then every half minute, however often it is called. */
export function sayNowAndThen(
  clock: Pick<Clock, 'now'>,
  say: (text: string) => void = () => undefined,
): (error: StockafolioError) => void {
  let said = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (clock.now() - said < SAY_EVERY) return;
    said = clock.now();
    say(`waiting for a server: ${message}`);
  };
}
