import { StockafolioError, isStockafolioError, messageOf } from '@stockafolio/core';

/** A file that is torn, garbled or no Parquet at all. */
export function corrupt(name: string, what: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_PARQUET_CORRUPT', `'${name}' is no whole Parquet file: ${what}`, {
    hint: 'copy or write the file again from its source',
    cause,
  });
}

/** A whole file that holds something which is not read here. */
export function unsupported(name: string, what: string, hint?: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_PARQUET_UNSUPPORTED', `'${name}' cannot be read: ${what}`, {
    hint:
      hint ??
      'have it written again in what is read here, or ask for other columns or kinds: see ERR_PARQUET_UNSUPPORTED',
    cause,
  });
}

/** What the decoding of a file's bytes threw, as an error that names the file. */
export function decodingError(name: string, error: unknown): StockafolioError {
  if (isStockafolioError(error)) return error;
  const what = messageOf(error);
  return /unsupported|not supported|unhandled type/.test(what)
    ? unsupported(name, what, undefined, error)
    : corrupt(name, what, error);
}

/** A file, or a column of one, that only a reader with its key could read. */
export function encrypted(name: string, what: string): StockafolioError {
  return unsupported(name, `${what} is encrypted`, 'have it written again without encryption');
}
