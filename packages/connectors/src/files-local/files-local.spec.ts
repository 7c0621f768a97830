import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collected, expectCode, runFilesContract } from '@stockafolio/conformance';
import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { fileError } from './file-error.js';
import { filesLocal } from './files-local.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const abandoned = '.stockafolio-00000000-0000-4000-8000-000000000000.tmp';

runFilesContract('filesLocal', {
  async fresh() {
    const parent = await mkdtemp(join(tmpdir(), 'files-local-'));
    const root = join(parent, 'not', 'there yet');
    return {
      files: filesLocal(root),
      reopen: async () => filesLocal(root),
      destroy: () => rm(parent, { recursive: true }),
    };
  },
});

describe('filesLocal', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'files-local-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('rejects names that leave its folder or name no file', async () => {
    const files = filesLocal(join(root, 'inner'));
    await writeFile(join(root, 'secret'), 'outside');
    for (const name of [
      '../secret',
      'a/../../secret',
      '/etc/passwd',
      '',
      'a//b',
      'a/',
      '.',
      'a/./b',
      'a\0b',
      abandoned,
    ]) {
      await expectCode('ERR_USAGE', () => files.read(name));
      await expectCode('ERR_USAGE', () => files.write(name, bytes('x')));
      await expectCode('ERR_USAGE', () => files.size(name));
      await expectCode('ERR_USAGE', () => files.delete(name));
    }
    await expectCode('ERR_USAGE', () => collected(files.list('../')));
    expect(await readdir(root)).to.deep.equal(['secret']);
    await expectCode('ERR_USAGE', () => files.write('x'.repeat(300), bytes('x')));
    expect(await readdir(join(root, 'inner'))).to.deep.equal([]);
  });

  it('never lists the leftovers of a killed writer, and removes them after an hour', async () => {
    const [old, young] = [join(root, 'a', abandoned), join(root, abandoned)];
    await mkdir(join(root, 'a'));
    await writeFile(old, 'half');
    await writeFile(young, 'half');
    await utimes(old, 1_000, 1_000);
    await utimes(young, 4_000, 4_000);
    const files = filesLocal(root, { clock: { now: () => 4_700_000 } });
    expect(await collected(files.list(''))).to.deep.equal([]);
    await files.write('b', bytes('x'));
    await files.close();
    expect((await readdir(root)).sort()).to.deep.equal([abandoned, 'a', 'b'].sort());
    expect(await readdir(join(root, 'a'))).to.deep.equal([]);
  });

  it('leaves nothing hidden behind when a write fails', async () => {
    const files = filesLocal(root);
    const content = async function* (): AsyncIterable<Uint8Array> {
      yield bytes('half');
      throw new Error('broke off');
    };
    await files.write('a', content()).catch(() => undefined);
    expect(await readdir(root)).to.deep.equal([]);
  });

  it('reports a folder or a file that is in the way', async () => {
    const files = filesLocal(root);
    await files.write('a/b', bytes('x'));
    await expectCode('ERR_FILE_EXISTS', () => files.write('a', bytes('x')));
    await expectCode('ERR_FILE_EXISTS', () => files.write('a/b/c', bytes('x')));
  });

  it('lists linked files in order, and rejects a link that leads back', async () => {
    const files = filesLocal(join(root, 'here'));
    const elsewhere = filesLocal(join(root, 'elsewhere'));
    await files.write('a/b', bytes('x'));
    for (const name of ['2', 'below/1']) await elsewhere.write(name, bytes('y'));
    await symlink(join(root, 'here', 'a', 'b'), join(root, 'here', 'file'));
    await symlink(join(root, 'elsewhere'), join(root, 'here', 'day'));
    await symlink(join(root, 'nowhere'), join(root, 'here', 'gone'));
    const names = async (prefix: string): Promise<string[]> =>
      (await collected(files.list(prefix))).map(({ name }) => name);
    expect(await names('')).to.deep.equal(['a/b', 'day/2', 'day/below/1', 'file']);
    expect(await names('day/b')).to.deep.equal(['day/below/1']);
    expect(await files.read('day/2')).to.deep.equal(bytes('y'));
    await symlink(join(root, 'here'), join(root, 'elsewhere', 'loop'));
    const error = await expectCode('ERR_FILES_REFUSED', () => collected(files.list('')));
    expect(error.message).to.contain("'day/loop'");
  });

  // Other systems do not allow such a name.
  if (process.platform === 'linux')
    it('fails at a file whose name is not text, rather than skip it', async () => {
      const files = filesLocal(root);
      await files.write('a', bytes('x'));
      await writeFile(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.of(0xff)]), 'x');
      await expectCode('ERR_FILES_REFUSED', () => collected(files.list('')));
    });

  it('gives every failed system call its code, with a hint if there is something to do', () => {
    const failed = (code: string): unknown =>
      fileError(Object.assign(new Error(`${code}: it failed`), { code, syscall: 'write' }), 'a', root);
    const cases = {
      ENOENT: 'ERR_FILE_NOT_FOUND',
      EEXIST: 'ERR_FILE_EXISTS',
      ENOSPC: 'ERR_FILES_FULL',
      EDQUOT: 'ERR_FILES_FULL',
      EACCES: 'ERR_FILES_READ_ONLY',
      EROFS: 'ERR_FILES_READ_ONLY',
      EPERM: 'ERR_FILES_READ_ONLY',
      EIO: 'ERR_FILES_UNAVAILABLE',
      EMFILE: 'ERR_FILES_UNAVAILABLE',
    } as const;
    for (const [system, code] of Object.entries(cases)) {
      const error = failed(system);
      if (!isStockafolioError(error)) throw new Error(`${system} is no StockafolioError`);
      expect(error.code).to.equal(code);
      expect(error.cause).to.have.property('code', system);
      if (code === 'ERR_FILES_FULL' || code === 'ERR_FILES_READ_ONLY') expect(error.hint).to.be.a('string');
    }
    const own = new Error('not of the system');
    expect(fileError(own, 'a', root)).to.equal(own);
  });
});
