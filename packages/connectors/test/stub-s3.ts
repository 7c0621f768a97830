import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Enough of S3, in memory, for tests without a server: one bucket, keys as they are, no signatures. */
export interface StubS3 {
  /** `host:port`. */
  readonly host: string;
  readonly bucket: string;
  readonly objects: Map<string, StubObject>;
  /** Multipart uploads that were neither completed nor aborted. */
  readonly uploads: Map<string, StubUpload>;
  /** While set, every request is refused with this code. */
  refusal: { readonly status: number; readonly code: string } | undefined;
  close(): Promise<void>;
}

export interface StubObject {
  readonly content: Buffer;
  readonly mark: string | undefined;
}

export interface StubUpload {
  readonly key: string;
  readonly mark: string | undefined;
  readonly parts: Map<number, Buffer>;
}

interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

const PAGE = 4;
const MARK = 'x-amz-meta-stockafolio-write';
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export async function stubS3(): Promise<StubS3> {
  const objects = new Map<string, StubObject>();
  const uploads = new Map<string, StubUpload>();
  const bucket = 'stub-bucket';
  let host = '';
  let ids = 1;

  const refused = (status: number, code: string): Reply => ({
    status,
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}, says the stub</Message></Error>`,
    headers: { 'content-type': 'application/xml' },
  });
  const xml = (body: string): Reply => ({
    status: 200,
    body: `<?xml version="1.0"?>${body}`,
    headers: { 'content-type': 'application/xml' },
  });
  const etag = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

  const get = (key: string, range: string | undefined): Reply => {
    const object = objects.get(key);
    if (object === undefined) return refused(404, 'NoSuchKey');
    const { content, mark } = object;
    const headers: Record<string, string> = mark === undefined ? {} : { [MARK]: mark };
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (from === undefined) return { status: 200, body: content, headers };
    if (Number(from) >= content.length) return refused(416, 'InvalidRange');
    const last = Math.min(to === '' ? Infinity : Number(to), content.length - 1);
    headers['content-range'] = `bytes ${from}-${last}/${content.length}`;
    return { status: 206, body: content.subarray(Number(from), last + 1), headers };
  };

  const list = (query: URLSearchParams): Reply => {
    const after = query.get('continuation-token') ?? '';
    const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const left = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && (after === '' || bytewise(key, after) > 0))
      .sort(bytewise);
    const page = left.slice(0, Math.min(PAGE, Number(query.get('max-keys') ?? PAGE)));
    const isCut = page.length < left.length;
    const contents = page.map(
      (key) => `<Contents><Key>${escaped(key)}</Key><Size>${objects.get(key)?.content.length ?? 0}</Size></Contents>`,
    );
    const next = isCut ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    return xml(`<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`);
  };

  const reply = (request: IncomingMessage, body: Buffer): Reply => {
    const url = new URL(request.url ?? '', 'http://stub');
    const [, named, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    const query = url.searchParams;
    const isTaken = header('if-none-match') === '*' && objects.has(key);
    const uploadId = query.get('uploadId');
    const upload = uploads.get(uploadId ?? '');
    const md5 = header('content-md5');
    if (stub.refusal !== undefined) return refused(stub.refusal.status, stub.refusal.code);
    if (named !== bucket) return refused(404, 'NoSuchBucket');
    if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) return refused(400, 'BadDigest');
    if (uploadId !== null && upload === undefined) return refused(404, 'NoSuchUpload');

    switch (request.method) {
      case 'HEAD':
      case 'GET':
        return key === '' ? list(query) : get(key, header('range'));
      case 'PUT': {
        if (upload !== undefined) {
          upload.parts.set(Number(query.get('partNumber')), body);
          return { status: 200, headers: { etag: etag(body) } };
        }
        if (isTaken) return refused(412, 'PreconditionFailed');
        objects.set(key, { content: body, mark: header(MARK) });
        return { status: 200, headers: { etag: etag(body) } };
      }
      case 'POST': {
        if (upload === undefined) {
          const id = String(ids++);
          uploads.set(id, { key, mark: header(MARK), parts: new Map() });
          return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
        }
        if (isTaken) return refused(412, 'PreconditionFailed');
        const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
        objects.set(key, { content: Buffer.concat(parts), mark: upload.mark });
        uploads.delete(uploadId ?? '');
        return xml('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
      }
      case 'DELETE':
        if (upload !== undefined) uploads.delete(uploadId ?? '');
        else objects.delete(key);
        return { status: 204 };
      default:
        return refused(400, 'InvalidRequest');
    }
  };

  const server = createServer((request, response) => {
    bytesOf(request).then(
      (body) => {
        const { status, headers = {}, body: answer = Buffer.alloc(0) } = reply(request, body);
        const bytes = Buffer.from(answer);
        response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': String(bytes.length) });
        response.end(request.method === 'HEAD' || status === 204 ? undefined : bytes);
      },
      () => request.socket.destroy(),
    );
  });
  const stub: StubS3 = {
    get host() {
      return host;
    },
    bucket,
    objects,
    uploads,
    refusal: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
