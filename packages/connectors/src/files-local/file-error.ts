import { StockafolioError, messageOf, type ErrorCode } from '@stockafolio/core';

/** The code of a failed system call, as `ENOENT`; undefined for any other thrown value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'ERR_FILE_NOT_FOUND',
  ENOTDIR: 'ERR_FILE_NOT_FOUND',
  EISDIR: 'ERR_FILE_NOT_FOUND',
  EEXIST: 'ERR_FILE_EXISTS',
  ENOSPC: 'ERR_FILES_FULL',
  EDQUOT: 'ERR_FILES_FULL',
  EACCES: 'ERR_FILES_READ_ONLY',
  EPERM: 'ERR_FILES_READ_ONLY',
  EROFS: 'ERR_FILES_READ_ONLY',
  ENAMETOOLONG: 'ERR_USAGE',
};

const hints: Partial<Record<ErrorCode, string>> = {
  ERR_FILES_FULL: 'free space (or quota) on the disk that holds it, then try again',
  ERR_FILES_READ_ONLY: 'allow this user to write there, or choose another folder',
  ERR_USAGE: 'use a shorter name',
};

const phrases: Partial<Record<ErrorCode, (name: string) => string>> = {
  ERR_FILE_NOT_FOUND: (name) => `there is no file '${name}'`,
  ERR_FILE_EXISTS: (name) => `there is already a file or folder at '${name}'`,
};

/**
 * Converts a failed system call about this file to a StockafolioError. Anything else stays unchanged, such as an error
 * of the content that is being written.
 */
export function fileError(error: unknown, name: string, root: string): unknown {
  const system = systemCode(error);
  if (system === undefined) return error;
  const code = codes[system] ?? 'ERR_FILES_UNAVAILABLE';
  const hint = hints[code];
  const message = phrases[code]?.(name) ?? `'${name}' in ${root}: ${messageOf(error)}`;
  return new StockafolioError(code, message, hint === undefined ? { cause: error } : { cause: error, hint });
}
