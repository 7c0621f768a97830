import { StockafolioError, isStockafolioError, messageOf } from '@stockafolio/core';

/** Converts a failed system call about this log to ERR_SOURCE_UNAVAILABLE; our own errors stay unchanged. */
export function logError(error: unknown, path: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const code = codeOf(error);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new StockafolioError('ERR_SOURCE_UNAVAILABLE', `the log in ${path}: ${messageOf(error)}`, {
    cause: error,
    hint: full ? 'free space (or quota) on the disk that holds it' : 'check that this user may read and write there',
  });
}

/** The code of a failed system call, as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** For `catch`: a missing file is undefined, any other failure is rethrown. */
export function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

export function corrupt(path: string, position: number, what: string): StockafolioError {
  return new StockafolioError('ERR_LOG_CORRUPT', `${path} is damaged at byte ${position}: ${what}`, {
    hint: 'restore the file from a copy, or continue from an offset after the damage',
  });
}
