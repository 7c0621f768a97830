import { StockafolioError, isStockafolioError, messageOf } from '@stockafolio/core';

/** The error for a file that is torn, garbled or not Parquet at all. */
export function corrupt(name: string, what: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_PARQUET_CORRUPT', `'${name}' is not a complete Parquet file: ${what}`, {
    hint: 'copy or write the file again from its source',
    cause,
  });
}

/** The error for a complete file with content that is not supported. */
export function unsupported(name: string, what: string, hint?: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_PARQUET_UNSUPPORTED', `'${name}' cannot be read: ${what}`, {
    hint: hint ?? 'write it again in a supported form, or read other columns or kinds: see ERR_PARQUET_UNSUPPORTED',
    cause,
  });
}

/** Converts an error from decoding a file's bytes to one that names the file. */
export function decodingError(name: string, error: unknown): StockafolioError {
  if (isStockafolioError(error)) return error;
  const what = messageOf(error);
  return /unsupported|not supported|unhandled type/.test(what)
    ? unsupported(name, what, undefined, error)
    : corrupt(name, what, error);
}

/** The error for a file or a column that only a reader with its key can read. */
export function encrypted(name: string, what: string): StockafolioError {
  return unsupported(name, `${what} is encrypted`, 'write it again without encryption');
}
