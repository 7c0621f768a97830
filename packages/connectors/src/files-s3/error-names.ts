import type { ErrorCode } from '@stockafolio/core';

const KEYS =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or AWS_PROFILE, to keys that are valid there';
const REGION = "give the bucket's own region with ?region=";
const ACCOUNT = 'set the account right that owns the bucket: the message says what is wrong with it';
const ENCRYPTION = "enable the key of the bucket's encryption, and allow this user to use it";
/** For what has no hint of its own. */
export const LOOK = 'the message has the words of S3: change what they name, or choose another bucket';

/**
 * What S3 calls its errors, as its API reference lists them and compatible servers and the SDK add to them. A name that is not
 * here goes by its status; `s3-error.spec.ts` goes through the list.
 */
export const codesByName: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'ERR_FILE_NOT_FOUND',
  NoSuchVersion: 'ERR_FILE_NOT_FOUND',
  PreconditionFailed: 'ERR_FILE_EXISTS',
  KeyTooLongError: 'ERR_USAGE',
  InvalidBucketName: 'ERR_USAGE',
  ...all('ERR_FILES_FULL', ['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']),
  ...all('ERR_FILES_READ_ONLY', ['AccessDenied', 'AllAccessDisabled', 'UnauthorizedAccessError', 'UnexpectedIPError']),
  // Altered or cut on the way, too slow, or begun anew meanwhile.
  ...all('ERR_FILES_UNAVAILABLE', [
    ...['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'IncompleteBody'],
    ...['ConnectionClosedByRequester', 'ResponseInterrupted', 'RequestTimeout', 'SlowDown', 'ServiceUnavailable'],
    ...['InternalError', 'OperationAborted', 'ConditionalRequestConflict', 'ClientTokenConflict', 'TemporaryRedirect'],
    ...['Redirect', 'NoSuchUpload', 'InvalidPart', 'RestoreAlreadyInProgress'],
  ]),
  // By 403 and 501 these would be rights, or pass.
  ...all('ERR_FILES_REFUSED', [
    ...['NoSuchBucket', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException'],
    ...['InvalidToken', 'TokenRefreshRequired', 'CredentialsProviderError', 'PermanentRedirect', 'InvalidSecurity'],
    ...['AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'RequestTimeTooSkewed', 'InvalidRegion'],
    ...['MissingAuthenticationToken', 'AccountProblem', 'NotSignedUp', 'InvalidPayer', 'InvalidObjectState'],
    ...['CrossLocationLoggingProhibited', 'NotImplemented', 'MethodNotAllowed', 'BucketAlreadyExists'],
    ...['BucketAlreadyOwnedByYou', 'BucketNotEmpty', 'InvalidBucketState', 'AccessPointAlreadyOwnedByYou'],
  ]),
};

export const hintsByName: Readonly<Record<string, string>> = {
  NoSuchBucket: 'create the bucket first, or look for a slip in its name',
  ...all(KEYS, [
    ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
    ...['TokenRefreshRequired', 'CredentialsProviderError', 'MissingAuthenticationToken', 'InvalidSecurity'],
    ...['MissingSecurityHeader', 'CredentialsNotSupported', 'TokenCodeInvalidError'],
  ]),
  ...all(REGION, ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']),
  ...all(REGION, ['InvalidRegion', 'InvalidLocationConstraint', 'IncorrectEndpoint']),
  ...all(ACCOUNT, ['AccountProblem', 'NotSignedUp', 'AllAccessDisabled', 'InvalidPayer']),
  ...all(ENCRYPTION, ['KMS.DisabledException', 'KMS.InvalidKeyUsageException', 'KMS.KMSInvalidStateException']),
  ...all(ENCRYPTION, ['KMS.NotFoundException']),
  RequestTimeTooSkewed: "set this machine's clock: S3 takes no request that is 15 minutes off",
  KeyTooLongError: 'use a shorter name: S3 takes 1,024 bytes, its prefix included',
  InvalidBucketName: 'a bucket has 3 to 63 characters: lower-case letters, digits, dots and dashes',
  InvalidObjectState: 'the object is in a class such as Glacier: restore it first, or copy it into another class',
  NotImplemented:
    'this server does not know what is asked: use one that has the whole of S3, newer than 2024 (If-None-Match)',
  MethodNotAllowed: 'the message names what may not be done: look at the policy of the bucket (object lock, for one)',
};

function all<T>(value: T, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
