import { StockafolioError } from '@stockafolio/core';
import type { ByteRange } from '@stockafolio/core/ports';

/** A file became shorter than its reader was told. Reading the same bytes again does not help. */
export class FileChanged extends StockafolioError {
  constructor(name: string, { start, end }: ByteRange, size: number) {
    const message = `'${name}' changed while it was read: it has ${size} bytes, but ${start} to ${end} were requested`;
    super('ERR_FILES_UNAVAILABLE', message, { hint: 'read it again from its beginning, when nobody is writing it' });
  }
}

/** @throws ERR_INTERNAL if it is not a valid range of any file, which is a fault of the caller */
export function checkRange(name: string, { start, end }: ByteRange): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new StockafolioError('ERR_INTERNAL', `'${name}': ${start} to ${end} is not a valid byte range`);
}

/** @throws FileChanged if a file of this size does not hold the range */
export function checkHeld(name: string, range: ByteRange, size: number): void {
  if (range.end > size) throw new FileChanged(name, range, size);
}

export function notFound(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`, { cause });
}

export function taken(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_EXISTS', `there is already a file or folder at '${name}'`, {
    cause,
  });
}
