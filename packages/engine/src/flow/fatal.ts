import { StockafolioError } from '@stockafolio/core';

/** Errors of the pipeline itself: no single record is to blame, so the run ends. */
const fatalCodes = new Set([
  'ERR_ASYNC_EMISSION',
  'ERR_FIELD_NOT_READ',
  'ERR_KEY_NOT_PARTITIONED',
  'ERR_SHARD_MISSING',
  'ERR_INTERNAL',
  'ERR_OPERATOR_NAME_TAKEN',
  'ERR_OUTSIDE_PIPELINE',
  'ERR_PIPELINE_INVALID',
]);

/** Whether an error is the pipeline's own, which ends the run. */
export function isFatal(error: unknown): error is StockafolioError {
  return error instanceof StockafolioError && fatalCodes.has(error.code);
}
