import { logProducer } from '@stockafolio/connectors/log-local';
import { logSource } from '@stockafolio/connectors/log-local';
import { isNoticed, type Sale } from '@stockafolio/conformance';
import { expect } from 'chai';
import { expectNoticed, NOTICED_APP, NOTICING_APP } from './support/noticed-sales.js';
import { lastLine, must, run } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { sendSales } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

/** Times at most that sales are sent while both are killed, until something was sent twice. */
const ROUNDS = 6;

describe('topics for others to read, through logs in folders', () => {
  const at = tempFolder();
  const seed = seedOf('topics');

  /** The arguments of a pipeline that sends notices, and of one that reads them. */
  const places = (name: string) => {
    const topics = ['notices', 'item-sums', 'minutes'];
    const writer = [
      ...['--tables', `embedded:${at(`${name}-tables`)}`, '--checkpoints', `file:${at(`${name}-checkpoints`)}`],
      ...topics.flatMap((topic) => ['--topic', `${topic}=log:${at(`${name}-${topic}`)}?partitions=2`]),
    ];
    const reader = [
      ...['--tables', `embedded:${at(`${name}-read-tables`)}`],
      ...['--checkpoints', `file:${at(`${name}-read-checkpoints`)}`, ...NOTICED_APP],
    ];
    const often = ['--checkpoint-interval', '200'];
    return {
      sales: at(`${name}-sales`),
      notices: at(`${name}-notices`),
      tables: `embedded:${at(`${name}-read-tables`)}`,
      write: ['stream', '--source', `log:${at(`${name}-sales`)}`, ...writer, ...often, ...NOTICING_APP],
      writeBatch: ['batch', '--files', `file:${at(`${name}-sales-archive`)}`, ...writer, ...NOTICING_APP],
      read: ['stream', '--source', `log:${at(`${name}-notices`)}`, ...reader, ...often],
      readBatch: ['batch', '--files', `file:${at(`${name}-notices-archive`)}`, ...reader],
    };
  };

  const archive = (source: string, files: string, app: readonly string[]) =>
    must(['archive', '--source', `log:${source}`, '--files', `file:${files}`, '--until-caught-up', ...app]);

  async function countOf(dir: string): Promise<number> {
    const source = logSource(dir);
    const ranges = await source.ranges();
    await source.close();
    return ranges.reduce((sum, { end }) => sum + end, 0);
  }

  it('lose and double nothing for a reader, however often both are killed, and the batch has the same rows', async () => {
    const { sales, notices, tables, write, read, readBatch } = places('killed');
    const sent: Sale[] = [];
    let kills = 0;
    const repeats = async (): Promise<number> => (await countOf(notices)) - sent.filter(isNoticed).length;
    // Not every kill comes between what was sent and its checkpoint.
    for (let round = 0; round === 0 || (round < ROUNDS && (await repeats()) === 0); round++) {
      const producer = await logProducer(sales, { partitions: 3 });
      if (round === 0) await must([...write, '--until-caught-up']);
      const sending = sendSales(producer, 6_000, seed + 10 * round);
      const [killed] = await Promise.all([
        streamKilled(write, sending, randomFrom(seed + 10 * round + 1)),
        streamKilled(read, sending, randomFrom(seed + 10 * round + 2)),
      ]);
      kills += killed;
      sent.push(...(await sending));
      await must([...write, '--until-caught-up']);
      await must([...read, '--until-caught-up']);
    }
    expect(kills, 'kills').to.be.greaterThan(2);
    expect(await repeats(), 'some were sent twice').to.be.greaterThan(0);
    await expectNoticed(sent, tables);
    await archive(notices, at('killed-notices-archive'), NOTICED_APP);
    const args = ['--files', `file:${at('killed-notices-archive')}`, '--json', ...NOTICED_APP];
    expect(lastLine(await must(['reconcile', '--tables', tables, ...args]))).to.include({ differences: 0, newer: 0 });
    const other = `embedded:${at('killed-other')}`;
    const own = ['--tables', other, '--checkpoints', `file:${at('killed-other-checkpoints')}`];
    await must([...readBatch.slice(0, 3), ...own, ...NOTICED_APP]);
    await expectNoticed(sent, other);
  });

  it('are handed over between stream and batch, on both sides', async () => {
    const { sales, notices, tables, write, writeBatch, read, readBatch } = places('handed');
    const send = async (n: number) => sendSales(await logProducer(sales, { partitions: 3 }), 600, seed + n);
    const sent = [...(await send(3))];
    const archiveSales = () => archive(sales, at('handed-sales-archive'), NOTICING_APP);
    const archiveNotices = () => archive(notices, at('handed-notices-archive'), NOTICED_APP);
    await must([...write, '--until-caught-up']);
    await must([...read, '--until-caught-up']);
    sent.push(...(await send(4)));
    await archiveSales();
    await must(writeBatch);
    await archiveNotices();
    await must(readBatch);
    await expectNoticed(sent, tables);
    // The batch again from the start: everything is sent again, with the same numbers.
    const before = await countOf(notices);
    await must([...writeBatch, '--from-start']);
    expect(await countOf(notices)).to.equal(before + sent.filter(isNoticed).length);
    sent.push(...(await send(5)));
    await must([...write, '--until-caught-up']);
    await must([...read, '--until-caught-up']);
    await expectNoticed(sent, tables);
    await archiveNotices();
    await must(readBatch);
    await expectNoticed(sent, tables);
  });

  it('are not sent by reconcile, nor by a batch that is told so', async () => {
    const { sales, notices, write, writeBatch } = places('silent');
    await sendSales(await logProducer(sales, { partitions: 3 }), 300, seed + 6);
    await must([...write, '--until-caught-up']);
    await archive(sales, at('silent-sales-archive'), NOTICING_APP);
    const before = await countOf(notices);
    const files = ['--files', `file:${at('silent-sales-archive')}`];
    const tables = ['--tables', `embedded:${at('silent-tables')}`];
    const ended = await must(['reconcile', ...files, ...tables, '--json', ...NOTICING_APP]);
    expect(lastLine(ended)).to.include({ differences: 0 });
    const none = ['notices', 'item-sums', 'minutes'].flatMap((topic) => ['--topic', `${topic}=none`]);
    const own = ['--tables', `embedded:${at('silent-own')}`, '--checkpoints', `file:${at('silent-own-checkpoints')}`];
    await must(['batch', ...files, ...own, ...none, ...NOTICING_APP]);
    expect(await countOf(notices)).to.equal(before);
    const unsaid = await run(['batch', ...files, ...own, ...NOTICING_APP]);
    expect(unsaid.code).to.equal(2);
    expect(unsaid.stderr).to.contain('--topic notices=none');
    expect((await run([...writeBatch, '--workers', '2'])).code).to.equal(2);
  });

  it('are named one by one, and never read by the pipeline itself', async () => {
    const { sales, write } = places('wrong');
    await (await logProducer(sales, { partitions: 1 })).close();
    const source = ['--source', `log:${sales}`];
    const rest = ['--tables', `embedded:${at('w')}`, '--checkpoints', `file:${at('w-c')}`, ...NOTICING_APP];
    const refused = async (...topics: readonly string[]): Promise<string> => {
      const ended = await run(['stream', ...source, ...rest, ...topics.flatMap((topic) => ['--topic', topic])]);
      expect(ended.code).to.equal(2);
      return ended.stderr;
    };
    expect(await refused()).to.contain('--topic notices=URL');
    expect(await refused(`notices=log:${sales}`)).to.contain('would come back without end');
    expect(await refused('other=log:x')).to.contain("sends to no topic 'other'");
    expect(await refused('notices=log:a', 'notices=log:b')).to.contain('given twice');
    const ended = await must([...write, '--until-caught-up']);
    expect(ended.code).to.equal(0);
    const plan = await must(['topology', ...NOTICING_APP]);
    expect(plan.stdout).to.contain('-> topic item-sums, compacted by user, item');
  });
});
