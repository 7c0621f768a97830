import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  collected,
  expectCode,
  faultProxy,
  type ProxiedRequest,
  runFilesContract,
  runFilesFaultContract,
} from '@stockafolio/conformance';
import type { Files } from '@stockafolio/core/ports';
import { stubS3, type StubS3 } from '../../test/stub-s3.js';
import { filesS3, type FilesS3Options } from './files-s3.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const credentials = { accessKeyId: 'ann', secretAccessKey: 'secret' };

for (const partBytes of [undefined, 5]) {
  const how = partBytes === undefined ? '' : ', in parts';

  runFilesContract(`filesS3 on a stub${how}`, {
    async fresh() {
      const stub = await stubS3();
      const open = (): Files =>
        filesS3({
          ...{ endpoint: `http://${stub.host}`, bucket: stub.bucket, prefix: 'a/root', credentials },
          ...(partBytes === undefined ? {} : { partBytes: partBytes * 100_000 }),
        });
      return { files: open(), reopen: async () => open(), destroy: () => stub.close() };
    },
  });

  const isPut = ({ method }: ProxiedRequest): boolean => method === 'PUT';
  const isJoin = ({ method, url }: ProxiedRequest): boolean => method === 'POST' && url.includes('uploadId=');
  runFilesFaultContract(`filesS3 on a stub${how}`, {
    async fresh() {
      const stub = await stubS3();
      const proxy = await faultProxy(stub.host);
      const open = (host: string, patience: Pick<FilesS3Options, 'timeout' | 'retryFor'>): Files =>
        filesS3({
          ...{ endpoint: `http://${host}`, bucket: stub.bucket, credentials, ...patience },
          ...(partBytes === undefined ? {} : { partBytes }),
        });
      return {
        files: open(proxy.host, { timeout: 1_000, retryFor: 60_000 }),
        hasty: open(proxy.host, { timeout: 200, retryFor: 900 }),
        direct: open(stub.host, {}),
        proxy,
        destroy: async () => {
          expect(stub.uploads.size, 'uploads left behind').to.equal(0);
          await proxy.close();
          await stub.close();
        },
      };
    },
    readsOfShorter: [1, 1, 1],
    isRead: ({ method, url }) => method === 'GET' && !url.includes('list-type'),
    isWrite: partBytes === undefined ? isPut : isJoin,
    isPublish: partBytes === undefined ? isPut : isJoin,
  });
}

describe('filesS3', () => {
  let stub: StubS3;
  beforeEach(async () => {
    stub = await stubS3();
  });
  afterEach(() => stub.close());
  const open = (options: Partial<FilesS3Options> = {}): Files =>
    filesS3({
      ...{ endpoint: `http://${stub.host}`, bucket: stub.bucket, credentials, timeout: 500, retryFor: 200 },
      ...options,
    });

  it('reports a missing bucket as such, for every operation', async () => {
    const files = open({ bucket: 'nowhere' });
    for (const action of [
      () => files.size('a'),
      () => files.read('a'),
      () => files.write('a', bytes('x')),
      () => files.write('a', bytes('x'), { ifAbsent: true }),
      () => collected(files.list('')),
    ]) {
      const error = await expectCode('ERR_FILES_REFUSED', action);
      expect(error.message).to.contain('s3://nowhere');
      expect(error.hint).to.match(/create the bucket/);
    }
  });

  const refusals = [
    ['SignatureDoesNotMatch', 403, 'ERR_FILES_REFUSED', /AWS_ACCESS_KEY_ID/],
    ['InvalidAccessKeyId', 403, 'ERR_FILES_REFUSED', /AWS_ACCESS_KEY_ID/],
    ['PermanentRedirect', 301, 'ERR_FILES_REFUSED', /region/],
    ['AuthorizationHeaderMalformed', 400, 'ERR_FILES_REFUSED', /region/],
    ['RequestTimeTooSkewed', 403, 'ERR_FILES_REFUSED', /clock/],
    ['AccessDenied', 403, 'ERR_FILES_READ_ONLY', /allow/],
    ['QuotaExceeded', 409, 'ERR_FILES_FULL', undefined],
    ['SlowDown', 503, 'ERR_FILES_UNAVAILABLE', /server/],
    ['ConditionalRequestConflict', 409, 'ERR_FILES_UNAVAILABLE', /server/],
    ['EntityTooSmall', 400, 'ERR_FILES_REFUSED', undefined],
  ] as const;
  for (const [code, status, expected, hint] of refusals) {
    it(`answers ${code} with ${expected}`, async () => {
      stub.refusal = { status, code };
      for (const action of [() => open().size('a'), () => open().write('a', bytes('x')), () => open().read('a')]) {
        const error = await expectCode(expected, action);
        if (hint !== undefined) expect(error.hint).to.match(hint);
      }
    });
  }

  const strangers = [
    [404, '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>no such page</body></html>'],
    [404, 'no such page'],
    [404, ''],
    [405, '{"error":"method"}'],
    [200, '<html><body>welcome</body></html>'],
    [200, 'welcome'],
  ] as const;
  for (const [status, body] of strangers) {
    it(`reports that a server answering ${status} '${body.slice(0, 9)}' is not S3, and its address`, async () => {
      const server = createServer((_request, response) => response.writeHead(status).end(body));
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const files = open({ endpoint });
      const actions = [() => collected(files.list('a1/')), () => files.size('a'), () => files.read('a')];
      try {
        // Any server may answer HEAD and GET with 200.
        for (const action of status === 200 ? actions.slice(0, 1) : actions) {
          const error = await expectCode('ERR_FILES_REFUSED', action);
          expect(error.message).to.contain(endpoint).and.contain('does not answer like S3');
          expect(error.hint).to.contain('endpoint');
        }
      } finally {
        await files.close();
        server.close();
      }
    });
  }

  it('never treats a 404 to a listing as a missing file, nor a 404 without a key as another server', async () => {
    stub.refusal = { status: 404, code: 'NoSuchAccessPoint' };
    expect((await expectCode('ERR_FILES_REFUSED', () => collected(open().list('a')))).message).to.contain(
      'refuses us: NoSuchAccessPoint',
    );
    stub.refusal = { status: 404, code: 'NoSuchKey' };
    await expectCode('ERR_FILES_REFUSED', () => collected(open().list('a')));
    await expectCode('ERR_FILE_NOT_FOUND', () => open().read('a'));
  });

  it('never shows a key in an error', async () => {
    stub.refusal = { status: 403, code: 'SignatureDoesNotMatch' };
    const error = await expectCode('ERR_FILES_REFUSED', () => open().read('a'));
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      expect(JSON.stringify([each.message, each.stack, Object.entries(each)])).not.to.match(/secret|Signature=/);
    }
  });

  it('leaves no upload behind when the content fails', async () => {
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield new Uint8Array(25);
      throw new Error('broke off');
    };
    await open({ partBytes: 10 })
      .write('a', content())
      .catch(() => undefined);
    expect(stub.uploads.size).to.equal(0);
    expect(stub.objects.size).to.equal(0);
  });

  it('skips keys that stand for a folder, and rejects names that cannot be a file', async () => {
    stub.objects.set('a/', { content: Buffer.alloc(0), mark: undefined });
    await open().write('a/b', bytes('x'));
    expect((await collected(open().list(''))).map(({ name }) => name)).to.deep.equal(['a/b']);
    for (const name of ['', '../a', 'a//b', 'a/', '.', 'a\0b']) {
      await expectCode('ERR_USAGE', () => open().write(name, bytes('x')));
    }
  });
});
