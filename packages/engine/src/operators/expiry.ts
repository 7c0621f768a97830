import { StockafolioError } from '@stockafolio/core';

/**
 * Checks an expiry that is not a whole number of epoch milliseconds, and rounds it down. @throws ERR_BAD_RECORD if it
 * is no time
 */
export function checkedUntil(operator: string, until: unknown): number {
  if (until === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  const whole = typeof until === 'number' ? Math.floor(until) : Number.NaN;
  if (Number.isSafeInteger(whole)) return whole;
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires returned ${String(until)}, which is not a time`,
    {
      hint: 'expires returns epoch milliseconds; omit it if keys are kept forever',
    },
  );
}

/** The error if a record states another expiry for a key, or for a group, than an earlier record did. */
export function expiresDiffers(operator: string, what: 'key' | 'group', known: number, until: number): never {
  throw new StockafolioError(
    'ERR_BAD_RECORD',
    `operator '${operator}': expires returned ${until}, and ${known} for an earlier record of the same ${what}`,
    { hint: `compute the time from the ${what} alone, such as the end of the day that is a part of it` },
  );
}
