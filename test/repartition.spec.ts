import { setTimeout as pause } from 'node:timers/promises';
import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { must, run, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { expectEachOnce, expectSameInBatch, ITEMS_APP, sendSales } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

describe('repartitions, through logs in folders', () => {
  const at = tempFolder();
  const seed = seedOf('repartitions');

  it('lose and double nothing, however often the stream is killed, and the batch has the same rows', async () => {
    const source = `log:${at('sales')}`;
    const tables = `embedded:${at('tables')}`;
    const args = [
      ...['stream', '--source', source, '--tables', tables],
      ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...ITEMS_APP],
    ];
    const sending = sendSales(await logProducer(at('sales'), { partitions: 3 }), 6_000, seed);
    const killed = await streamKilled(args, sending, randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...args, '--until-caught-up']);
    const sent = await sending;
    await expectEachOnce(sent, tables);
    await expectSameInBatch(source, `file:${at('archive')}`, tables);

    const batch = ['batch', '--files', `file:${at('archive')}`, '--tables', `embedded:${at('batch-tables')}`];
    await must([...batch, '--checkpoints', `file:${at('batch-checkpoints')}`, '--to-end', ...ITEMS_APP]);
    await expectEachOnce(sent, `embedded:${at('batch-tables')}`);
  });

  it('are not continued by the batch before the stream has read what it sent', async () => {
    const source = `log:${at('handed-over')}`;
    const tables = `embedded:${at('handed-over-tables')}`;
    const places = ['--tables', tables, '--checkpoints', `file:${at('handed-over-checkpoints')}`, ...ITEMS_APP];
    const stream = ['stream', '--source', source, ...places];
    const batch = ['batch', '--files', `file:${at('handed-over-archive')}`, '--to-end', ...places];
    const producer = await logProducer(at('handed-over'), { partitions: 3 });
    const life = start(stream);
    await life.says(/partition \d: begins/);
    const sending = sendSales(producer, 6_000, seed + 2);
    await pause(700);
    life.child.kill('SIGINT');
    expect((await life.ended).code).to.equal(130);
    const sent = await sending;
    await must([
      'archive',
      '--source',
      source,
      '--files',
      `file:${at('handed-over-archive')}`,
      '--until-caught-up',
      ...ITEMS_APP,
    ]);
    // If the stream happened to have read all of it, there is nothing to refuse.
    const ended = await run(batch);
    if (ended.code === 0) await expectEachOnce(sent, tables);
    else expect(ended.stderr).to.contain('ERR_ARCHIVE_GAP');
    await must([...stream, '--until-caught-up']);
    await expectEachOnce(sent, tables);
    await must(batch);
    await expectEachOnce(sent, tables);
  });
});
