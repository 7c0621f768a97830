import type { ErrorCode } from '@stockafolio/core';
import { expect } from 'chai';
import { hdfsError } from './hdfs-error.js';

type Verdict = 'asked again' | ErrorCode;

/** What becomes of the exceptions that WebHDFS answers with, each with a status that it gives them. */
const law: Readonly<Record<string, readonly [number, Verdict]>> = {
  AccessControlException: [403, 'ERR_FILES_READ_ONLY'],
  AlreadyBeingCreatedException: [403, 'asked again'],
  AuthenticationException: [401, 'ERR_FILES_REFUSED'],
  AuthorizationException: [403, 'ERR_FILES_REFUSED'],
  BlockMissingException: [403, 'asked again'],
  ClusterStorageCapacityExceededException: [403, 'ERR_FILES_FULL'],
  ConnectException: [403, 'asked again'],
  DSQuotaExceededException: [403, 'ERR_FILES_FULL'],
  DiskOutOfSpaceException: [403, 'ERR_FILES_FULL'],
  EOFException: [403, 'asked again'],
  FileAlreadyExistsException: [403, 'ERR_FILE_EXISTS'],
  FileNotFoundException: [404, 'ERR_FILE_NOT_FOUND'],
  HadoopIllegalArgumentException: [400, 'ERR_USAGE'],
  IOException: [403, 'asked again'],
  IllegalArgumentException: [400, 'ERR_USAGE'],
  InvalidEncryptionKeyException: [403, 'ERR_FILES_REFUSED'],
  InvalidPathException: [400, 'ERR_USAGE'],
  InvalidToken: [403, 'ERR_FILES_REFUSED'],
  KerberosAuthException: [403, 'ERR_FILES_REFUSED'],
  LeaseExpiredException: [403, 'asked again'],
  MaxDirectoryItemsExceededException: [403, 'ERR_FILES_FULL'],
  NSQuotaExceededException: [403, 'ERR_FILES_FULL'],
  NoRouteToHostException: [403, 'asked again'],
  NotReplicatedYetException: [403, 'asked again'],
  NullPointerException: [500, 'asked again'],
  ObserverRetryOnActiveException: [403, 'asked again'],
  ParamException: [400, 'ERR_FILES_REFUSED'],
  ParentNotDirectoryException: [403, 'ERR_FILE_EXISTS'],
  PathComponentTooLongException: [403, 'ERR_USAGE'],
  PathIsNotEmptyDirectoryException: [403, 'ERR_FILE_EXISTS'],
  QuotaByStorageTypeExceededException: [403, 'ERR_FILES_FULL'],
  RecoveryInProgressException: [403, 'asked again'],
  RemoteException: [403, 'asked again'],
  RetriableException: [403, 'asked again'],
  RpcNoSuchMethodException: [403, 'ERR_FILES_REFUSED'],
  RuntimeException: [500, 'asked again'],
  SafeModeException: [403, 'asked again'],
  SaslException: [403, 'ERR_FILES_REFUSED'],
  SecurityException: [401, 'ERR_FILES_REFUSED'],
  SnapshotAccessControlException: [403, 'ERR_FILES_READ_ONLY'],
  SnapshotException: [403, 'ERR_FILES_REFUSED'],
  SocketTimeoutException: [403, 'asked again'],
  StandbyException: [403, 'asked again'],
  UnknownCryptoProtocolVersionException: [403, 'ERR_FILES_REFUSED'],
  UnresolvedPathException: [403, 'ERR_FILES_REFUSED'],
  UnsupportedOperationException: [400, 'ERR_FILES_REFUSED'],
  // Of a later HDFS.
  NewException: [403, 'asked again'],
};

describe('an exception that WebHDFS answers with', () => {
  for (const [exception, [status, verdict]] of Object.entries(law)) {
    it(`${exception} (HTTP ${status}) is ${verdict}, with what to do`, () => {
      const body = Buffer.from(JSON.stringify({ RemoteException: { exception, message: 'its words\n\tat a.Stack' } }));
      const error = hdfsError({ status, headers: {}, body }, { op: 'CREATE', name: 'a/b', host: 'a:9870' });
      expect(error.code).to.equal(verdict === 'asked again' ? 'ERR_FILES_UNAVAILABLE' : verdict);
      expect(error.retryable).to.equal(verdict === 'asked again' || verdict === 'ERR_FILES_FULL');
      expect(error.domain).to.not.equal('internal');
      expect(error.hint).to.be.a('string').with.length.above(20);
      const told = `${error.message} ${String(error.cause)}`;
      expect(told).to.contain(exception).and.contain('its words').and.not.contain('Stack');
    });
  }
});
