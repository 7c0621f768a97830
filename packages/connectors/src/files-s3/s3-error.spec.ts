import type { ErrorCode } from '@stockafolio/core';
import { expect } from 'chai';
import { s3Error } from './s3-error.js';

type Verdict = 'retried' | ErrorCode;

const target = { bucket: 'trades', name: 'a/b', endpoint: undefined };

/**
 * What happens to each error in the API reference of S3, with the status that it names there: retried, or refused with
 * a code and a hint. Errors about requests that are never made here (policies, torrents, forms) are handled by their
 * status.
 */
const law: Readonly<Record<string, readonly [number | undefined, Verdict]>> = {
  AccessDenied: [403, 'ERR_FILES_READ_ONLY'],
  AccountProblem: [403, 'ERR_FILES_REFUSED'],
  AllAccessDisabled: [403, 'ERR_FILES_READ_ONLY'],
  AuthorizationHeaderMalformed: [400, 'ERR_FILES_REFUSED'],
  AuthorizationQueryParametersError: [400, 'ERR_FILES_REFUSED'],
  BadDigest: [400, 'retried'],
  BucketAlreadyExists: [409, 'ERR_FILES_REFUSED'],
  BucketAlreadyOwnedByYou: [409, 'ERR_FILES_REFUSED'],
  BucketNotEmpty: [409, 'ERR_FILES_REFUSED'],
  ClientTokenConflict: [409, 'retried'],
  ConditionalRequestConflict: [409, 'retried'],
  ConnectionClosedByRequester: [400, 'retried'],
  CredentialsNotSupported: [400, 'ERR_FILES_REFUSED'],
  CrossLocationLoggingProhibited: [403, 'ERR_FILES_REFUSED'],
  EndpointNotFound: [400, 'ERR_FILES_REFUSED'],
  EntityTooLarge: [400, 'ERR_FILES_REFUSED'],
  EntityTooSmall: [400, 'ERR_FILES_REFUSED'],
  ExpiredToken: [400, 'ERR_FILES_REFUSED'],
  IllegalLocationConstraintException: [400, 'ERR_FILES_REFUSED'],
  IncompleteBody: [400, 'retried'],
  IncorrectEndpoint: [400, 'ERR_FILES_REFUSED'],
  InternalError: [500, 'retried'],
  InvalidAccessKeyId: [403, 'ERR_FILES_REFUSED'],
  InvalidAccessPoint: [400, 'ERR_FILES_REFUSED'],
  InvalidArgument: [400, 'ERR_FILES_REFUSED'],
  InvalidBucketName: [400, 'ERR_USAGE'],
  InvalidBucketState: [409, 'ERR_FILES_REFUSED'],
  InvalidDigest: [400, 'retried'],
  InvalidEncryptionAlgorithmError: [400, 'ERR_FILES_REFUSED'],
  InvalidHostHeader: [400, 'ERR_FILES_REFUSED'],
  InvalidHttpMethod: [400, 'ERR_FILES_REFUSED'],
  InvalidLocationConstraint: [400, 'ERR_FILES_REFUSED'],
  InvalidObjectState: [403, 'ERR_FILES_REFUSED'],
  InvalidPart: [400, 'retried'],
  InvalidPartOrder: [400, 'ERR_FILES_REFUSED'],
  InvalidPayer: [403, 'ERR_FILES_REFUSED'],
  InvalidRange: [416, 'ERR_FILES_REFUSED'],
  InvalidRegion: [403, 'ERR_FILES_REFUSED'],
  InvalidRequest: [400, 'ERR_FILES_REFUSED'],
  InvalidSecurity: [403, 'ERR_FILES_REFUSED'],
  InvalidSignature: [400, 'ERR_FILES_REFUSED'],
  InvalidStorageClass: [400, 'ERR_FILES_REFUSED'],
  InvalidToken: [400, 'ERR_FILES_REFUSED'],
  InvalidURI: [400, 'ERR_FILES_REFUSED'],
  KeyTooLongError: [400, 'ERR_USAGE'],
  'KMS.DisabledException': [400, 'ERR_FILES_REFUSED'],
  'KMS.InvalidKeyUsageException': [400, 'ERR_FILES_REFUSED'],
  'KMS.KMSInvalidStateException': [400, 'ERR_FILES_REFUSED'],
  'KMS.NotFoundException': [400, 'ERR_FILES_REFUSED'],
  MalformedXML: [400, 'ERR_FILES_REFUSED'],
  MetadataTooLarge: [400, 'ERR_FILES_REFUSED'],
  MethodNotAllowed: [405, 'ERR_FILES_REFUSED'],
  MissingAuthenticationToken: [403, 'ERR_FILES_REFUSED'],
  MissingContentLength: [411, 'ERR_FILES_REFUSED'],
  MissingRequestBodyError: [400, 'ERR_FILES_REFUSED'],
  MissingSecurityHeader: [400, 'ERR_FILES_REFUSED'],
  NoSuchBucket: [404, 'ERR_FILES_REFUSED'],
  NoSuchKey: [404, 'ERR_FILE_NOT_FOUND'],
  NoSuchUpload: [404, 'retried'],
  NoSuchVersion: [404, 'ERR_FILE_NOT_FOUND'],
  NotImplemented: [501, 'ERR_FILES_REFUSED'],
  NotSignedUp: [403, 'ERR_FILES_REFUSED'],
  OperationAborted: [409, 'retried'],
  PermanentRedirect: [301, 'ERR_FILES_REFUSED'],
  PreconditionFailed: [412, 'ERR_FILE_EXISTS'],
  Redirect: [307, 'retried'],
  RequestHeaderSectionTooLarge: [400, 'ERR_FILES_REFUSED'],
  RequestTimeout: [400, 'retried'],
  RequestTimeTooSkewed: [403, 'ERR_FILES_REFUSED'],
  ResponseInterrupted: [400, 'retried'],
  RestoreAlreadyInProgress: [409, 'retried'],
  ServiceUnavailable: [503, 'retried'],
  SignatureDoesNotMatch: [403, 'ERR_FILES_REFUSED'],
  SlowDown: [503, 'retried'],
  TemporaryRedirect: [307, 'retried'],
  TokenCodeInvalidError: [400, 'ERR_FILES_REFUSED'],
  TokenRefreshRequired: [400, 'ERR_FILES_REFUSED'],
  UnauthorizedAccessError: [403, 'ERR_FILES_READ_ONLY'],
  UnexpectedContent: [400, 'ERR_FILES_REFUSED'],
  UnexpectedIPError: [403, 'ERR_FILES_READ_ONLY'],
  UnsupportedArgument: [400, 'ERR_FILES_REFUSED'],
  UnsupportedSignature: [400, 'ERR_FILES_REFUSED'],
  XAmzContentSHA256Mismatch: [400, 'retried'],
  // From compatible servers, and from the SDK, which then has no answer.
  QuotaExceeded: [403, 'ERR_FILES_FULL'],
  XMinioStorageFull: [507, 'ERR_FILES_FULL'],
  CredentialsProviderError: [undefined, 'ERR_FILES_REFUSED'],
  TimeoutError: [undefined, 'retried'],
  // From a later S3.
  NewTrouble: [500, 'retried'],
  NewRefusal: [400, 'ERR_FILES_REFUSED'],
};

describe('an error of S3', () => {
  for (const [name, [status, verdict]] of Object.entries(law)) {
    it(`${name} (HTTP ${status ?? 'none'}) is ${verdict}, with what to do`, () => {
      const answered = Object.assign(new Error('its words'), {
        name,
        Code: name,
        $metadata: { httpStatusCode: status },
      });
      const error = s3Error(answered, target);
      expect(error.code).to.equal(verdict === 'retried' ? 'ERR_FILES_UNAVAILABLE' : verdict);
      expect(error.retryable).to.equal(verdict === 'retried' || verdict === 'ERR_FILES_FULL');
      expect(error.domain).to.not.equal('internal');
      expect(error.hint).to.be.a('string').with.length.above(20);
      expect(`${error.message} ${String(error.cause)}`)
        .to.contain(name)
        .and.contain('its words');
    });
  }
});
