import type { ErrorCode } from '@stockafolio/core';
import { expect } from 'chai';
import { hdfsError } from './hdfs-error.js';

type Verdict = 'retried' | ErrorCode;

/** What happens to each exception of WebHDFS, with the status that WebHDFS gives it. */
const law: Readonly<Record<string, readonly [number, Verdict]>> = {
  AccessControlException: [403, 'ERR_FILES_READ_ONLY'],
  AlreadyBeingCreatedException: [403, 'retried'],
  AuthenticationException: [401, 'ERR_FILES_REFUSED'],
  AuthorizationException: [403, 'ERR_FILES_REFUSED'],
  BlockMissingException: [403, 'retried'],
  ClusterStorageCapacityExceededException: [403, 'ERR_FILES_FULL'],
  ConnectException: [403, 'retried'],
  DSQuotaExceededException: [403, 'ERR_FILES_FULL'],
  DiskOutOfSpaceException: [403, 'ERR_FILES_FULL'],
  EOFException: [403, 'retried'],
  FileAlreadyExistsException: [403, 'ERR_FILE_EXISTS'],
  FileNotFoundException: [404, 'ERR_FILE_NOT_FOUND'],
  HadoopIllegalArgumentException: [400, 'ERR_USAGE'],
  IOException: [403, 'retried'],
  IllegalArgumentException: [400, 'ERR_USAGE'],
  InvalidEncryptionKeyException: [403, 'ERR_FILES_REFUSED'],
  InvalidPathException: [400, 'ERR_USAGE'],
  InvalidToken: [403, 'ERR_FILES_REFUSED'],
  KerberosAuthException: [403, 'ERR_FILES_REFUSED'],
  LeaseExpiredException: [403, 'retried'],
  MaxDirectoryItemsExceededException: [403, 'ERR_FILES_FULL'],
  NSQuotaExceededException: [403, 'ERR_FILES_FULL'],
  NoRouteToHostException: [403, 'retried'],
  NotReplicatedYetException: [403, 'retried'],
  NullPointerException: [500, 'retried'],
  ObserverRetryOnActiveException: [403, 'retried'],
  ParamException: [400, 'ERR_FILES_REFUSED'],
  ParentNotDirectoryException: [403, 'ERR_FILE_EXISTS'],
  PathComponentTooLongException: [403, 'ERR_USAGE'],
  PathIsNotEmptyDirectoryException: [403, 'ERR_FILE_EXISTS'],
  QuotaByStorageTypeExceededException: [403, 'ERR_FILES_FULL'],
  RecoveryInProgressException: [403, 'retried'],
  RemoteException: [403, 'retried'],
  RetriableException: [403, 'retried'],
  RpcNoSuchMethodException: [403, 'ERR_FILES_REFUSED'],
  RuntimeException: [500, 'retried'],
  SafeModeException: [403, 'retried'],
  SaslException: [403, 'ERR_FILES_REFUSED'],
  SecurityException: [401, 'ERR_FILES_REFUSED'],
  SnapshotAccessControlException: [403, 'ERR_FILES_READ_ONLY'],
  SnapshotException: [403, 'ERR_FILES_REFUSED'],
  SocketTimeoutException: [403, 'retried'],
  StandbyException: [403, 'retried'],
  UnknownCryptoProtocolVersionException: [403, 'ERR_FILES_REFUSED'],
  UnresolvedPathException: [403, 'ERR_FILES_REFUSED'],
  UnsupportedOperationException: [400, 'ERR_FILES_REFUSED'],
  // From a later HDFS.
  NewException: [403, 'retried'],
};

describe('an exception of WebHDFS', () => {
  for (const [exception, [status, verdict]] of Object.entries(law)) {
    it(`${exception} (HTTP ${status}) is ${verdict}, with what to do`, () => {
      const body = Buffer.from(JSON.stringify({ RemoteException: { exception, message: 'its words\n\tat a.Stack' } }));
      const error = hdfsError({ status, headers: {}, body }, { op: 'CREATE', name: 'a/b', host: 'a:9870' });
      expect(error.code).to.equal(verdict === 'retried' ? 'ERR_FILES_UNAVAILABLE' : verdict);
      expect(error.retryable).to.equal(verdict === 'retried' || verdict === 'ERR_FILES_FULL');
      expect(error.domain).to.not.equal('internal');
      expect(error.hint).to.be.a('string').with.length.above(20);
      const told = `${error.message} ${String(error.cause)}`;
      expect(told).to.contain(exception).and.contain('its words').and.not.contain('Stack');
    });
  }
});
