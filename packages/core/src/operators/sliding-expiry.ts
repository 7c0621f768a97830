import { StockafolioError } from '../errors/index.js';

/** The option of folds whose keys expire after their last record. */
export interface SlidingExpiry {
  /**
   * How long after its latest record a key is kept, in milliseconds of event time; instead of `expires`. Once the
   * watermark passes that time, its state is dropped, and a later record begins it anew: its row is replaced then. A
   * record that is further than this behind the watermark is late.
   */
  readonly expiresAfter?: number;
}

/** @throws ERR_PIPELINE_INVALID if it is no duration, or both forms of expiry are given */
export function checkExpiry(operator: string, expires: unknown, expiresAfter: number | undefined): void {
  if (expiresAfter === undefined) return;
  if (!Number.isSafeInteger(expiresAfter) || expiresAfter <= 0) {
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `operator '${operator}': its keys cannot expire ${expiresAfter} ms after their last record`,
      { hint: 'expiresAfter is a whole number of milliseconds above zero, such as days(30)' },
    );
  }
  if (expires === undefined) return;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}' has both expires and expiresAfter`, {
    hint: 'expires is a fixed time of each key; expiresAfter counts from its latest record',
  });
}
