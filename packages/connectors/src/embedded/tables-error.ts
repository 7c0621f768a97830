import { StockafolioError, isStockafolioError, messageOf } from '@stockafolio/core';

/** A failure of the store as ERR_TABLES_UNAVAILABLE; our own errors stay what they are. */
export function tablesError(error: unknown, dir: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const message = messageOf(error);
  return new StockafolioError('ERR_TABLES_UNAVAILABLE', `the embedded tables in ${dir}: ${message}`, {
    cause: error,
    // A write that is cut short by a full disk is to LMDB an "Input/output error".
    hint: /MDB_MAP_FULL|No space|ENOSPC|EDQUOT|quota|Input\/output/i.test(message)
      ? 'most likely the disk is full: free space (or quota) on the disk that holds them, then try again'
      : /Permission|EACCES|EPERM|Read-only|EROFS/i.test(message)
        ? 'allow this user to write there: readers, too, enter themselves into the lock file'
        : 'look whether the folder is there and whole, then try again',
  });
}
