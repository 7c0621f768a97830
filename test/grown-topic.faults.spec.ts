import { createLog } from '@stockafolio/connectors/log-local';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { expectOracle } from './support/expect-oracle.js';
import { newTopic } from './support/kafka-place.js';
import { lastLine, must, run } from './support/run-command.js';
import { seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';

/** Of 30,000 trades and more, this many before, between and after. */
const TRADES = 12_000;
const MORE = 6;

describe('a topic of Kafka that was given partitions', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  const seed = seedOf('grown');
  let day = 5;

  const tables = (name: string): string =>
    `cassandra://127.0.0.1:${cassandra().port}/grown_${name}_${process.pid}?dc=datacenter1`;
  /** Trades of another day, to the topic, and to a log that had as many partitions from the beginning. */
  const generate = async (url: string): Promise<void> => {
    const trades = ['--trades', String(TRADES), '--users', '1500', '--rate', '50', '--start', `2026-01-0${day}`];
    for (const to of [url, `log:${at('log')}`])
      await must(['generate', '--to', to, ...trades, '--seed', String(seed + day)]);
    day++;
  };
  const stream = (url: string, name: string): string[] => [
    ...['stream', '--source', url, '--tables', tables(name), '--checkpoints', `file:${at(name)}`],
    ...['--until-caught-up', '--json'],
  ];
  const batch = (name: string, ...more: string[]): string[] => [
    ...['batch', '--files', `file:${at('archive')}`, '--tables', tables(name), '--checkpoints', `file:${at(name)}`],
    ...['--json', ...more],
  ];
  const reconcile = (name: string): string[] => [
    ...['reconcile', '--files', `file:${at('archive')}`, '--tables', tables(name), '--json'],
  ];
  const archive = (url: string): Promise<unknown> =>
    must(['archive', '--source', url, '--files', `file:${at('archive')}`, '--until-caught-up']);
  const dumped = async (name: string): Promise<readonly string[]> =>
    (await must(['tables', 'dump', '--tables', tables(name)])).stdout.trimEnd().split('\n');
  const refused = async (command: readonly string[]): Promise<void> => {
    const ended = await run([...command]);
    expect(lastLine(ended), ended.stderr).to.include({ ok: false, code: 'ERR_PARTITIONS_CHANGED' });
    expect(ended.code).to.equal(2);
  };

  it('is rejected at every start, and repaired by the command that the error names', async () => {
    const { url, brokers, topic } = newTopic(kafka());
    await createLog(at('log'), { partitions: MORE });
    await generate(url);
    await must(stream(url, 'before'));
    await archive(url);

    const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: MORE }] });
    await admin.disconnect();
    await generate(url);
    const was = await dumped('before');
    for (let start = 0; start < 2; start++) await refused(stream(url, 'before'));
    await archive(url);
    for (let start = 0; start < 2; start++) await refused(batch('before'));
    await refused(reconcile('before'));
    expect(await dumped('before')).to.deep.equal(was);

    expect((await run(stream(url, 'before'))).stdout).to.contain(`batch --repartition ${MORE}`);
    expect(lastLine(await must(batch('after', '--repartition', String(MORE))))).to.include({ records: 2 * TRADES });
    await generate(url);
    await must([...stream(url, 'after'), '--take-group']);
    await expectOracle(await dumped('after'), at('log'));
    await archive(url);
    expect(lastLine(await must(reconcile('after')))).to.include({ ok: true, differences: 0 });
    // The batch also continues from there, and repeating the command changes nothing.
    expect(lastLine(await must(batch('after', '--repartition', String(MORE))))).to.include({ records: 0 });
  });
});
