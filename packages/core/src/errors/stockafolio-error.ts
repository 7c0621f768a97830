import { errorCodes, type ErrorCode, type ErrorDomain } from './codes.js';

export interface ErrorDetails {
  /** What to do about it, as an instruction to the reader. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The base class of all errors thrown by these packages.
 *
 * `code` is stable and listed in docs/errors.md; `domain` says who must act; `retryable` says whether the same call may
 * succeed later with nothing changed; `hint` says what to do.
 */
export class StockafolioError extends Error {
  readonly code: ErrorCode;
  readonly domain: ErrorDomain;
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StockafolioError';
    this.code = code;
    this.domain = errorCodes[code].domain;
    this.retryable = errorCodes[code].retryable;
    this.hint = details.hint;
  }
}

/** Whether a caught value is a {@link StockafolioError}, with the given code if there is one. */
export function isStockafolioError(error: unknown, code?: ErrorCode): error is StockafolioError {
  return error instanceof StockafolioError && (code === undefined || error.code === code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
