import type { Readable } from 'node:stream';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { StockafolioError } from '@stockafolio/core';
import type { ByteRange, FileInfo } from '@stockafolio/core/ports';
import { checkHeld } from '../files-remote/answers.js';
import type { Opened, S3 } from './s3-client.js';
import { notS3, s3Code, s3Error, statusOf } from './s3-error.js';

/** What S3 reports about an object. */
export interface Head {
  readonly size: number;
  /** The mark of the write that made it, if that write had one. */
  readonly mark: string | undefined;
  /** Changes when the object is written again with other content, or a second later. */
  readonly state: string;
}

/** The metadata key by which a writer recognises its own write if the answer was lost. */
export const MARK = 'stockafolio-write';

/** What exists under a key; undefined if nothing does. */
export async function headOf(s3: S3, key: string, name: string): Promise<Head | undefined> {
  return s3.ask(name, async (opened) => {
    const { sdk, client } = opened;
    try {
      const {
        ContentLength = 0,
        Metadata = {},
        ETag,
        LastModified,
      } = await client.send(new sdk.HeadObjectCommand({ Bucket: s3.bucket, Key: key }));
      return { size: ContentLength, mark: Metadata[MARK], state: `${ETag} ${LastModified?.getTime()}` };
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined || status >= 500) throw error;
      // S3 refuses HEAD without a body, so a missing key, a missing bucket and a wrong region look alike. A listing
      // tells which.
      const [first] = (await pageOf(s3, opened, { Prefix: key, MaxKeys: 1 })).Contents ?? [];
      if (first?.Key === key) {
        return { size: first.Size ?? 0, mark: undefined, state: `${first.ETag} ${first.LastModified?.getTime()}` };
      }
      if (status === 404) return undefined;
      throw error;
    }
  });
}

/**
 * Exactly the requested bytes, or an error. A whole file is also requested as a range: then S3 names its size, and the
 * received bytes can be checked against it.
 */
export async function readRange(s3: S3, key: string, name: string, range?: ByteRange): Promise<Uint8Array> {
  const { start, end } = range ?? { start: 0, end: undefined };
  const Range = `bytes=${start}-${end === undefined ? '' : end - 1}`;
  return s3.ask(name, async ({ sdk, client }) => {
    const answer = await client
      .send(new sdk.GetObjectCommand({ Bucket: s3.bucket, Key: key, Range }))
      .catch(async (error: unknown) => {
        // No range lies in an empty file, or beyond the end of a file.
        const size = s3Code(error) === 'InvalidRange' ? (await headOf(s3, key, name))?.size : undefined;
        if (size === undefined) throw error;
        checkHeld(name, range ?? { start, end: 0 }, size);
        return undefined;
      });
    if (answer === undefined) return new Uint8Array();
    const { Body, ContentRange } = answer;
    const body = Body as Readable;
    try {
      const size = Number(/^bytes \d+-\d+\/(\d+)$/.exec(ContentRange ?? '')?.[1]);
      if (Number.isNaN(size)) throw short(name, 'S3 does not say which part of the file it sent');
      if (range !== undefined) checkHeld(name, range, size);
      return await collect(body, name, (end ?? size) - start, s3.timeout);
    } finally {
      body.destroy();
    }
  });
}

async function collect(body: Readable, name: string, length: number, timeout: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  const stalled = (): void => void body.destroy(new Error(`no byte arrived for ${timeout} ms`));
  let timer = setTimeout(stalled, timeout);
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      timer = setTimeout(stalled, timeout);
      if (filled + part.length > length) throw short(name, `more than ${length} bytes arrived`);
      filled += part.copy(bytes, filled);
    }
  } finally {
    clearTimeout(timer);
  }
  if (filled !== length) throw short(name, `${filled} of ${length} bytes arrived`);
  return bytes;
}

function short(name: string, what: string): StockafolioError {
  return new StockafolioError('ERR_FILES_UNAVAILABLE', `'${name}' in S3: ${what}`, {
    hint: 'check that the server runs and can be reached',
  });
}

/**
 * The objects whose key begins with the prefix, sorted by code unit. S3 sorts by bytes of UTF-8, which differs only
 * among keys with characters from U+D800 on. From the first such key on, the rest is held and sorted here.
 */
export async function* objects(s3: S3, prefix: string): AsyncGenerator<FileInfo> {
  const held: FileInfo[] = [];
  let next: string | undefined;
  do {
    const page = await s3.ask(prefix, (opened) =>
      pageOf(s3, opened, { Prefix: prefix, ...(next === undefined ? {} : { ContinuationToken: next }) }),
    );
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      // A key that ends in / stands for a folder in some tools; no file has such a name.
      if (Key.endsWith('/')) continue;
      const found = { name: Key, size: Size };
      if (held.length > 0 || /[\ud800-\uffff]/.test(Key)) held.push(found);
      else yield found;
    }
    next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (next !== undefined);
  yield* held.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Listing {
  readonly Prefix: string;
  readonly MaxKeys?: number;
  readonly ContinuationToken?: string;
}

/**
 * A page of a listing. Every bucket has one, so a 404 is never about a file. A page without the expected content is not
 * from S3.
 */
async function pageOf(
  { bucket, endpoint }: S3,
  { sdk, client }: Opened,
  listing: Listing,
): Promise<ListObjectsV2CommandOutput> {
  const target = { bucket, name: listing.Prefix, endpoint, isListing: true };
  const page = await client
    .send(new sdk.ListObjectsV2Command({ Bucket: bucket, ...listing }))
    .catch((error: unknown) => {
      throw statusOf(error) === 404 ? s3Error(error, target) : error;
    });
  const { Contents, IsTruncated, KeyCount, Name } = page;
  if ([Contents, IsTruncated, KeyCount, Name].every((each) => each === undefined)) {
    throw notS3('its listing does not name a bucket', target);
  }
  return page;
}
