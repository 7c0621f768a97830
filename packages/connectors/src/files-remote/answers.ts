import { StockafolioError } from '@stockafolio/core';
import type { ByteRange } from '@stockafolio/core/ports';

/** @throws ERR_INTERNAL where it is no stretch of a file at all, or of one of this size, where that is known */
export function checkRange(name: string, { start, end }: ByteRange, size = Number.MAX_SAFE_INTEGER): void {
  const isStretch = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start;
  if (isStretch && end <= size) return;
  const has = size === Number.MAX_SAFE_INTEGER ? '' : ` has ${size} bytes,`;
  throw new StockafolioError('ERR_INTERNAL', `'${name}'${has} not ${start} to ${end}`);
}

export function notFound(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`, { cause });
}

export function taken(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_EXISTS', `there is already a file or folder in the place of '${name}'`, {
    cause,
  });
}
