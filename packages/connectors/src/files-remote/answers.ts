import { StockafolioError } from '@stockafolio/core';
import type { ByteRange } from '@stockafolio/core/ports';

/** A file is shorter than its reader was told. To ask for the same bytes again does not bring them. */
export class FileChanged extends StockafolioError {
  constructor(name: string, { start, end }: ByteRange, size: number) {
    const message = `'${name}' changed while it was read: it has ${size} bytes, not ${start} to ${end}`;
    super('ERR_FILES_UNAVAILABLE', message, { hint: 'read it again from its beginning, once nobody writes it' });
  }
}

/** @throws ERR_INTERNAL where it is no stretch of any file, which is its asker's own fault */
export function checkRange(name: string, { start, end }: ByteRange): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new StockafolioError('ERR_INTERNAL', `'${name}': ${start} to ${end} is no stretch of a file`);
}

/** @throws FileChanged where a file that has so many bytes now does not hold the stretch */
export function checkHeld(name: string, range: ByteRange, size: number): void {
  if (range.end > size) throw new FileChanged(name, range, size);
}

export function notFound(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_NOT_FOUND', `there is no file '${name}'`, { cause });
}

export function taken(name: string, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILE_EXISTS', `there is already a file or folder in the place of '${name}'`, {
    cause,
  });
}
