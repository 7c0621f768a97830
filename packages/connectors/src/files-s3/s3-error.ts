import { StockafolioError, messageOf, type ErrorCode } from '@stockafolio/core';
import { codesByName, hintsByName, LOOK } from './error-names.js';

/** What a failed request was about. */
export interface Place {
  readonly bucket: string;
  /** The file's name in the store. */
  readonly name: string;
  /** Where the server is, where that was given. */
  readonly endpoint: string | undefined;
  /** Whether the bucket was asked, and no file in it. */
  readonly isListing?: boolean;
}

/** The code by which S3 names an error, such as NoSuchKey; for others their name. */
export function s3Code(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // A request that S3 refused without a body, as it does to HEAD, says no more than its status.
  return error.message === 'Region is missing' ? 'AuthorizationHeaderMalformed' : error.name;
}

/** The HTTP status of S3's answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

/** A failed request as a StockafolioError. Its cause is the message alone: the error of the SDK holds signed headers. */
export function s3Error(error: unknown, place: Place): StockafolioError {
  if (error instanceof StockafolioError) return error;
  const said = s3Code(error);
  const status = statusOf(error);
  if (!isOfS3(error, status)) return notS3(`HTTP ${status}`, place, error);
  const { name, isListing = false } = place;
  const known = codesByName[said] ?? codeByStatus(status);
  const code = isListing && known === 'ERR_FILE_NOT_FOUND' ? 'ERR_FILES_REFUSED' : known;
  const detail = describe(error);
  const cause = new Error(`${said}${status === undefined ? '' : ` (HTTP ${status})`}: ${detail}`);
  const where = placed(place);
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
  ERR_FILES_UNAVAILABLE: 'see whether the server runs and can be reached',
  ERR_FILES_READ_ONLY: 'allow this user to list, read and write in the bucket, or choose another',
  ERR_FILES_FULL: 'free space (or quota) there, then try again',
  ERR_FILE_NOT_FOUND: 'look for a slip in the name, or whether it was removed',
  ERR_FILE_EXISTS: 'another writer was first: look at what is there',
};

/**
 * Whether it may be S3 that answered so. It names its error in the body of every 404 and 405; that it has no words for
 * HEAD does not matter, for a listing is asked after it. And what it answers can be read.
 */
function isOfS3(error: unknown, status: number | undefined): boolean {
  const isNamed = typeof (error as { readonly Code?: unknown } | undefined)?.Code === 'string';
  return isNamed || status === undefined || (status >= 300 && status !== 404 && status !== 405);
}

/** What listens there is another kind of server. */
export function notS3(said: string, place: Place, error?: unknown): StockafolioError {
  const [detail = ''] = error === undefined ? [] : describe(error).split('\n');
  return new StockafolioError('ERR_FILES_REFUSED', `${placed(place)} does not answer like S3: ${said}`, {
    ...(error === undefined ? {} : { cause: new Error(`${said}: ${detail}`) }),
    hint: 'give the address at which its S3 API listens with ?endpoint=: a console, or another server, has another port',
  });
}

function placed({ bucket, endpoint }: Place): string {
  return `s3://${bucket}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
}

/** Of names that are not known: what passes is no answer, a server at fault, and one that is busy. */
function codeByStatus(status: number | undefined): ErrorCode {
  const passes = status === undefined || status >= 500 || [307, 408, 409, 429].includes(status);
  if (passes) return 'ERR_FILES_UNAVAILABLE';
  return status === 403 ? 'ERR_FILES_READ_ONLY' : status === 404 ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILES_REFUSED';
}

/** Node tries every address of a name, and then tells of all in one error without a message. */
function describe(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
}
