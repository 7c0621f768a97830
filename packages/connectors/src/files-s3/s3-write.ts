import { createHash, randomUUID } from 'node:crypto';
import { isStockafolioError } from '@stockafolio/core';
import { taken } from '../files-remote/answers.js';
import { inPortions } from '../files-remote/portions.js';
import type { S3 } from './s3-client.js';
import { s3Code } from './s3-error.js';
import { headOf, MARK } from './s3-read.js';

/** What is being written, and where. */
export interface Writing {
  readonly s3: S3;
  readonly key: string;
  readonly name: string;
  readonly ifAbsent: boolean;
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/**
 * Writes an object whole or not at all: in one request, or in parts that the last request joins and makes visible.
 * Every body carries its MD5, so S3 refuses a body that was altered in transit.
 *
 * @param partBytes bytes of a part; two parts are held in memory
 */
export async function writeObject(
  writing: Writing,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  partBytes: number,
): Promise<void> {
  const portions = inPortions(content, partBytes);
  const first = (await portions.next()).value ?? Buffer.alloc(0);
  const second = await portions.next();
  if (second.done === true) return put(writing, first);
  await putParts(writing, first, second.value, portions);
}

async function put(writing: Writing, body: Buffer): Promise<void> {
  const { s3, key, name, ifAbsent } = writing;
  const mark = randomUUID();
  await decided(writing, mark, (isConditional) =>
    s3.ask(name, ({ sdk, client }) =>
      client.send(
        new sdk.PutObjectCommand({
          ...{ Bucket: s3.bucket, Key: key, Body: body, ContentLength: body.length, ContentMD5: md5(body) },
          ...(ifAbsent ? { Metadata: { [MARK]: mark } } : {}),
          ...(isConditional ? { IfNoneMatch: '*' } : {}),
        }),
      ),
    ),
  );
}

async function putParts(writing: Writing, first: Buffer, second: Buffer, rest: AsyncIterable<Buffer>): Promise<void> {
  const { s3, key, name } = writing;
  const mark = randomUUID();
  const object = { Bucket: s3.bucket, Key: key };
  const { UploadId } = await s3.ask(name, ({ sdk, client }) =>
    client.send(new sdk.CreateMultipartUploadCommand({ ...object, Metadata: { [MARK]: mark } })),
  );
  const upload = { ...object, UploadId };
  try {
    const parts: Part[] = [];
    const send = async (body: Buffer): Promise<void> => {
      const part = { ...upload, PartNumber: parts.length + 1, Body: body, ContentLength: body.length };
      const { ETag = '' } = await s3.ask(name, ({ sdk, client }) =>
        client.send(new sdk.UploadPartCommand({ ...part, ContentMD5: md5(body) })),
      );
      parts.push({ PartNumber: part.PartNumber, ETag });
    };
    await send(first);
    await send(second);
    for await (const body of rest) await send(body);
    await join(writing, { upload, parts, mark });
  } catch (error) {
    await s3
      .ask(name, ({ sdk, client }) => client.send(new sdk.AbortMultipartUploadCommand(upload)))
      .catch(() => undefined);
    throw error;
  }
}

interface Joining {
  readonly upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };
  readonly parts: readonly Part[];
  readonly mark: string;
}

/** Joins the parts of an upload into an object, which makes them visible. */
async function join(writing: Writing, { upload, parts, mark }: Joining): Promise<void> {
  const { s3, key, name, ifAbsent } = writing;
  const there = await headOf(s3, key, name);
  await decided(writing, mark, (isConditional) =>
    s3.ask(name, ({ sdk, client }, before) =>
      client
        .send(
          new sdk.CompleteMultipartUploadCommand({
            ...upload,
            MultipartUpload: { Parts: [...parts] },
            ...(isConditional ? { IfNoneMatch: '*' } : {}),
          }),
        )
        .catch(async (error: unknown) => {
          if (before === 0 || s3Code(error) !== 'NoSuchUpload') throw error;
          // An earlier attempt had joined the parts, but its answer was lost: then the object has this write's mark. Or
          // another writer has written meanwhile, and its write is the later of the two.
          const now = await headOf(s3, key, name);
          if (now?.mark === mark) return;
          if (now === undefined || now.state === there?.state) throw error;
          if (ifAbsent) throw taken(name, error);
        }),
    ),
  );
}

/**
 * Makes an object visible, on request only if there is none. A refusal may be caused by an attempt whose answer was
 * lost: then the object has this write's mark.
 */
async function decided(
  { s3, key, name, ifAbsent }: Writing,
  mark: string,
  publish: (isConditional: boolean) => Promise<unknown>,
): Promise<void> {
  try {
    await publish(ifAbsent);
  } catch (error) {
    if (!isStockafolioError(error, 'ERR_FILE_EXISTS')) throw error;
    if ((await headOf(s3, key, name))?.mark !== mark) throw error;
  }
}

function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('base64');
}
