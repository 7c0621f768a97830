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
import { type Server, startS3 } from '@stockafolio/servers';
import { useS3 } from '@stockafolio/servers/mocha';
import { filesS3, type FilesS3Options } from './files-s3.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const credentials = { accessKeyId: 'anybody', secretAccessKey: 'anything' };
const bucket = 'stockafolio';
const isPut = ({ method }: ProxiedRequest): boolean => method === 'PUT';

describe('filesS3 on a real server', () => {
  const s3 = useS3();
  let stores = 0;
  const store = (): FilesS3Options => ({
    ...{ endpoint: s3().url, bucket, prefix: `${process.pid}/${Date.now()}/${stores++}`, credentials },
  });

  runFilesContract('filesS3', {
    runs: 10,
    async fresh() {
      const options = store();
      const files = filesS3(options);
      return { files, reopen: async () => filesS3(options), destroy: () => files.close() };
    },
  });

  runFilesFaultContract('filesS3', {
    async fresh() {
      const options = store();
      const proxy = await faultProxy(new URL(s3().url).host);
      const behind = { ...options, endpoint: `http://${proxy.host}` };
      const files = filesS3({ ...behind, timeout: 4_000, retryFor: 60_000 });
      const hasty = filesS3({ ...behind, timeout: 1_000, retryFor: 1_500 });
      const direct = filesS3(options);
      const destroy = async (): Promise<void> => {
        for (const each of [files, hasty, direct]) await each.close();
        await proxy.close();
      };
      return { files, hasty, direct, proxy, destroy };
    },
    readsOfShorter: [1, 1, 1],
    isRead: ({ method, url }) => method === 'GET' && !url.includes('list-type'),
    isWrite: isPut,
    isPublish: isPut,
  });

  const pieces = async function* (count: number, seed: number): AsyncIterable<Uint8Array> {
    for (let n = 0; n < count; n++) yield new Uint8Array(1 << 20).fill(n + seed);
  };

  it('writes a large file in parts, and lets one of its writers win', async () => {
    const files = filesS3({ ...store(), partBytes: 5 << 20 });
    const outcomes = await Promise.allSettled(
      [1, 2].map((seed) => files.write('large', pieces(12, seed), { ifAbsent: true })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const content = await files.read('large');
    const seed = content[0] ?? 0;
    for (let n = 0; n < 12; n++) expect(content[(n << 20) + 7]).to.equal(n + seed);
    expect(content.length).to.equal(12 << 20);
    await files.close();
  });

  it('lists no part of an unfinished or aborted file', async () => {
    const files = filesS3({ ...store(), partBytes: 5 << 20 });
    const seen: unknown[] = [];
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield* pieces(11, 1);
      seen.push(...(await collected(files.list(''))), await files.size('large'));
      throw new Error('broke off');
    };
    expect(await files.write('large', content()).catch((error: Error) => error.message)).to.equal('broke off');
    expect(seen).to.deep.equal([undefined]);
    expect(await collected(files.list(''))).to.deep.equal([]);
    await files.close();
  });

  it('continues when a killed server is back', async () => {
    const files = filesS3(store());
    await files.write('a', bytes('before'));
    await s3().kill();
    const writing = files.write('b', bytes('while it was away'));
    const reading = files.read('a');
    await s3().start();
    await writing;
    expect(Buffer.from(await reading).toString()).to.equal('before');
    expect(await files.size('b')).to.equal(17);
    await files.close();
  });

  describe('that requires a login', () => {
    let server: Server;
    before(async () => {
      server = await startS3({ login: { identity: 'ann', credential: 'her secret' } });
    });
    after(() => server.close());
    const open = (accessKeyId: string, secretAccessKey: string): Files =>
      filesS3({ endpoint: server.url, bucket, credentials: { accessKeyId, secretAccessKey }, retryFor: 0 });

    it('accepts the right login', async () => {
      const files = open('ann', 'her secret');
      await files.write('a b+c%é', bytes('content'));
      expect(await files.size('a b+c%é')).to.equal(7);
      await files.close();
    });

    it('reports a wrong key as such, for every operation', async () => {
      for (const files of [open('ann', 'a guess'), open('bob', 'her secret')]) {
        for (const action of [() => files.size('a'), () => files.read('a'), () => files.write('a', bytes('x'))]) {
          const error = await expectCode('ERR_FILES_REFUSED', action);
          expect(error.hint).to.match(/AWS_ACCESS_KEY_ID/);
        }
        await files.close();
      }
    });
  });
});
