import { growLog, logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { lastLine, must, run } from './support/run-command.js';
import { readLog, valueOf, type LoggedMessage } from './support/read-log.js';
import { seedOf } from './support/seed.js';
import { expectEachOnce, expectSameInBatch, ITEMS_APP, KEPT_ITEMS_APP, sendSales } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { APP, archiveBoth, sendBoth, sendToAll, sourceArgs, type TwoStreams } from './support/two-streams.js';

const WAS = 3;
const IS = 5;

/** Checks that a command is refused, and names the one that mends it. */
async function expectRefused(command: readonly string[], code = 'ERR_PARTITIONS_CHANGED'): Promise<void> {
  const ended = await run([...command, '--json']);
  expect(lastLine(ended), ended.stderr).to.include({ ok: false, code });
  expect(ended.stdout).to.contain(`batch --repartition ${IS}`);
  expect(ended.code).to.equal(2);
}

describe('logs that were given partitions', () => {
  const at = tempFolder();
  const seed = seedOf('grown logs');
  const files = (): string => `file:${at('archive')}`;
  const places = (name: string): string[] => [
    ...['--tables', `embedded:${at(`${name}-tables`)}`, '--checkpoints', `file:${at(`${name}-checkpoints`)}`],
  ];

  it('of two streams, are refused until one command has made new tables from their archives', async () => {
    const place = (name: string): TwoStreams['orders'] => ({
      url: `log:${at(name)}`,
      producer: () => logProducer(at(name)),
      read: () => readLog(at(name)),
    });
    const both = { orders: place('orders'), payments: place('payments') };
    for (const name of ['orders', 'payments']) await (await logProducer(at(name), { partitions: WAS })).close();
    const stream = (name: string): string[] => [
      ...['stream', ...sourceArgs(both), ...places(name), '--until-caught-up', ...APP],
    ];
    const batch = (name: string, ...more: string[]): string[] => [
      ...['batch', '--files', files(), ...places(name), ...APP, ...more],
    ];
    const reconcile = (name: string): string[] => [
      ...['reconcile', '--files', files(), '--tables', `embedded:${at(`${name}-tables`)}`, ...APP],
    ];
    await sendBoth(both, 600, seed);
    await must(stream('before'));
    await archiveBoth(both, files());
    await growLog(at('payments'), IS);
    await expectRefused(stream('before'), 'ERR_NOT_COPARTITIONED');
    await growLog(at('orders'), IS);
    await expectRefused(stream('before'));
    await sendBoth(both, 600, seed + 1);
    await sendToAll(both);
    await archiveBoth(both, files());
    for (const command of [stream('before'), batch('before'), batch('new'), reconcile('before')])
      await expectRefused(command);

    await must(batch('after', '--repartition', String(IS), '--workers', '2'));
    await sendBoth(both, 600, seed + 2);
    await must(stream('after'));
    await archiveBoth(both, files());
    const found = lastLine(await must([...reconcile('after'), '--json']));
    expect(found).to.include({ ok: true, differences: 0, newer: 0 });
    const { stdout } = await must(['tables', 'dump', 'balances', '--tables', `embedded:${at('after-tables')}`, ...APP]);
    const entries = stdout.split('\n').flatMap((line) => /"log":" ([^"]*)"/.exec(line)?.[1]?.split(' ') ?? []);
    const centsOf = (log: readonly LoggedMessage[], name: string, sign: number): number[] =>
      log.map((message) => sign * Number((JSON.parse(valueOf(message)) as Record<string, unknown>)[name]));
    const sent = [...centsOf(await both.orders.read(), 'cents', -1), ...centsOf(await both.payments.read(), 'paid', 1)];
    const inOrder = (all: readonly number[]): number[] => [...all].sort((one, other) => one - other);
    expect(inOrder(entries.map(Number))).to.deep.equal(inOrder(sent));
  });

  it('of a pipeline that keeps something in front of its repartitions, the same', async () => {
    const source = `log:${at('kept')}`;
    const tables = (name: string): string => `embedded:${at(`${name}-tables`)}`;
    const kept = `file:${at('kept-archive')}`;
    const stream = (name: string): string[] => [
      ...['stream', '--source', source, ...places(name), '--until-caught-up', ...KEPT_ITEMS_APP],
    ];
    const batch = (name: string): string[] => ['batch', '--files', kept, ...places(name), ...KEPT_ITEMS_APP];
    const archive = ['archive', '--source', source, '--files', kept, '--until-caught-up', ...KEPT_ITEMS_APP];
    const sent = [...(await sendSales(await logProducer(at('kept'), { partitions: WAS }), 400, seed + 3))];
    await must(stream('kept-before'));
    await must(archive);
    await growLog(at('kept'), IS);
    await expectRefused(stream('kept-before'));
    sent.push(...(await sendSales(await logProducer(at('kept')), 400, seed + 4)));
    await must(archive);
    for (const command of [stream('kept-before'), batch('kept-before')]) await expectRefused(command);
    await must([...batch('kept-after'), '--repartition', String(IS)]);
    await expectEachOnce(sent, tables('kept-after'), KEPT_ITEMS_APP);
    sent.push(...(await sendSales(await logProducer(at('kept')), 400, seed + 5)));
    await must(stream('kept-after'));
    await expectEachOnce(sent, tables('kept-after'), KEPT_ITEMS_APP);
    await expectSameInBatch(source, kept, tables('kept-after'), KEPT_ITEMS_APP);
  });

  it('of a pipeline that keeps nothing there, are read on without a command', async () => {
    const source = `log:${at('free')}`;
    const stream = ['stream', '--source', source, ...places('free'), '--until-caught-up', ...ITEMS_APP];
    const archive = [
      'archive',
      '--source',
      source,
      '--files',
      `file:${at('free-archive')}`,
      '--until-caught-up',
      ...ITEMS_APP,
    ];
    const sent = [...(await sendSales(await logProducer(at('free'), { partitions: WAS }), 400, seed + 6))];
    await must(stream);
    await must(archive);
    await growLog(at('free'), IS);
    sent.push(...(await sendSales(await logProducer(at('free')), 400, seed + 7)));
    await must(stream);
    await expectEachOnce(sent, `embedded:${at('free-tables')}`);
    await expectSameInBatch(source, `file:${at('free-archive')}`, `embedded:${at('free-tables')}`);
    const repartition = ['batch', '--files', `file:${at('free-archive')}`, ...places('free-again'), ...ITEMS_APP];
    const ended = await run([...repartition, '--repartition', String(IS), '--json']);
    expect(lastLine(ended)).to.include({ ok: false, code: 'ERR_USAGE' });
  });
});
