import { expect } from 'chai';
import fc from 'fast-check';
import { expectCode } from '@stockafolio/conformance';
import { StockafolioError } from '@stockafolio/core';
import { memoryFiles, type MemoryFiles } from '@stockafolio/testing';
import { copyFiles } from './copy-files.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const store = (contents: Readonly<Record<string, string>>): MemoryFiles => {
  const files = memoryFiles();
  for (const [name, content] of Object.entries(contents)) files.contents.set(name, bytes(content));
  return files;
};
const held = (files: MemoryFiles): Record<string, string> =>
  Object.fromEntries([...files.contents].map(([name, content]) => [name, Buffer.from(content).toString()]));

describe('copyFiles', () => {
  it('copies what is missing or of another size, and nothing else', async () => {
    const names = fc.dictionary(
      fc.constantFrom('a', 'a/b', 'a-b', 'b', 'é', '😀', '\uFFFD'),
      fc.constantFrom('', 'x', 'yy'),
    );
    await fc.assert(
      fc.asyncProperty(names, names, fc.integer({ min: 1, max: 5 }), async (source, target, concurrency) => {
        const [from, to] = [store(source), store(target)];
        const result = await copyFiles(from, to, { concurrency });
        expect(held(to)).to.deep.equal({ ...target, ...source });
        const copied = Object.keys(source).filter((name) => source[name]?.length !== target[name]?.length);
        expect(result).to.deep.equal({
          copied: copied.length,
          skipped: Object.keys(source).length - copied.length,
          bytes: copied.reduce((sum, name) => sum + (source[name]?.length ?? 0), 0),
        });
        expect((await copyFiles(from, to)).copied).to.equal(0);
      }),
    );
  });

  it('compares the content of files of the same size only on request', async () => {
    const [from, to] = [store({ a: 'one', b: 'two' }), store({ a: 'ONE', b: 'two' })];
    expect((await copyFiles(from, to)).copied).to.equal(0);
    expect(from.reads).to.deep.equal([]);
    expect(await copyFiles(from, to, { recheck: true })).to.include({ copied: 1, skipped: 1 });
    expect(held(to)).to.deep.equal(held(from));
  });

  it('copies the present extent file of an archive, even if its size is the same', async () => {
    const name = 'trades/_source.json';
    const from = store({ [name]: '{"end":0}' });
    const to = memoryFiles();
    expect(await copyFiles(from, to)).to.include({ copied: 1, skipped: 0 });
    expect(await copyFiles(from, to)).to.include({ copied: 0, skipped: 1 });
    from.contents.set(name, bytes('{"end":7}'));
    expect(await copyFiles(from, to)).to.include({ copied: 1, skipped: 0 });
    // An archiver writes it once more, longer, after the folder was listed.
    const read = from.read.bind(from);
    from.read = (...asked) => {
      from.contents.set(name, bytes('{"end":12345}'));
      return read(...asked);
    };
    await copyFiles(from, to);
    expect(held(to)).to.deep.equal({ [name]: '{"end":12345}' });
  });

  it('copies a file of many pieces', async () => {
    const from = memoryFiles();
    const content = Uint8Array.from({ length: 20 << 20 }, (_, n) => (n * 31 + (n >> 11)) & 255);
    from.contents.set('large', content);
    const to = memoryFiles();
    let passed = 0;
    await copyFiles(from, to, { onBytes: (count) => (passed += count) });
    expect(passed).to.equal(content.length);
    expect(Buffer.compare(to.contents.get('large') ?? new Uint8Array(), content)).to.equal(0);
    expect(Math.max(...from.reads.map(({ start, end }) => end - start))).to.be.at.most(8 << 20);
  });

  it('reports it if other bytes are read back, and removes them', async () => {
    for (const alter of [(content: Uint8Array) => content.fill(0), (content: Uint8Array) => content.subarray(1)]) {
      const [from, to] = [store({ a: 'content' }), memoryFiles()];
      const broken = {
        ...to,
        write: async (name: string, content: Uint8Array) => void to.contents.set(name, alter(content.slice())),
      } as MemoryFiles;
      const error = await expectCode('ERR_COPY_DIFFERS', () => copyFiles(from, broken));
      expect(error.message).to.contain("'a'");
      expect(held(to)).to.deep.equal({});
    }
  });

  it('sends content again if a store was unavailable, only a few times', async () => {
    const away = (): StockafolioError => new StockafolioError('ERR_FILES_UNAVAILABLE', 'away');
    const [from, to] = [store({ a: 'content' }), memoryFiles()];
    for (const nth of [1, 2, 3]) to.failWrite(nth, away());
    expect(await copyFiles(from, to)).to.include({ copied: 1 });
    const never = memoryFiles();
    for (const nth of [1, 2, 3, 4]) never.failWrite(nth, away());
    await expectCode('ERR_FILES_UNAVAILABLE', () => copyFiles(from, never));
  });

  it('stops between files on a signal, and continues the next time', async () => {
    const [from, to] = [store({ a: '1', b: '2', c: '3' }), memoryFiles()];
    const stop = new AbortController();
    await expectCode('ERR_ABORTED', () =>
      copyFiles(from, to, { concurrency: 1, signal: stop.signal, onFile: () => stop.abort() }),
    );
    expect(held(to)).to.deep.equal({ a: '1' });
    expect(await copyFiles(from, to)).to.include({ copied: 2, skipped: 1 });
  });
});
