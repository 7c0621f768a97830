import { expect } from 'chai';
import {
  collected,
  expectCode,
  faultProxy,
  type ProxiedRequest,
  runFilesContract,
  runFilesFaultContract,
} from '@stockafolio/conformance';
import { useHdfs } from '@stockafolio/servers/mocha';
import { filesHdfs, type FilesHdfsOptions } from './files-hdfs.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isOp =
  (op: string, hop: 1 | 2) =>
  (request: ProxiedRequest): boolean =>
    request.hop === hop && request.url.includes(`op=${op}&`);

describe('filesHdfs on a real server', () => {
  const hdfs = useHdfs();
  let stores = 0;
  const store = (): FilesHdfsOptions => ({
    namenodes: [`127.0.0.1:${hdfs().port}`],
    path: `/contract/${process.pid}/${Date.now()}/${stores++}`,
  });

  runFilesContract('filesHdfs', {
    runs: 10,
    async fresh() {
      const options = store();
      const files = filesHdfs(options);
      return { files, reopen: async () => filesHdfs(options), destroy: () => files.close() };
    },
  });

  runFilesFaultContract('filesHdfs', {
    async fresh() {
      const options = store();
      const proxy = await faultProxy(`127.0.0.1:${hdfs().port}`);
      const behind = { ...options, namenodes: [proxy.host] };
      const files = filesHdfs({ ...behind, timeout: 4_000, retryFor: 60_000 });
      const hasty = filesHdfs({ ...behind, timeout: 1_000, retryFor: 1_500 });
      const direct = filesHdfs(options);
      const destroy = async (): Promise<void> => {
        for (const each of [files, hasty, direct]) await each.close();
        await proxy.close();
      };
      return { files, hasty, direct, proxy, destroy };
    },
    isRead: isOp('OPEN', 2),
    // The namenode itself refuses an offset behind the end, except for an empty file.
    readsOfShorter: [1, 0, 1],
    isWrite: isOp('CREATE', 2),
    isPublish: isOp('RENAME', 1),
  });

  it('lists a folder of more entries than one answer holds', async () => {
    const files = filesHdfs(store());
    const names = Array.from({ length: 1_100 }, (_, n) => `many/${String(n).padStart(5, '0')}`);
    for (let n = 0; n < names.length; n += 20) {
      await Promise.all(names.slice(n, n + 20).map((name) => files.write(name, new Uint8Array())));
    }
    expect((await collected(files.list('many/'))).map(({ name }) => name)).to.deep.equal(names);
  });

  it('streams a large file, and finds it whole', async () => {
    const files = filesHdfs(store());
    const content = async function* (): AsyncIterable<Uint8Array> {
      for (let n = 0; n < 24; n++) yield new Uint8Array(1 << 20).fill(n);
    };
    await files.write('large', content());
    const read = await files.read('large', { start: (5 << 20) - 1, end: (5 << 20) + 1 });
    expect([...read]).to.deep.equal([4, 5]);
    expect(await files.size('large')).to.equal(24 << 20);
  });

  it('continues when a killed datanode is back', async () => {
    const files = filesHdfs(store());
    await files.write('a', bytes('before'));
    await hdfs().dataNode.kill();
    const writing = files.write('b', bytes('while it was away'));
    const reading = files.read('a');
    await hdfs().dataNode.start();
    await writing;
    expect(Buffer.from(await reading).toString()).to.equal('before');
    expect(await files.size('b')).to.equal(17);
  });

  it('continues when a killed namenode is back', async () => {
    const files = filesHdfs(store());
    await files.write('a', bytes('before'));
    await hdfs().kill();
    const writing = files.write('b', bytes('while it was away'));
    await hdfs().start();
    await writing;
    expect((await collected(files.list(''))).map(({ name }) => name)).to.deep.equal(['a', 'b']);
  });

  it('gives up on a silent datanode in time, and leaves no file', async () => {
    const options = { ...store(), timeout: 500, retryFor: 1_000 };
    const files = filesHdfs(options);
    await files.write('a', bytes('before'));
    hdfs().dataNode.suspend();
    try {
      await expectCode('ERR_FILES_UNAVAILABLE', () => files.read('a'));
      await expectCode('ERR_FILES_UNAVAILABLE', () => files.write('b', bytes('after')));
      expect((await collected(files.list(''))).map(({ name }) => name)).to.deep.equal(['a']);
    } finally {
      hdfs().dataNode.resume();
    }
    expect(Buffer.from(await filesHdfs({ ...options, retryFor: 30_000 }).read('a')).toString()).to.equal('before');
  });
});
