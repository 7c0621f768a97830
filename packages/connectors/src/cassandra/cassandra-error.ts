import { isStockafolioError, messageOf, StockafolioError, type ErrorCode } from '@stockafolio/core';

/** Codes of the native protocol, as the driver's ResponseError has them. */
const BAD_CREDENTIALS = 0x0100;
const UNAUTHORIZED = 0x2100;
const INVALID = 0x2200;
const READ_FAILURE = 0x1300;
const READ_TIMEOUT = 0x1200;
/** Below this the server could not do it now; from this on the request itself is at fault. */
const FIRST_FAULT = 0x2000;

/** A failure of the driver or the server as one of ours; retryable where the same request may pass later. */
export function cassandraError(error: unknown, place: string): StockafolioError {
  if (isStockafolioError(error)) return error;
  const cause = deepest(error);
  const code = codeOf(cause);
  const make = (ours: ErrorCode, hint: string): StockafolioError =>
    new StockafolioError(ours, `${place}: ${messageOf(cause)}`, { cause: error, hint });
  if (code === BAD_CREDENTIALS || code === UNAUTHORIZED || nameOf(cause) === 'AuthenticationError') {
    return make(
      'ERR_ACCESS_DENIED',
      'check STOCKAFOLIO_CASSANDRA_USERNAME and STOCKAFOLIO_CASSANDRA_PASSWORD (or _PASSWORD_FILE), and what that role may do',
    );
  }
  if (code === INVALID && /unconfigured table|table .* does not exist/i.test(messageOf(cause))) {
    return make('ERR_TABLE_UNKNOWN', 'create it first');
  }
  if (code !== undefined && code >= FIRST_FAULT) return make('ERR_INTERNAL', 'the server refused the statement');
  if (nameOf(cause) === 'ArgumentError') {
    return make('ERR_USAGE', 'check the contact points and the name of the local data centre (dc=NAME)');
  }
  return make('ERR_TABLES_UNAVAILABLE', 'look whether the nodes are up and reachable, then try again');
}

/**
 * Whether nodes refused to read, as they do where there are too many expired or removed rows on the way
 * (`tombstone_failure_threshold`).
 */
export function isReadRefused(error: unknown): boolean {
  return codeOf(deepest(isStockafolioError(error) ? error.cause : error)) === READ_FAILURE;
}

/** Whether nodes took too long to read, as they may where they pass many expired rows. */
export function isReadTimeout(error: unknown): boolean {
  return codeOf(deepest(isStockafolioError(error) ? error.cause : error)) === READ_TIMEOUT;
}

/** NoHostAvailableError hides in `innerErrors` what each host has said. */
function deepest(error: unknown): unknown {
  const inner = Object.values((error as { innerErrors?: Record<string, unknown> } | undefined)?.innerErrors ?? {});
  return inner[0] === undefined ? error : deepest(inner[0]);
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
