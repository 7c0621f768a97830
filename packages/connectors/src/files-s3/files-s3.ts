import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ByteRange, Clock, FileInfo, Files, WriteOptions } from '@stockafolio/core/ports';
import { systemClock } from '../clock-system/index.js';
import { checkHeld, checkRange, notFound, taken } from '../files-remote/answers.js';
import { checkFileName } from '../files-remote/file-name.js';
import { S3 } from './s3-client.js';
import { headOf, objects, readRange } from './s3-read.js';
import { writeObject } from './s3-write.js';

export interface FilesS3Options {
  /** It must exist. */
  readonly bucket: string;
  /** The prefix of all keys, such as `archive`; defaults to none, the bucket's root. */
  readonly prefix?: string;
  /** URL of a compatible server; defaults to AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  /** Credentials for the SDK; defaults to its own chain (environment, files, the machine's role). */
  readonly credentials?: S3ClientConfig['credentials'];
  /**
   * Bytes of a part of a large object; defaults to 16 MiB, at least 5 MiB on AWS. An object has 10,000 parts at most.
   */
  readonly partBytes?: number;
  /** Milliseconds of silence after which a server counts as dead; defaults to 30,000. */
  readonly timeout?: number;
  /**
   * Milliseconds for which a temporary failure is retried; defaults to 60,000. Until S3 has answered for the first
   * time, at most 5,000.
   */
  readonly retryFor?: number;
  readonly clock?: Pick<Clock, 'now' | 'elapsed' | 'sleep'>;
}

const PART_BYTES = 16 << 20;

/**
 * The {@link Files} of a bucket in S3, or in a compatible server.
 *
 * A write is one request, or a multipart upload: visible whole or not at all. Parts left by a killed writer are never
 * listed; a lifecycle rule for incomplete uploads removes them. `ifAbsent` is S3's own condition (`If-None-Match: *`),
 * which a server must support.
 *
 * @example
 * const files = filesS3({ bucket: 'trades', prefix: 'archive', region: 'us-east-1' });
 */
export function filesS3(options: FilesS3Options): Files {
  const { bucket, endpoint, region, credentials, partBytes = PART_BYTES } = options;
  const s3 = new S3({
    bucket,
    endpoint,
    region,
    ...(credentials === undefined ? {} : { credentials }),
    timeout: options.timeout ?? 30_000,
    retryFor: options.retryFor ?? 60_000,
    clock: options.clock ?? systemClock,
  });
  const parts = (options.prefix ?? '').split('/').filter(Boolean);
  const root = parts.length === 0 ? '' : `${parts.join('/')}/`;
  const keyOf = (name: string): string => {
    checkFileName(name);
    return root + name;
  };

  return {
    location: `s3://${bucket}/${root}`,

    async *list(prefix): AsyncIterable<FileInfo> {
      for (const part of prefix.split('/').slice(0, -1)) checkFileName(part);
      for await (const { name, size } of objects(s3, root + prefix)) yield { name: name.slice(root.length), size };
    },

    async size(name) {
      return (await headOf(s3, keyOf(name), name))?.size;
    },

    async read(name, range?: ByteRange) {
      const key = keyOf(name);
      if (range === undefined) return readRange(s3, key, name);
      checkRange(name, range);
      if (range.start < range.end) return readRange(s3, key, name, range);
      const head = await headOf(s3, key, name);
      if (head === undefined) throw notFound(name);
      checkHeld(name, range, head.size);
      return new Uint8Array();
    },

    async write(name, content, { ifAbsent = false }: WriteOptions = {}) {
      const key = keyOf(name);
      // Only saves work: the condition at the end decides.
      if (ifAbsent && (await headOf(s3, key, name)) !== undefined) throw taken(name);
      await writeObject({ s3, key, name, ifAbsent }, content, partBytes);
    },

    async delete(name) {
      const key = keyOf(name);
      await s3.ask(name, ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },

    async close() {
      await s3.close();
    },
  };
}
