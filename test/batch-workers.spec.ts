import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { killHard, until } from './support/kill.js';
import { must, start, type Running } from './support/run-command.js';
import { archive, batch, batchArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

/** The running child processes of a process. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the workers of a batch', function () {
  const at = tempFolder();
  let alone: readonly string[] = [];

  before(async function () {
    if (process.platform !== 'linux') {
      process.stderr.write('skipped: processes are looked up in /proc, which only Linux has\n');
      this.skip();
    }
    const count = ['--trades', '200000', '--users', '20000', '--seed', '7'];
    await must(['generate', '--to', `log:${at('log')}`, '--start', '2026-01-05', ...count]);
    await archive(at('log'), at('archive'));
    await batch(at('archive'), at('alone'), at('alone-checkpoints'));
    alone = await dump(at('alone'));
  });

  /** Starts a batch with two workers; returns their processes once both are working. */
  async function begin(name: string): Promise<{ readonly life: Running; readonly workers: readonly number[] }> {
    const life = start([...batchArgs(at('archive'), at(name), at(`${name}-checkpoints`)), '--workers', '2']);
    let workers: number[] = [];
    await until(life, async () => (workers = await childrenOf(life.child.pid)).length === 2);
    await pause(400);
    return { life, workers };
  }

  async function expectWhole(name: string): Promise<void> {
    await batch(at('archive'), at(name), at(`${name}-checkpoints`), '--workers', '2');
    expectSameLines(await dump(at(name)), alone, 'the tables of two workers');
  }

  it('end with the command that was killed', async () => {
    const { life, workers } = await begin('killed');
    expect(workers).to.have.length(2);
    expect(await killHard(life), 'found running').to.equal(true);
    for (let tries = 0; tries < 500 && workers.some(isThere); tries++) await pause(10);
    expect(workers.filter(isThere)).to.deep.equal([]);
    await expectWhole('killed');
  });

  it('end the run if one of them dies, and it says what to do; the next run does the rest', async () => {
    const { life, workers } = await begin('orphaned');
    process.kill(workers[0] as number, 'SIGKILL');
    const { code, stderr } = await life.ended;
    expect(code, stderr).to.equal(3);
    expect(stderr)
      .to.match(/the worker of partition \d ended with SIGKILL/)
      .and.to.match(/start the batch again/);
    expect(workers.filter(isThere)).to.deep.equal([]);
    await expectWhole('orphaned');
  });

  it('finish nothing more after Ctrl-C, and leave the units to the next run', async () => {
    const { life, workers } = await begin('stopped');
    life.child.kill('SIGINT');
    const { code, stderr } = await life.ended;
    expect(code, stderr).to.equal(130);
    expect(workers.filter(isThere)).to.deep.equal([]);
    await expectWhole('stopped');
  });
});
