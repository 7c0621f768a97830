import { StockafolioError, type ErrorCode } from '@stockafolio/core';
import type { Answer } from './exchange.js';

/** What a refused operation was about. */
export interface Subject {
  readonly op: string;
  /** The file's name in the store. */
  readonly name: string;
  /** Host and port that answered. */
  readonly host: string;
}

/**
 * Exceptions of HDFS by their class. An exception that is not listed counts as temporary and is retried for a while;
 * `hdfs-error.spec.ts` covers those of WebHDFS.
 */
const codes: Readonly<Record<string, ErrorCode>> = {
  FileNotFoundException: 'ERR_FILE_NOT_FOUND',
  FileAlreadyExistsException: 'ERR_FILE_EXISTS',
  ParentNotDirectoryException: 'ERR_FILE_EXISTS',
  PathIsNotEmptyDirectoryException: 'ERR_FILE_EXISTS',
  ...all('ERR_FILES_FULL', [
    ...['DSQuotaExceededException', 'NSQuotaExceededException', 'QuotaByStorageTypeExceededException'],
    ...['QuotaExceededException', 'DiskOutOfSpaceException', 'ClusterStorageCapacityExceededException'],
    ...['MaxDirectoryItemsExceededException'],
  ]),
  ...all('ERR_FILES_READ_ONLY', ['AccessControlException', 'SnapshotAccessControlException']),
  ...all('ERR_FILES_REFUSED', [
    ...['InvalidToken', 'AuthenticationException', 'SecurityException', 'AuthorizationException'],
    ...['KerberosAuthException', 'SaslException', 'InvalidEncryptionKeyException', 'UnsupportedOperationException'],
    ...['RpcNoSuchMethodException', 'NoSuchMethodException', 'ParamException', 'SnapshotException'],
    ...['UnknownCryptoProtocolVersionException', 'UnresolvedLinkException', 'UnresolvedPathException'],
    ...['InvalidRequestException', 'VersionMismatch', 'IncorrectVersionException'],
  ]),
  ...all('ERR_USAGE', [
    ...['InvalidPathException', 'PathComponentTooLongException', 'IllegalArgumentException', 'IllegalNameException'],
    ...['HadoopIllegalArgumentException'],
  ]),
};

const TOKEN = 'give a valid delegation token in HDFS_DELEGATION_TOKEN or HDFS_DELEGATION_TOKEN_FILE';
const NOT_THERE = 'use Hadoop 3 or newer, and a path that is no link, snapshot or encryption zone without its key';

const hintsByException: Readonly<Record<string, string>> = {
  SecurityException: TOKEN,
  InvalidToken: TOKEN,
  AuthenticationException: TOKEN,
  KerberosAuthException: TOKEN,
  SaslException: TOKEN,
  AuthorizationException:
    'allow this user to impersonate the other: hadoop.proxyuser.* in core-site.xml; or omit ?user=',
  MaxDirectoryItemsExceededException:
    'the folder has too many files: raise dfs.namenode.fs-limits.max-directory-items, or use another',
  SafeModeException:
    'wait until the namenode leaves safe mode, or check which blocks are missing (hdfs dfsadmin -safemode get)',
};

const hints: Partial<Record<ErrorCode, string>> = {
  ERR_FILE_NOT_FOUND: 'check the spelling of the name, or whether it was removed',
  ERR_FILE_EXISTS: 'another writer was first: check the existing file',
  ERR_FILES_FULL: 'free space (or quota) in HDFS, then try again',
  ERR_FILES_READ_ONLY: 'allow this user to read and write there (hdfs dfs -chown, -chmod), or set another with ?user=',
  ERR_FILES_REFUSED: NOT_THERE,
  ERR_FILES_UNAVAILABLE:
    'check that the namenode is active and out of safe mode, and that its datanodes run and have space',
  ERR_USAGE: 'use shorter parts, and no name that HDFS reserves',
};

function all(code: ErrorCode, exceptions: readonly string[]): Record<string, ErrorCode> {
  return Object.fromEntries(exceptions.map((exception) => [exception, code]));
}

