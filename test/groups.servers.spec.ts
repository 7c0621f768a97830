import { readdir } from 'node:fs/promises';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dump } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { newTopic } from './support/kafka-place.js';
import { lastLine, must, run, start, type Ended } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** 30,000 with TEST_TRADES=30000. */
const TRADES = Number(process.env['TEST_TRADES'] ?? 10_000);

describe('two deployments with one group', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('groups');
  const generate = (to: string, more: readonly string[] = []): ReturnType<typeof must> =>
    must([
      ...['generate', '--to', to, '--trades', String(TRADES), '--users', '2000', '--rate', '200'],
      ...['--seed', String(seed), '--start', '2026-01-05', ...more],
    ]);
  const streamArgs = (url: string, name: string, ...more: string[]): string[] => [
    ...['stream', '--source', url, '--tables', `embedded:${at(name)}`],
    ...['--checkpoints', `file:${at(`${name}-checkpoints`)}`, '--json', ...more],
  ];
  const archiveArgs = (url: string, name: string, ...more: string[]): string[] => [
    ...['archive', '--source', url, '--files', `file:${at(name)}`, '--json', ...more],
  ];
  const expectRefused = (ended: Ended): void => {
    expect(ended.code, ended.stderr).to.equal(2);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_GROUP_TAKEN' });
    expect(ended.stderr).to.contain('--group').and.to.contain('--take-group');
  };
  const stop = async (life: ReturnType<typeof start>): Promise<void> => {
    life.child.kill('SIGTERM');
    const ended = await life.ended;
    expect(ended.code, ended.stderr).to.equal(0);
  };

  before(() => generate(`log:${at('log')}`));

  it('and other tables: the second is refused, at every start, and the first ends as the oracle does', async () => {
    const { url } = newTopic(kafka());
    await generate(url);
    const first = start(streamArgs(url, 'first'));
    await first.says(/partition 3: begins/);
    for (let starts = 0; starts < 2; starts++) expectRefused(await run(streamArgs(url, 'second', '--until-caught-up')));
    await must(streamArgs(url, 'first-again', '--until-caught-up', '--group', 'another'));
    await stop(first);
    expectRefused(await run(streamArgs(url, 'second', '--until-caught-up')));
    await must(streamArgs(url, 'first', '--until-caught-up'));
    await expectOracle(await dump(at('first')), at('log'));
    await expectOracle(await dump(at('first-again')), at('log'));

    await must(streamArgs(url, 'second', '--until-caught-up', '--take-group'));
    await expectOracle(await dump(at('second')), at('log'));
    expectRefused(await run(streamArgs(url, 'first', '--until-caught-up')));
  });

  it('and other archives: the second is refused, at every start, and the first is whole', async () => {
    const { url } = newTopic(kafka());
    await generate(url);
    const first = start(archiveArgs(url, 'archive', '--roll-interval', '500'));
    while ((await readdir(at('archive'), { recursive: true }).catch(() => [])).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 200));
    for (let starts = 0; starts < 2; starts++)
      expectRefused(await run(archiveArgs(url, 'archive-2', '--until-caught-up')));
    await must(archiveArgs(url, 'archive-2', '--until-caught-up', '--group', 'another-archive'));
    await stop(first);
    expectRefused(await run(archiveArgs(url, 'archive-3', '--until-caught-up')));
    await must(archiveArgs(url, 'archive', '--until-caught-up'));
    for (const name of ['archive', 'archive-2']) {
      const places = ['--files', `file:${at(name)}`, '--tables', `embedded:${at(`${name}-tables`)}`];
      await must(['batch', ...places, '--checkpoints', `file:${at(`${name}-checkpoints`)}`]);
      await expectOracle(await dump(at(`${name}-tables`)), at('log'));
    }
  });

  it('and a process that was killed: the next one of the same deployment continues at once', async () => {
    const { url } = newTopic(kafka());
    await generate(url);
    const killed = start(streamArgs(url, 'killed'));
    await killed.says(/partition 3: begins/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    await must(streamArgs(url, 'killed', '--until-caught-up'));
    await expectOracle(await dump(at('killed')), at('log'));
  });
});
