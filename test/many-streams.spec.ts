import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { expectSameLines } from './support/dumps.js';
import { readLog } from './support/read-log.js';
import { must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';
import {
  APP,
  archiveBoth,
  batchBoth,
  embedded,
  expectInOrder,
  sendBoth,
  sourceArgs,
  streamKilled,
  type TwoStreams,
} from './support/two-streams.js';

describe('several streams, as logs in folders', () => {
  const at = tempFolder();
  const seed = seedOf('several streams');
  const streams = (): TwoStreams => {
    const place = (name: string): TwoStreams['orders'] => ({
      url: `log:${at(name)}`,
      producer: () => logProducer(at(name), { partitions: 3 }),
      read: () => readLog(at(name)),
    });
    return { orders: place('orders'), payments: place('payments') };
  };
  const args = (): string[] => [
    ...['stream', ...sourceArgs(streams()), '--tables', `embedded:${at('tables')}`],
    ...['--checkpoints', `file:${at('checkpoints')}`, '--checkpoint-interval', '200', ...APP],
  ];
  const dump = async (tables: string): Promise<readonly string[]> =>
    (await must(['tables', 'dump', 'balances', '--tables', `embedded:${at(tables)}`, ...APP])).stdout.split('\n');

  it('have one order, however often the stream is killed, and the batch has the same', async () => {
    const both = streams();
    const begun = await both.orders.producer();
    await begun.close();
    await (await both.payments.producer()).close();
    const killed = await streamKilled(args(), sendBoth(both, 12_000, seed), randomFrom(seed + 1));
    expect(killed, 'kills').to.be.greaterThan(3);
    await must([...args(), '--until-caught-up']);
    await expectInOrder(both, embedded(at('tables')));

    const files = `file:${at('archive')}`;
    await archiveBoth(both, files);
    await batchBoth(files, `embedded:${at('batch-tables')}`, `file:${at('batch-checkpoints')}`);
    await batchBoth(files, `embedded:${at('batch-tables')}`, `file:${at('batch-checkpoints')}`, '--to-end');
    expectSameLines(await dump('batch-tables'), await dump('tables'), 'the tables of the batch');
    const { stdout } = await must([
      ...['reconcile', '--files', files, '--tables', `embedded:${at('tables')}`, '--json', ...APP],
    ]);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).to.include({ ok: true, differences: 0 });
  });
});