/** The class of the exception with which HDFS refused; '' if the answer holds none. */
export function exceptionOf({ body }: Answer): { readonly exception: string; readonly message: string } {
  try {
    const { RemoteException } = JSON.parse(body.toString('utf8')) as {
      RemoteException?: { exception?: unknown; message?: unknown };
    };
    const message = String(RemoteException?.message ?? '').split('\n')[0] ?? '';
    return { exception: String(RemoteException?.exception ?? ''), message };
  } catch {
    return { exception: '', message: '' };
  }
}

/** Converts an unexpected answer to an error. */
export function hdfsError(answer: Answer, subject: Subject): StockafolioError {
  const { op, name, host } = subject;
  const { exception, message } = exceptionOf(answer);
  if (exception === '' && isOfAnother(answer.status)) return notWebHdfs(`HTTP ${answer.status}`, subject);
  const said = exception === '' ? `HTTP ${answer.status}` : `${exception}: ${message}`;
  // A path through a file looks like a missing permission here; the real cause is the file in the path.
  const isThroughFile = /is not a directory/.test(message);
  const code = isThroughFile
    ? op === 'CREATE' || op === 'RENAME' || op === 'MKDIRS'
      ? 'ERR_FILE_EXISTS'
      : 'ERR_FILE_NOT_FOUND'
    : (codes[exception] ?? codeByStatus(exception, answer.status));
  const cause = new Error(`${op} at ${host}: ${said}`);
  const hint = hintsByException[exception] ?? (exception === '' && code === 'ERR_FILES_REFUSED' ? TOKEN : hints[code]);
  return new StockafolioError(code, messages[code]?.(name) ?? `${inHdfs(name)}: ${said}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * WebHDFS names an exception in every refusal except that of a login. A proxy in between may refuse with 403, or ask to
 * wait.
 */
function isOfAnother(status: number): boolean {
  return status >= 300 && status < 500 && ![401, 403, 429].includes(status);
}

/** Another kind of server listens there, or another port of Hadoop. */
export function notWebHdfs(said: string, { op, host }: Subject): StockafolioError {
  return new StockafolioError('ERR_FILES_REFUSED', `${host} does not answer like WebHDFS: ${said}`, {
    cause: new Error(`${op} at ${host}: ${said}`),
    hint: "give the namenode's HTTP port (9870 by default), not its RPC port; WebHDFS must be enabled",
  });
}

/**
 * The value of this member in the JSON of an answer of WebHDFS.
 *
 * @throws ERR_FILES_REFUSED if it is not such an answer
 */
export function saidIn<T>({ body, status }: Answer, member: string, subject: Subject): T {
  let said: unknown;
  try {
    said = (JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>> | null)?.[member];
  } catch {
    // Reported below, like any other page.
  }
  if (typeof said !== 'object' || said === null) throw notWebHdfs(`HTTP ${status} without a ${member}`, subject);
  return said as T;
}

/** An exception without a code may be temporary; a refusal without an exception comes from a server in between. */
function codeByStatus(exception: string, status: number): ErrorCode {
  if (status === 401) return 'ERR_FILES_REFUSED';
  return exception === '' && status === 403 ? 'ERR_FILES_READ_ONLY' : 'ERR_FILES_UNAVAILABLE';
}

const messages: Partial<Record<ErrorCode, (name: string) => string>> = {
  ERR_FILE_NOT_FOUND: (name) => `there is no file '${name}'`,
  ERR_FILE_EXISTS: (name) => `there is already a file or folder at '${name}'`,
};

/** When listing the root, there is no name. */
function inHdfs(name: string): string {
  return name === '' ? 'HDFS' : `'${name}' in HDFS`;
}

/** HDFS did not answer, or not completely. */
export function hdfsSilent(what: string, { op, name, host }: Subject, cause?: unknown): StockafolioError {
  return new StockafolioError('ERR_FILES_UNAVAILABLE', `${inHdfs(name)}: ${op} at ${host}: ${what}`, {
    cause,
    hint: 'check that HDFS runs there (HTTP port 9870 by default) and can be reached',
  });
}
