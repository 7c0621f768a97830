import { StockafolioError } from '../errors/index.js';

/** A moment at which a key is done that is no whole number of epoch milliseconds. @throws ERR_BAD_RECORD where it is none */
export function checkedUntil(operator: string, until: unknown): number {
  if (until === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  const whole = typeof until === 'number' ? Math.floor(until) : Number.NaN;
  if (Number.isSafeInteger(whole)) return whole;
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires gave ${String(until)}, which is no moment`,
    {
      hint: 'expires gives epoch milliseconds; leave it out where keys are kept for ever',
    },
  );
}

/** A record says of a key, or of a group, that it is done at another moment than an earlier record said. */
export function expiresDiffers(operator: string, what: 'key' | 'group', known: number, until: number): never {
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires gave ${until}, and ${known} for an earlier record of the same ${what}`,
    { hint: `compute the moment from the ${what} alone, such as the end of the day that is a part of it` },
  );
}
