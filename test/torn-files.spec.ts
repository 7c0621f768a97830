import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { run, must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, archiveArgs, batch, batchArgs, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

describe('P3: torn, altered and missing files are detected, and no table is wrong because of them', () => {
  const at = tempFolder();
  const seed = seedOf('torn files');
  const random = randomFrom(seed);
  let expected: readonly string[] = [];

  const generate = async (n: number, day: string): Promise<void> => {
    await must([
      ...['generate', '--to', `log:${at('log')}`, '--trades', '8000', '--users', '500', '--rate', '10'],
      ...['--seed', String(seed + n), '--start', day],
    ]);
  };
  const filesIn = async (folder: string, ending: string): Promise<string[]> =>
    (await readdir(folder, { recursive: true }))
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  const flipBit = async (path: string): Promise<void> => {
    const bytes = await readFile(path);
    const place = Math.floor(random() * bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8));
    await writeFile(path, bytes);
  };

  before(async () => {
    await generate(1, '2026-01-05');
    await stream(at('log'), at('tables'), at('checkpoints'));
    await generate(2, '2026-01-06');
    await stream(at('log'), at('tables'), at('checkpoints'));
    // The following tests begin with tables and checkpoints up to here, and this much more in the log.
    await generate(3, '2026-01-07');
    await archive(at('log'), at('archive'), '--roll-records', '600');
    await stream(at('log'), at('expected'), at('expected-checkpoints'));
    expected = await dump(at('expected'));
  });

  describe('of the archive', () => {
    const damaged = async (
      name: string,
      damage: (path: string) => Promise<void>,
    ): Promise<{ file: string; code: number | null; stderr: string }> => {
      await cp(at('archive'), at(name), { recursive: true });
      const files = await filesIn(at(name), '.parquet');
      const file = files[Math.floor(random() * files.length)] ?? '';
      await damage(file);
      const { code, stderr } = await run(batchArgs(at(name), at(`${name}-tables`), at(`${name}-checkpoints`)));
      return { file, code, stderr };
    };
    /**
     * After the damage is repaired, the same tables and checkpoints give the right result: nothing wrong was written.
     */
    const mended = async (name: string): Promise<void> => {
      await batch(at('archive'), at(`${name}-tables`), at(`${name}-checkpoints`));
      expectSameLines(await dump(at(`${name}-tables`)), expected, name);
    };

    it('a torn file: the batch names it, and ends with 3', async () => {
      const { file, code, stderr } = await damaged('torn', async (path) => {
        await truncate(path, Math.floor(random() * (await readFile(path)).length));
      });
      expect(code, stderr).to.equal(3);
      expect(stderr)
        .to.contain('ERR_PARQUET_CORRUPT')
        .and.contain(file.slice(file.indexOf('trades/day=')));
      await mended('torn');
    });

    it('a flipped bit: the batch names the file, and ends with 3', async () => {
      const { file, code, stderr } = await damaged('flipped', flipBit);
      expect(code, stderr).to.equal(3);
      expect(stderr)
        .to.contain('ERR_PARQUET_CORRUPT')
        .and.contain(file.slice(file.indexOf('trades/day=')));
      await mended('flipped');
    });

    it('a missing file: the batch names the partition and the offsets before it writes anything', async () => {
      await cp(at('archive'), at('gap'), { recursive: true });
      const files = (await filesIn(at('gap'), '.parquet')).filter((name) => name.includes('partition=00002'));
      const missing = files[2] ?? '';
      const [, first, last] = /(\d+)-(\d+)\.parquet$/.exec(missing) ?? [];
      await rm(missing);
      const { code, stderr } = await run(batchArgs(at('gap'), at('gap-tables'), at('gap-checkpoints')));
      expect(code, stderr).to.equal(3);
      expect(stderr)
        .to.contain(`partition 2, ${Number(first)}-${Number(last)} missing`)
        .and.contain('ERR_ARCHIVE_GAP');
      expect(
        await filesIn(at(), '.checkpoint').then((all) => all.filter((name) => name.includes('gap-'))),
      ).to.deep.equal([]);
      await mended('gap');
    });

    it('a lost first file is a gap too, because every other file says where the archive began', async () => {
      await cp(at('archive'), at('headless'), { recursive: true });
      const files = (await filesIn(at('headless'), '.parquet')).filter((name) => name.includes('partition=00001'));
      await rm(files[0] ?? '');
      const { code, stderr } = await run(batchArgs(at('headless'), at('headless-tables'), at('headless-checkpoints')));
      expect(stderr).to.contain('ERR_ARCHIVE_GAP').and.contain('partition 1, 0-');
      expect(code).to.equal(3);
      await mended('headless');
    });
  });

  describe('of the checkpoints', () => {
    const resumed = async (name: string, damage: (newest: string) => Promise<void>): Promise<string> => {
      await cp(at('tables'), at(name), { recursive: true });
      await cp(at('checkpoints'), at(`${name}-checkpoints`), { recursive: true });
      for (const partition of [0, 1, 2, 3]) {
        const folder = at(`${name}-checkpoints`, 'portfolio', `partition=0000${partition}`);
        await damage((await filesIn(folder, '.checkpoint')).at(-1) ?? '');
      }
      const { stderr } = await stream(at('log'), at(name), at(`${name}-checkpoints`));
      expectSameLines(await dump(at(name)), expected, name);
      return stderr;
    };

    it('a torn newest one: the stream says so, and continues from the one before', async () => {
      const said = await resumed('torn-checkpoint', async (path) => {
        await truncate(path, Math.floor(random() * (await readFile(path)).length));
      });
      for (const partition of [0, 1, 2, 3]) {
        expect(said).to.match(new RegExp(`partition ${partition}: skipped a checkpoint`));
        expect(said).to.match(new RegExp(`partition ${partition}: continues from offset [1-9]`));
      }
    });

    it('a flipped bit in the newest one: the stream says so, and continues from the one before', async () => {
      const said = await resumed('flipped-checkpoint', flipBit);
      for (const partition of [0, 1, 2, 3]) {
        expect(said).to.match(new RegExp(`partition ${partition}: skipped a checkpoint`));
        expect(said).to.match(new RegExp(`partition ${partition}: continues from offset [1-9]`));
      }
    });

    it('all of them gone: the stream starts over, and the tables are the same', async () => {
      const said = await resumed('no-checkpoint', async (path) => {
        await rm(join(path, '..'), { recursive: true });
      });
      expect(said).to.match(/partition 3: begins at offset 0/);
    });

    it('all of them damaged: the same', async () => {
      const said = await resumed('bad-checkpoints', async (path) => {
        for (const other of await filesIn(join(path, '..'), '.checkpoint')) await flipBit(other);
      });
      expect(said).to.match(/partition 3: begins at offset 0/);
    });
  });

  describe('if nothing can be written', () => {
    // Nobody can create a folder below a file, not even root.
    before(async () => writeFile(at('file'), ''));

    it('the archiver says where, and what to do', async () => {
      const { code, stderr } = await run([...archiveArgs(at('log'), at('file', 'archive')), '--until-caught-up']);
      expect(code).to.be.oneOf([2, 3]);
      expect(stderr)
        .to.match(/ERR_FILE/)
        .and.not.match(/ERR_INTERNAL/);
      expect(stderr).to.contain(at('file'));
    });

    it('the stream says so and ends, or continues without; a later run with a checkpoint store is right', async () => {
      const args = [...streamArgs(at('log'), at('no-place'), at('file', 'checkpoints')), '--until-caught-up'];
      const { code, stderr } = await run(args);
      expect(stderr).to.match(/ERR_FILE|no checkpoint could be written/);
      expect(code).to.be.oneOf([0, 2, 3]);
      await stream(at('log'), at('no-place'), at('no-place-checkpoints'));
      expectSameLines(await dump(at('no-place')), expected, 'after a run without checkpoints');
    });

    it('the batch says so; a later run with a checkpoint store is right', async () => {
      const { code, stderr } = await run(batchArgs(at('archive'), at('no-room'), at('file', 'checkpoints')));
      expect(code, stderr).to.be.oneOf([2, 3]);
      expect(stderr).to.match(/ERR_FILE/);
      await batch(at('archive'), at('no-room'), at('no-room-checkpoints'));
      expectSameLines(await dump(at('no-room')), expected, 'after a batch without checkpoints');
    });

    it('tables that cannot be created: the stream ends with 3', async () => {
      const args = streamArgs(at('log'), at('file', 'tables'), at('unused-checkpoints'));
      const { code, stderr } = await run([...args, '--until-caught-up']);
      expect(code, stderr).to.equal(3);
      expect(stderr).to.match(/ERR_TABLES_UNAVAILABLE/);
    });
  });
});
