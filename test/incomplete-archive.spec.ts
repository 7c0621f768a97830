import { readdir, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { dump } from './support/dumps.js';
import { lastLine, must, run } from './support/run-command.js';
import { archive, archiveArgs, batch, batchArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const TRADE = { symbol: 'IBM', sector: 'Tech', side: 'buy', quantity: 1, price: 1, time: '2026-01-05T15:00:00.000Z' };

describe('an archive that lacks a partition', () => {
  const at = tempFolder();
  const reconcileArgs = (files: string, ...more: string[]): string[] => [
    ...['reconcile', '--files', `file:${at(files)}`, '--tables', `embedded:${at('tables')}`, '--json', ...more],
  ];

  before(async () => {
    await must(['generate', '--to', `log:${at('log')}`, '--trades', '3000', '--users', '200', '--start', '2026-01-05']);
    await archive(at('log'), at('whole'));
    await batch(at('whole'), at('tables'), at('checkpoints'));
    await archive(at('log'), at('half'));
    for (const name of await readdir(at('half'), { recursive: true }))
      if (/partition=0000[23]$/.test(name)) await rm(at('half', name), { recursive: true });
  });

  it('is rejected by batch, reconcile and repair, naming it, before anything is written', async () => {
    const right = await dump(at('tables'));
    const other = batchArgs(at('half'), at('half-tables'), at('half-checkpoints'));
    for (const day of [[], ['--day', '2026-01-05']]) {
      for (const args of [[...other, '--json'], reconcileArgs('half'), reconcileArgs('half', '--repair')]) {
        const ended = await run([...args, ...day]);
        expect(ended.code, ended.stderr).to.equal(3);
        expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_ARCHIVE_INCOMPLETE' });
        expect(ended.stderr).to.match(/nothing of partitions 2 \(offsets 0-\d+\), 3 \(offsets 0-\d+\) of 4 is there/);
      }
    }
    expect(await dump(at('tables'))).to.deep.equal(right);
  });

  it('is also rejected if an earlier version wrote it without an extent file', async () => {
    await rm(at('half', 'trades', '_source.json'));
    const ended = await run([...batchArgs(at('half'), at('half-tables'), at('half-checkpoints')), '--json']);
    expect(lastLine(ended)).to.include({ code: 'ERR_ARCHIVE_INCOMPLETE' });
    expect(ended.stderr).to.contain('it does not state whether they were empty').and.to.contain('stockafolio archive');
  });

  it('is accepted on request, but never for a repair', async () => {
    const { stderr } = await must([
      ...batchArgs(at('half'), at('half-tables'), at('half-checkpoints')),
      ...['--allow-missing-partitions'],
    ]);
    expect(stderr).to.contain('partition 0: done').and.to.not.contain('partition 2: done');
    const repair = await run(reconcileArgs('half', '--repair', '--allow-missing-partitions'));
    expect(lastLine(repair)).to.include({ ok: false, code: 'ERR_USAGE' });
  });

  it('is complete again once it is archived', async () => {
    await archive(at('log'), at('half'));
    expect(lastLine(await must(reconcileArgs('half')))).to.include({ differences: 0 });
  });

  it('is complete if the partition is empty, even one of an earlier version that is archived again', async () => {
    const lines = ['ann', 'ann', 'ann'].map((user, n) => JSON.stringify({ id: `t${n}`, user, ...TRADE }));
    await writeFile(at('ann.jsonl'), `${lines.join('\n')}\n`);
    await must(['import', at('ann.jsonl'), '--to', `log:${at('one-user')}`]);
    await archive(at('one-user'), at('one'));
    const args = batchArgs(at('one'), at('one-tables'), at('one-checkpoints'));
    expect(lastLine(await must([...args, '--json']))).to.include({ records: 3 });
    await rm(at('one', 'trades', '_source.json'));
    expect(lastLine(await run([...args, '--json']))).to.include({ code: 'ERR_ARCHIVE_INCOMPLETE' });
    await must([...archiveArgs(at('one-user'), at('one')), '--until-caught-up']);
    expect(lastLine(await must([...args, '--json']))).to.include({ ok: true, records: 0 });
  });
});
