import { StockafolioError, messageOf, type ErrorCode } from '@stockafolio/core';
import { codesByName, hintsByName, LOOK } from './error-names.js';

/** What a failed request was about. */
export interface Target {
  readonly bucket: string;
  /** The file's name in the store. */
  readonly name: string;
  /** The address of the server, if it was given. */
  readonly endpoint: string | undefined;
  /** Whether the request was about the bucket, not a file in it. */
  readonly isListing?: boolean;
}

/** The code by which S3 names an error, such as NoSuchKey; for other errors their name. */
export function s3Code(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // S3 refuses HEAD without a body, so the status is all there is.
  return error.message === 'Region is missing' ? 'AuthorizationHeaderMalformed' : error.name;
}

/** The HTTP status of S3's answer; undefined if there was none. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

/**
 * Converts a failed request to a StockafolioError. Its cause is only the message, because the SDK's error holds signed
 * headers.
 */
export function s3Error(error: unknown, target: Target): StockafolioError {
  if (error instanceof StockafolioError) return error;
  const said = s3Code(error);
  const status = statusOf(error);
  if (!isOfS3(error, status)) return notS3(`HTTP ${status}`, target, error);
  const { name, isListing = false } = target;
  const known = codesByName[said] ?? codeByStatus(status);
  const code = isListing && known === 'ERR_FILE_NOT_FOUND' ? 'ERR_FILES_REFUSED' : known;
  const detail = describe(error);
  const cause = new Error(`${said}${status === undefined ? '' : ` (HTTP ${status})`}: ${detail}`);
  const where = locationOf(target);
  const message =
    code === 'ERR_FILE_NOT_FOUND'
      ? `there is no file '${name}'`
      : code === 'ERR_FILE_EXISTS'
        ? `there is already a file '${name}'`
        : code === 'ERR_FILES_REFUSED'
          ? `${where} refuses us: ${said}: ${detail}`
          : `${name === '' ? '' : `'${name}' in `}${where}: ${said}: ${detail}`;
  const hint = hintsByName[said] ?? hintsByCode[code] ?? LOOK;
  return new StockafolioError(code, message, { cause, hint });
}

const hintsByCode: Partial<Record<ErrorCode, string>> = {
  ERR_FILES_UNAVAILABLE: 'check that the server runs and can be reached',
  ERR_FILES_READ_ONLY: 'allow this user to list, read and write in the bucket, or choose another',
  ERR_FILES_FULL: 'free space (or quota) there, then try again',
  ERR_FILE_NOT_FOUND: 'check the spelling of the name, or whether it was removed',
  ERR_FILE_EXISTS: 'another writer was first: check the existing file',
};

/**
 * Whether the answer may come from S3. S3 names its error in the body of every 404 and 405. Answers to HEAD have no
 * body, but a listing is asked after it. And S3's answers can be parsed.
 */
function isOfS3(error: unknown, status: number | undefined): boolean {
  const isNamed = typeof (error as { readonly Code?: unknown } | undefined)?.Code === 'string';
  return isNamed || status === undefined || (status >= 300 && status !== 404 && status !== 405);
}

/** Another kind of server listens there. */
export function notS3(said: string, target: Target, error?: unknown): StockafolioError {
  const [detail = ''] = error === undefined ? [] : describe(error).split('\n');
  return new StockafolioError('ERR_FILES_REFUSED', `${locationOf(target)} does not answer like S3: ${said}`, {
    ...(error === undefined ? {} : { cause: new Error(`${said}: ${detail}`) }),
    hint: 'set ?endpoint= to the address of its S3 API: a console, or another server, has another port',
  });
}

function locationOf({ bucket, endpoint }: Target): string {
  return `s3://${bucket}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}

/** For unknown names: a redirect, a failing server and a busy one are temporary. */
function codeByStatus(status: number | undefined): ErrorCode {
  const passes = status === undefined || status >= 500 || [307, 408, 409, 429].includes(status);
  if (passes) return 'ERR_FILES_UNAVAILABLE';
  return status === 403 ? 'ERR_FILES_READ_ONLY' : status === 404 ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILES_REFUSED';
}

/** Node tries every address of a name, and reports all failures in one error without a message. */
function describe(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
}
