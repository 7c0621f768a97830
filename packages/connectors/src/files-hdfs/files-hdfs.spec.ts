import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  collected,
  expectCode,
  faultProxy,
  type ProxiedRequest,
  runFilesContract,
  runFilesFaultContract,
} from '@stockafolio/conformance';
import { virtualClock } from '@stockafolio/testing';
import { stubHdfs, type StubHdfs } from '../../test/stub-hdfs.js';
import { filesHdfs, type FilesHdfsOptions } from './files-hdfs.js';
import { nameOf, pathOf, UNFINISHED } from './hdfs-path.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isOp =
  (op: string, hop: 1 | 2) =>
  (request: ProxiedRequest): boolean =>
    request.hop === hop && request.url.includes(`op=${op}&`);

/** Starts listening, and returns the server's host and port. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

runFilesContract('filesHdfs on a stub', {
  async fresh() {
    const stub = await stubHdfs();
    const open = (): ReturnType<typeof filesHdfs> => filesHdfs({ namenodes: [stub.host], path: '/a/root' });
    return { files: open(), reopen: async () => open(), destroy: () => stub.close() };
  },
});

runFilesFaultContract('filesHdfs on a stub', {
  async fresh() {
    const stub = await stubHdfs();
    const proxy = await faultProxy(stub.host);
    const path = '/root';
    return {
      files: filesHdfs({ path, namenodes: [proxy.host], timeout: 1_000, retryFor: 60_000 }),
      hasty: filesHdfs({ path, namenodes: [proxy.host], timeout: 200, retryFor: 900 }),
      direct: filesHdfs({ path, namenodes: [stub.host] }),
      proxy,
      destroy: async () => {
        await proxy.close();
        await stub.close();
      },
    };
  },
  readsOfShorter: [1, 1, 1],
  isRead: isOp('OPEN', 2),
  isWrite: isOp('CREATE', 2),
  isPublish: isOp('RENAME', 1),
});

describe('filesHdfs', () => {
  let stub: StubHdfs;
  beforeEach(async () => {
    stub = await stubHdfs();
  });
  afterEach(() => stub.close());
  const open = (options: Partial<FilesHdfsOptions> = {}): ReturnType<typeof filesHdfs> =>
    filesHdfs({ namenodes: [stub.host], path: '/root', user: 'ann', retryFor: 300, timeout: 200, ...options });

  it('sends no body to the namenode, and nothing under the final name', async () => {
    await open().write('a/b', bytes('content'));
    expect(stub.asked.every(({ bodyLength }) => bodyLength === 0)).to.equal(true);
    const created = stub.asked.filter(({ op }) => op === 'CREATE').map(({ path }) => path);
    expect(created).to.have.length(1);
    expect(created[0]).to.match(/^\/root\/\.stockafolio-unfinished\/[-0-9a-f]{36}$/);
  });

  it('asks the next namenode if one is in standby or gone, and keeps using it', async () => {
    const standby = await stubHdfs();
    try {
      standby.refusal = { status: 403, exception: 'StandbyException', message: 'not supported in state standby' };
      const files = open({ namenodes: ['127.0.0.1:1', standby.host, stub.host] });
      await files.write('a', bytes('1'));
      await files.write('b', bytes('2'));
      expect((await collected(files.list(''))).map(({ name }) => name)).to.deep.equal(['a', 'b']);
      const before = standby.asked.length;
      await files.write('c', bytes('3'));
      expect(standby.asked.length).to.equal(before);
    } finally {
      await standby.close();
    }
  });

  it('acts as a user, or with a delegation token instead', async () => {
    await open().size('a');
    await open({ delegationToken: 'secret token+' }).size('a');
    const [byName, byToken] = stub.asked.map(({ params }) => params);
    expect([byName?.get('user.name'), byName?.get('delegation')]).to.deep.equal(['ann', null]);
    expect([byToken?.get('user.name'), byToken?.get('delegation')]).to.deep.equal([null, 'secret token+']);
  });

  it('never shows a token in an error', async () => {
    const files = open({ delegationToken: 'secret', namenodes: ['127.0.0.1:1'], retryFor: 0 });
    const error = await expectCode('ERR_FILES_UNAVAILABLE', () => files.read('a'));
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      expect(`${each.message}${each.stack ?? ''}`).not.to.contain('secret');
    }
  });

  const refusals = [
    ['AccessControlException', 403, 'ERR_FILES_READ_ONLY'],
    ['DSQuotaExceededException', 403, 'ERR_FILES_FULL'],
    ['InvalidToken', 403, 'ERR_FILES_REFUSED'],
    ['AuthenticationException', 401, 'ERR_FILES_REFUSED'],
    ['SafeModeException', 403, 'ERR_FILES_UNAVAILABLE'],
    ['RetriableException', 403, 'ERR_FILES_UNAVAILABLE'],
    ['PathComponentTooLongException', 403, 'ERR_USAGE'],
  ] as const;
  for (const [exception, status, code] of refusals) {
    it(`answers ${exception} with ${code}, and a hint`, async () => {
      stub.refusal = { status, exception, message: 'because' };
      const error = await expectCode(code, () => open().write('a', bytes('x')));
      expect(error.hint).to.be.a('string');
      expect(String(error.cause instanceof Error && error.cause.message)).to.contain(`${exception}: because`);
    });
  }

  const strangers = [
    [404, '<html><body>no such page</body></html>'],
    [404, 'It looks like you are making an HTTP request to a Hadoop IPC port.'],
    [400, '{"error":"no such route"}'],
    [302, ''],
    [200, '<html><body>welcome</body></html>'],
    [200, '{"status":"fine"}'],
    [200, 'null'],
  ] as const;
  for (const [status, body] of strangers) {
    it(`reports that a server answering ${status} '${body.slice(0, 9)}' is not a namenode, and its address`, async () => {
      const server = createServer((_request, response) => response.writeHead(status).end(body));
      const namenodes = [await listening(server)];
      try {
        const files = open({ namenodes });
        for (const action of [() => collected(files.list('a1/')), () => files.size('a'), () => files.read('a')]) {
          const error = await expectCode('ERR_FILES_REFUSED', action);
          expect(error.message).to.contain(`${namenodes[0]} does not answer like WebHDFS`);
          expect(error.hint).to.contain('9870').and.not.contain('token');
        }
      } finally {
        server.close();
      }
    });
  }

  it('rejects a folder name that HDFS does not allow at once, and accepts any other unchanged', async () => {
    for (const path of ['/a:b', 'a/b:', '/a/../b', '..', './a', 'a\0b']) {
      const error = await expectCode('ERR_URL_INVALID', () => open({ path }));
      expect(error.message).to.contain(JSON.stringify(path));
    }
    await open({ path: 'a%3Ab//c d/' }).write('x:y', bytes('x'));
    expect([...stub.files.keys()]).to.deep.equal(['/a%3Ab/c d/x%3Ay']);
  });

  it('rejects names that leave its folder, name no file, or are reserved', async () => {
    for (const name of ['', '../a', 'a//b', 'a/', '.', 'a\0b', `${UNFINISHED}/x`]) {
      await expectCode('ERR_USAGE', () => open().read(name));
      await expectCode('ERR_USAGE', () => open().write(name, bytes('x')));
    }
    expect(stub.asked).to.deep.equal([]);
  });

  it('never lists what a killed writer left, and removes it after a day', async () => {
    const day = 24 * 3_600_000;
    const clock = virtualClock(10 * day);
    const left = (modificationTime: number, fileId: number): Parameters<StubHdfs['files']['set']>[1] => ({
      content: Buffer.from('half'),
      fileId,
      modificationTime,
    });
    await open({ clock }).write('a', bytes('x'));
    stub.files.set(`/root/${UNFINISHED}/old`, left(clock.now() - day - 1, 1001));
    stub.files.set(`/root/${UNFINISHED}/young`, left(clock.now() - day + 1, 1002));
    const files = open({ clock });
    expect((await collected(files.list(''))).map(({ name }) => name)).to.deep.equal(['a']);
    await files.write('b', bytes('x'));
    await files.close();
    expect([...stub.files.keys()].sort()).to.deep.equal([`/root/${UNFINISHED}/young`, '/root/a', '/root/b']);
  });

  it('streams what is too large to be held, once', async () => {
    const part = new Uint8Array(5 << 20).fill(7);
    const content = async function* (): AsyncIterable<Uint8Array> {
      for (let n = 0; n < 8; n++) yield part;
    };
    // The content is large: it may take a while on a busy machine.
    await open({ timeout: 10_000 }).write('large', content());
    expect(await open().size('large')).to.equal(40 << 20);
    stub.refusal = { status: 403, exception: 'RetriableException', message: '' };
    await expectCode('ERR_FILES_UNAVAILABLE', () => open().write('larger', content()));
  });

  it('finds a namenode that answers before it sends content that can be sent only once', async () => {
    const silent = createServer(() => undefined);
    const namenodes = [await listening(silent), stub.host];
    try {
      const content = async function* (): AsyncIterable<Uint8Array> {
        for (let n = 0; n < 5; n++) yield new Uint8Array(4 << 20);
      };
      await open({ namenodes, timeout: 1_000 }).write('large', content());
      expect(await open().size('large')).to.equal(20 << 20);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('maps every name to its own path without a colon, and back', () => {
    const part = fc.string({ unit: fc.constantFrom(...'%:235Aa'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(part, (name) => {
        const path = pathOf('/root', name);
        expect(path).not.to.contain(':');
        expect(nameOf(path.slice('/root/'.length))).to.equal(name);
        const byOthers = name.replaceAll(':', '%');
        expect(pathOf('/root', nameOf(byOthers)), 'stored by others').to.equal(`/root/${byOthers}`);
      }),
      { numRuns: 1_000 },
    );
    expect(pathOf('/', 'day=2026-01-05/a%20b+c')).to.equal('/day=2026-01-05/a%20b+c');
  });
});
