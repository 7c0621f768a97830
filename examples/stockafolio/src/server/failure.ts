import { isStockafolioError } from '@stockafolio/core';
import type { WireError } from './wire/types.js';

/** A failure answer: its status, and its body. Never contains what the client sent. */
export class Failure extends Error {
  readonly statusCode: number;
  readonly code: string;
  /** Only for the log. */
  readonly inside: string | undefined;

  constructor(statusCode: number, code: string, message: string, inside?: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.inside = inside;
  }
}

export function failure(statusCode: number, code: string, message: string, inside?: string): Failure {
  return new Failure(statusCode, code, message, inside);
}

const BAD_REQUEST = new Failure(400, 'BAD_REQUEST', 'the request is not understood; /docs says what there is');

const byStatus = new Map<number, Failure>(
  [
    BAD_REQUEST,
    new Failure(404, 'NOT_FOUND', 'there is nothing here'),
    new Failure(405, 'BAD_METHOD', 'only GET and HEAD are answered'),
    new Failure(406, 'NOT_ACCEPTABLE', 'there is no such form of this'),
    new Failure(413, 'TOO_LARGE', 'the request is too large'),
    new Failure(414, 'TOO_LONG', 'the address is too long'),
    new Failure(415, 'BAD_TYPE', 'a request has no body here'),
    new Failure(429, 'TOO_MANY', 'too many requests; wait a little'),
    new Failure(431, 'TOO_LARGE', 'the headers are too large'),
  ].map((known) => [known.statusCode, known]),
);

/** The answer to a client for an error: nothing of what it sent, and no internal details. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isStockafolioError(error, 'ERR_ROW_INVALID')) return BAD_REQUEST;
  if (isStockafolioError(error, 'ERR_TABLES_UNAVAILABLE')) {
    return new Failure(503, 'TABLES_UNAVAILABLE', 'the tables cannot be read at the moment');
  }
  const { statusCode } = error as { readonly statusCode?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return byStatus.get(statusCode) ?? BAD_REQUEST;
  }
  return new Failure(500, 'INTERNAL', 'something went wrong here; the log of the server says more');
}

export function bodyOf({ code, message }: Failure): WireError {
  return { error: { code, message } };
}
