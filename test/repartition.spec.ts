import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { must } from './support/run-command.js';
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
});
