import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from './answers.js';
import { freePorts } from './free-ports.js';
import { jarsOf } from './jars.js';
import { JavaProcess } from './java-process.js';
import { logbackFile } from './logback.js';
import type { Server } from './server.js';
import { serverFolder, startServer } from './server-folder.js';

export interface S3Options {
  /** Requires this signature from clients; without it everybody has access. */
  readonly login?: { readonly identity: string; readonly credential: string };
  /** Buckets to create; defaults to `stockafolio`. */
  readonly buckets?: readonly string[];
}

/** The S3 API over a folder. */
export async function startS3({ login, buckets = ['stockafolio'] }: S3Options = {}): Promise<Server> {
  const lib = await jarsOf('s3');
  const folder = await serverFolder('s3');
  const { endpoint } = await freePorts('endpoint');
  const data = join(folder, 'data');
  for (const bucket of buckets) await mkdir(join(data, bucket), { recursive: true });
  const config = join(folder, 's3proxy.properties');
  const lines = {
    's3proxy.authorization': login === undefined ? 'none' : 'aws-v2-or-v4',
    ...(login === undefined ? {} : { 's3proxy.identity': login.identity, 's3proxy.credential': login.credential }),
    's3proxy.endpoint': `http://127.0.0.1:${endpoint}`,
    'jclouds.provider': 'filesystem',
    'jclouds.filesystem.basedir': data,
  };
  await writeFile(
    config,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const log = join(folder, 's3.log');
  const proxy = new JavaProcess({
    folder,
    args: [
      '-Xmx512m',
      `-Dlogback.configurationFile=${await logbackFile(folder)}`,
      '-cp',
      `${lib}/*`,
      'org.gaul.s3proxy.Main',
      '--properties',
      config,
    ],
    log,
    ready: () => listens(endpoint),
  });
  const facts = { name: 's3', url: `http://127.0.0.1:${endpoint}`, port: endpoint, log } as const;
  return startServer(folder, facts, [proxy]);
}
