import { expect } from 'chai';
import { isStockafolioError } from '@stockafolio/core';
import { memoryFiles } from './memory-files.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('memoryFiles', () => {
  it('lists by prefix in order of name and reads exactly the requested range', async () => {
    const files = memoryFiles();
    await files.write('b/2', bytes(1, 2, 3));
    await files.write(
      'b/1',
      (async function* () {
        yield bytes(4);
        yield bytes(5, 6);
      })(),
    );
    await files.write('a', bytes());
    const seen = [];
    for await (const { name, size } of files.list('b/')) seen.push([name, size]);
    expect(seen).to.deep.equal([
      ['b/1', 3],
      ['b/2', 3],
    ]);
    expect(await files.read('b/1', { start: 1, end: 3 })).to.deep.equal(bytes(5, 6));
  });

  it('refuses to replace a file on request, and names a missing one', async () => {
    const files = memoryFiles();
    await files.write('a', bytes(1));
    const again = await files.write('a', bytes(2), { ifAbsent: true }).catch((error: unknown) => error);
    expect(isStockafolioError(again, 'ERR_FILE_EXISTS')).to.equal(true);
    const missing = await files.read('b').catch((error: unknown) => error);
    expect(isStockafolioError(missing, 'ERR_FILE_NOT_FOUND')).to.equal(true);
  });

  it('fails and truncates the requested writes', async () => {
    const files = memoryFiles();
    const full = new Error('full');
    files.failWrite(2, full);
    files.cutWrite(3, 1);
    await files.write('a', bytes(1, 2));
    expect(await files.write('b', bytes(1, 2)).catch((error: unknown) => error)).to.equal(full);
    await files.write('c', bytes(1, 2));
    expect([...files.contents]).to.deep.equal([
      ['a', bytes(1, 2)],
      ['c', bytes(1)],
    ]);
  });
});
