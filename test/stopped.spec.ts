import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { lastLine, must, ROOT, start, type Ended, type Running } from './support/run-command.js';
import { archive, archiveArgs, batch, batchArgs, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const TRADES = 60_000;
/** Without the tables' own marks, which name the log that they were made from. */
const rowsOf = (lines: readonly string[]): readonly string[] => lines.filter((line) => !line.includes('"progress"'));
const signals = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const;

describe('a command that is stopped before its work is done says so, what is done, and how to continue', () => {
  const at = tempFolder();
  const generate = ['generate', '--trades', String(TRADES), '--users', '500', '--start', '2026-01-05'];
  let expected: readonly string[] = [];

  const filesIn = async (folder: string): Promise<number> =>
    existsSync(folder) ? (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name)).length : 0;
  /** Resolves when there is a file in a folder, or the command has ended. */
  const begun = async (life: Running, folder: string, files = 1): Promise<void> => {
    let ended = false;
    void life.ended.then(() => (ended = true));
    while (!ended && (await filesIn(folder)) < files) await pause(5);
  };
  const tablesOf = async (log: string, name: string): Promise<readonly string[]> => {
    await stream(at(log), at(`${name}-tables`), at(`${name}-checkpoints`));
    return rowsOf(await dump(at(`${name}-tables`)));
  };
  /** The output of a stopped command; fails if it finished its work. */
  const stopped = async (life: Running, signal: 'SIGTERM' | 'SIGINT', code: number): Promise<Ended> => {
    life.child.kill(signal);
    const ended = await life.ended;
    expect(ended.code, ended.stderr).to.equal(code);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_ABORTED' });
    expect(ended.stderr).to.match(new RegExp(`stopped by ${signal}: .*\\(ERR_ABORTED\\)\\n {2}\\S`));
    return ended;
  };

  before(async () => {
    await must([...generate, '--to', `log:${at('log')}`]);
    await archive(at('log'), at('archive'), '--roll-records', '300');
    expected = await tablesOf('log', 'expected');
  });

  for (const [signal, code] of signals) {
    it(`generate, by ${signal}`, async () => {
      const name = `generated-${signal}`;
      const args = [...generate, '--to', `log:${at(name)}`];
      const life = start([...args, '--pace', '--json']);
      await begun(life, at(name), 5);
      await pause(100);
      const { skip } = lastLine(await stopped(life, signal, code));
      expect(skip).to.be.lessThan(TRADES);
      await must([...args, '--skip', String(skip)]);
      expectSameLines(await tablesOf(name, name), expected, 'generated in two parts');
    });

    it(`import, by ${signal}`, async () => {
      const name = `imported-${signal}`;
      const { stdout } = await must([...generate, '--to', '-']);
      await writeFile(at('trades.jsonl'), stdout);
      const args = ['import', at('trades.jsonl'), '--to', `log:${at(name)}`];
      const life = start([...args, '--json']);
      await begun(life, at(name), 5);
      const { skip, lines } = lastLine(await stopped(life, signal, code));
      expect(lines).to.equal(skip);
      expect(skip).to.be.lessThan(TRADES);
      expect(lastLine(await must([...args, '--skip', String(skip), '--json']))['lines']).to.equal(
        TRADES - Number(skip),
      );
      expectSameLines(await tablesOf(name, name), expected, 'imported in two parts');
    });

    it(`stream --until-caught-up, by ${signal}`, async () => {
      const name = `streamed-${signal}`;
      const args = [...streamArgs(at('log'), at(name), at(`${name}-checkpoints`)), '--until-caught-up'];
      const life = start([...args, '--json']);
      await life.says(/partition 3: begins/);
      const { records, offsets } = lastLine(await stopped(life, signal, code));
      expect(records).to.be.lessThan(TRADES);
      expect(Object.values(offsets as object).reduce((sum: number, n: number) => sum + n, 0)).to.equal(records);
      expect(lastLine(await must([...args, '--json']))['records']).to.equal(TRADES - Number(records));
      expectSameLines(rowsOf(await dump(at(name))), expected, 'streamed in two parts');
    });

    it(`archive --until-caught-up, by ${signal}`, async () => {
      const name = `archived-${signal}`;
      const args = [...archiveArgs(at('log'), at(name)), '--until-caught-up', '--roll-records', '500'];
      const life = start([...args, '--json']);
      await begun(life, at(name));
      const { records } = lastLine(await stopped(life, signal, code));
      expect(lastLine(await must([...args, '--json']))['records']).to.equal(TRADES - Number(records));
    });

    it(`copy, by ${signal}`, async () => {
      const name = `copied-${signal}`;
      const args = ['copy', `file:${at('archive')}`, `file:${at(name)}`, '--concurrency', '1'];
      const life = start([...args, '--json']);
      await begun(life, at(name));
      const { copied } = lastLine(await stopped(life, signal, code));
      const rest = lastLine(await must([...args, '--json']));
      expect(rest['skipped']).to.equal(copied);
      expect(Number(copied) + Number(rest['copied'])).to.equal(await filesIn(at('archive')));
    });

    it(`batch, by ${signal}`, async () => {
      const name = `batched-${signal}`;
      const args = batchArgs(at('archive'), at(name), at(`${name}-checkpoints`));
      const life = start([...args, '--json']);
      await life.says(/partition 0: done/);
      const { records, units } = lastLine(await stopped(life, signal, code));
      expect(units).to.have.length.of.at.least(1).and.at.most(3);
      expect(lastLine(await must([...args, '--json']))['records']).to.equal(TRADES - Number(records));
      expectSameLines(rowsOf(await dump(at(name))), expected, 'batched in two parts');
    });
  }

  it('reconcile, by SIGTERM', async () => {
    await batch(at('archive'), at('batched'), at('batched-checkpoints'));
    const temporary = process.env['TMPDIR'];
    process.env['TMPDIR'] = at('scratch');
    await mkdir(at('scratch'));
    const places = ['--files', `file:${at('archive')}`, '--tables', `embedded:${at('batched')}`];
    const life = start(['reconcile', ...places, '--json']);
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    await begun(life, at('scratch'));
    await stopped(life, 'SIGTERM', 143);
    expect(await readdir(at('scratch'))).to.deep.equal([]);
  });

  it('batch-unit, by SIGTERM, though it waits for the next unit', async () => {
    const places = batchArgs(at('archive'), at('units'), at('unit-checkpoints'));
    const [unit = ''] = (await must([...places, '--print-units'])).stdout.split('\n');
    const child = spawn(process.execPath, ['packages/cli/bin/stockafolio.js', 'batch-unit', '--json'], { cwd: ROOT });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stdin.write(`${unit}\n`);
    expect(JSON.parse((await lines.next()).value as string)).to.include({ partition: 0 });
    child.kill('SIGTERM');
    expect(JSON.parse((await lines.next()).value as string)).to.include({ ok: false, units: 1 });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).to.equal(143);
  });

  it('a command that runs until it is stopped has done its work: SIGTERM ends it with 0, Ctrl-C with 130', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 0],
      ['SIGINT', 130],
    ] as const) {
      const folder = at(`endless-archive-${signal}`);
      for (const args of [
        streamArgs(at('log'), at('endless'), at('endless-checkpoints')),
        [...archiveArgs(at('log'), folder), '--roll-records', '500'],
      ]) {
        const life = start([...args, '--json']);
        await (args[0] === 'stream' ? life.says(/partition 3: (begins|continues)/) : begun(life, folder));
        life.child.kill(signal);
        const ended = await life.ended;
        expect(ended.code, `${args[0]} ${ended.stderr}`).to.equal(code);
        expect(lastLine(ended)['ok'], args[0]).to.equal(true);
      }
    }
  });

  it('a command that has nothing to finish ends at once, and says that it was stopped', async () => {
    const args = ['packages/cli/bin/stockafolio.js', 'tables', 'dump', '--json'];
    const child = spawn(process.execPath, [...args, '--tables', `embedded:${at('expected-tables')}`], { cwd: ROOT });
    await once(child.stdout, 'readable');
    child.kill('SIGTERM');
    let last = '';
    for await (const line of createInterface(child.stdout)) last = line;
    expect(JSON.parse(last)).to.include({ ok: false, code: 'ERR_ABORTED' });
    expect(child.exitCode ?? ((await once(child, 'close')) as [number])[0]).to.equal(143);
  });
});
