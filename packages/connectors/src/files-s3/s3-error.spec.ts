import type { ErrorCode } from '@stockafolio/core';
import { expect } from 'chai';
import { s3Error } from './s3-error.js';

type Verdict = 'asked again' | ErrorCode;

const place = { bucket: 'trades', name: 'a/b', endpoint: undefined };

/**
 * What becomes of the errors that the API reference of S3 lists, each with the status that it names there: asked again, or
 * refused with a code and a hint. Those about requests that are never made here (policies, torrents, forms) go by their status.
 */
const law: Readonly<Record<string, readonly [number | undefined, Verdict]>> = {
  AccessDenied: [403, 'ERR_FILES_READ_ONLY'],
  AccountProblem: [403, 'ERR_FILES_REFUSED'],
  AllAccessDisabled: [403, 'ERR_FILES_READ_ONLY'],
  AuthorizationHeaderMalformed: [400, 'ERR_FILES_REFUSED'],
  AuthorizationQueryParametersError: [400, 'ERR_FILES_REFUSED'],
  BadDigest: [400, 'asked again'],
  BucketAlreadyExists: [409, 'ERR_FILES_REFUSED'],
  BucketAlreadyOwnedByYou: [409, 'ERR_FILES_REFUSED'],
  BucketNotEmpty: [409, 'ERR_FILES_REFUSED'],
  ClientTokenConflict: [409, 'asked again'],
  ConditionalRequestConflict: [409, 'asked again'],
  ConnectionClosedByRequester: [400, 'asked again'],
  CredentialsNotSupported: [400, 'ERR_FILES_REFUSED'],
  CrossLocationLoggingProhibited: [403, 'ERR_FILES_REFUSED'],
  EndpointNotFound: [400, 'ERR_FILES_REFUSED'],
  EntityTooLarge: [400, 'ERR_FILES_REFUSED'],
  EntityTooSmall: [400, 'ERR_FILES_REFUSED'],
  ExpiredToken: [400, 'ERR_FILES_REFUSED'],
  IllegalLocationConstraintException: [400, 'ERR_FILES_REFUSED'],
  IncompleteBody: [400, 'asked again'],
  IncorrectEndpoint: [400, 'ERR_FILES_REFUSED'],
  InternalError: [500, 'asked again'],
  InvalidAccessKeyId: [403, 'ERR_FILES_REFUSED'],
  InvalidAccessPoint: [400, 'ERR_FILES_REFUSED'],
  InvalidArgument: [400, 'ERR_FILES_REFUSED'],
  InvalidBucketName: [400, 'ERR_USAGE'],
  InvalidBucketState: [409, 'ERR_FILES_REFUSED'],
  InvalidDigest: [400, 'asked again'],
  InvalidEncryptionAlgorithmError: [400, 'ERR_FILES_REFUSED'],
  InvalidHostHeader: [400, 'ERR_FILES_REFUSED'],
  InvalidHttpMethod: [400, 'ERR_FILES_REFUSED'],
  InvalidLocationConstraint: [400, 'ERR_FILES_REFUSED'],
  InvalidObjectState: [403, 'ERR_FILES_REFUSED'],
  InvalidPart: [400, 'asked again'],
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
  NoSuchUpload: [404, 'asked again'],
  NoSuchVersion: [404, 'ERR_FILE_NOT_FOUND'],
  NotImplemented: [501, 'ERR_FILES_REFUSED'],
  NotSignedUp: [403, 'ERR_FILES_REFUSED'],
  OperationAborted: [409, 'asked again'],
  PermanentRedirect: [301, 'ERR_FILES_REFUSED'],
  PreconditionFailed: [412, 'ERR_FILE_EXISTS'],
  Redirect: [307, 'asked again'],
  RequestHeaderSectionTooLarge: [400, 'ERR_FILES_REFUSED'],
  RequestTimeout: [400, 'asked again'],
  RequestTimeTooSkewed: [403, 'ERR_FILES_REFUSED'],
  ResponseInterrupted: [400, 'asked again'],
  RestoreAlreadyInProgress: [409, 'asked again'],
  ServiceUnavailable: [503, 'asked again'],
  SignatureDoesNotMatch: [403, 'ERR_FILES_REFUSED'],
  SlowDown: [503, 'asked again'],
  TemporaryRedirect: [307, 'asked again'],
  TokenCodeInvalidError: [400, 'ERR_FILES_REFUSED'],
  TokenRefreshRequired: [400, 'ERR_FILES_REFUSED'],
  UnauthorizedAccessError: [403, 'ERR_FILES_READ_ONLY'],
  UnexpectedContent: [400, 'ERR_FILES_REFUSED'],
  UnexpectedIPError: [403, 'ERR_FILES_READ_ONLY'],
  UnsupportedArgument: [400, 'ERR_FILES_REFUSED'],
  UnsupportedSignature: [400, 'ERR_FILES_REFUSED'],
  XAmzContentSHA256Mismatch: [400, 'asked again'],
  // Of compatible servers, and of the SDK, which has no answer then.
  QuotaExceeded: [403, 'ERR_FILES_FULL'],
  XMinioStorageFull: [507, 'ERR_FILES_FULL'],
  CredentialsProviderError: [undefined, 'ERR_FILES_REFUSED'],
  TimeoutError: [undefined, 'asked again'],
  // Of a later S3.
  NewTrouble: [500, 'asked again'],
  NewRefusal: [400, 'ERR_FILES_REFUSED'],
};

describe('an error that S3 answers with', () => {
  for (const [name, [status, verdict]] of Object.entries(law)) {
    it(`${name} (HTTP ${status ?? 'none'}) is ${verdict}, with what to do`, () => {
      const answered = Object.assign(new Error('its words'), {
        name,
        Code: name,
        $metadata: { httpStatusCode: status },
      });
      const error = s3Error(answered, place);
      expect(error.code).to.equal(verdict === 'asked again' ? 'ERR_FILES_UNAVAILABLE' : verdict);
      expect(error.retryable).to.equal(verdict === 'asked again' || verdict === 'ERR_FILES_FULL');
      expect(error.domain).to.not.equal('internal');
      expect(error.hint).to.be.a('string').with.length.above(20);
      expect(`${error.message} ${String(error.cause)}`)
        .to.contain(name)
        .and.contain('its words');
    });
  }
});
