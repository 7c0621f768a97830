import { StockafolioError, isStockafolioError, messageOf } from '@stockafolio/core';

/** Converts a failure of the store to ERR_TABLES_UNAVAILABLE; our own errors stay unchanged. */
export function tablesError(error: unknown, dir: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const message = messageOf(error);
  return new StockafolioError('ERR_TABLES_UNAVAILABLE', `the embedded tables in ${dir}: ${message}`, {
    cause: error,
    // LMDB reports a write that is cut short by a full disk as "Input/output error".
    hint: /MDB_MAP_FULL|No space|ENOSPC|EDQUOT|quota|Input\/output/i.test(message)
      ? 'most likely the disk is full: free space (or quota) on the disk that holds them, then try again'
      : /Permission|EACCES|EPERM|Read-only|EROFS/i.test(message)
        ? 'allow this user to write there: readers also write to the lock file'
        : 'check that the folder exists and is complete, then try again',
  });
}
