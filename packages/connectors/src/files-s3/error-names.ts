import type { ErrorCode } from '@stockafolio/core';

const KEYS =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or AWS_PROFILE, to keys that are valid there';
const REGION = "give the bucket's own region with ?region=";
const ACCOUNT = 'fix the account that owns the bucket: the message says what is wrong with it';
const ENCRYPTION = "enable the key of the bucket's encryption, and allow this user to use it";
/** For errors without a hint of their own. */
export const LOOK = 'the message quotes S3: change what it names, or choose another bucket';

/**
 * S3's names for its errors: those in its API reference, and those that compatible servers and the SDK add. Other names
 * are handled by their status; `s3-error.spec.ts` covers the list.
 */
export const codesByName: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'ERR_FILE_NOT_FOUND',
  NoSuchVersion: 'ERR_FILE_NOT_FOUND',
  PreconditionFailed: 'ERR_FILE_EXISTS',
  KeyTooLongError: 'ERR_USAGE',
  InvalidBucketName: 'ERR_USAGE',
  ...all('ERR_FILES_FULL', ['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']),
  ...all('ERR_FILES_READ_ONLY', ['AccessDenied', 'AllAccessDisabled', 'UnauthorizedAccessError', 'UnexpectedIPError']),
  // Altered or cut in transit, too slow, or restarted meanwhile.
  ...all('ERR_FILES_UNAVAILABLE', [
    ...['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'IncompleteBody'],
    ...['ConnectionClosedByRequester', 'ResponseInterrupted', 'RequestTimeout', 'SlowDown', 'ServiceUnavailable'],
    ...['InternalError', 'OperationAborted', 'ConditionalRequestConflict', 'ClientTokenConflict', 'TemporaryRedirect'],
    ...['Redirect', 'NoSuchUpload', 'InvalidPart', 'RestoreAlreadyInProgress'],
  ]),
  // By their status alone, 403 and 501, these would count as missing permissions, or as temporary.
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
  NoSuchBucket: 'create the bucket first, or check the spelling of its name',
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
  RequestTimeTooSkewed: "set this machine's clock: S3 rejects requests that are 15 minutes off",
  KeyTooLongError: 'use a shorter name: S3 allows 1,024 bytes, including the prefix',
  InvalidBucketName: 'a bucket has 3 to 63 characters: lower-case letters, digits, dots and dashes',
  InvalidObjectState: 'the object is in a class such as Glacier: restore it first, or copy it into another class',
  NotImplemented: 'this server does not support the request: use one with all of S3, newer than 2024 (If-None-Match)',
  MethodNotAllowed: 'the message names what is not allowed: check the policy of the bucket (for example object lock)',
};

function all<T>(value: T, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
