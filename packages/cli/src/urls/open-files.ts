import { readFileSync } from 'node:fs';
import { filesHdfs } from '@stockafolio/connectors/files-hdfs';
import { filesLocal } from '@stockafolio/connectors/files-local';
import { filesS3 } from '@stockafolio/connectors/files-s3';
import { messageOf, StockafolioError } from '@stockafolio/core';
import type { Files } from '@stockafolio/core/ports';
import { parseLocation } from './location.js';
import { parsePlace, yesOrNo } from './place.js';

const forms = ['file:DIR', 's3://BUCKET/PREFIX?endpoint=URL&region=R', 'hdfs://NAMENODE:HTTPPORT/PATH'];

/** How long to wait for a remote store, in milliseconds; defaults to the store's own values. */
export interface Waiting {
  /** Silence after which a server counts as dead. */
  readonly timeout?: number;
  /** How long temporary failures are retried. */
  readonly retryFor?: number;
}

/**
 * Opens a store of files. Secrets come from the environment: for S3 as the AWS SDK finds them; for HDFS a delegation
 * token in HDFS_DELEGATION_TOKEN, or in the file that HDFS_DELEGATION_TOKEN_FILE names.
 *
 * @throws ERR_URL_INVALID
 */
export function openFiles(url: string, waiting: Waiting = {}): Files {
  const { scheme, rest } = parseLocation(url, 'files', forms);
  switch (scheme) {
    case 's3':
      return openS3(rest, waiting);
    case 'hdfs':
      return openHdfs(rest, waiting);
    default:
      return filesLocal(rest);
  }
}

function openS3(rest: string, waiting: Waiting): Files {
  const { authority, path, params } = parsePlace(
    's3',
    rest,
    { endpoint: 'http[s]://HOST:PORT', region: 'NAME' },
    forms,
  );
  const { endpoint, region } = params;
  // The SDK's warning that it will require a newer Node concerns whoever installs it, not whoever runs a command.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return filesS3({
    ...waiting,
    bucket: authority,
    prefix: path,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });
}

function openHdfs(rest: string, waiting: Waiting): Files {
  const place = parsePlace('hdfs', rest, { user: 'NAME', tls: 'true' }, forms);
  const { authority, path, params } = place;
  const user = params['user'] ?? process.env['HADOOP_USER_NAME'];
  const delegationToken = tokenOfEnvironment();
  return filesHdfs({
    ...waiting,
    namenodes: authority.split(','),
    path,
    tls: yesOrNo('hdfs', place, 'tls'),
    ...(user === undefined ? {} : { user }),
    ...(delegationToken === undefined ? {} : { delegationToken }),
  });
}

function tokenOfEnvironment(): string | undefined {
  const { HDFS_DELEGATION_TOKEN: token, HDFS_DELEGATION_TOKEN_FILE: file } = process.env;
  if (token !== undefined) return token;
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new StockafolioError('ERR_USAGE', `HDFS_DELEGATION_TOKEN_FILE: ${messageOf(error)}`, {
      hint: 'name a file that this user may read, with the token in it',
    });
  }
}
