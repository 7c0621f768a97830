import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { kafkaProducer, kafkaSource, type KafkaPlace } from '@stockafolio/connectors/kafka';
import { logProducer } from '@stockafolio/connectors/log-local';
import { useCassandra, useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { newTopic, readTopic } from './support/kafka-place.js';
import { lastLine, must, ROOT, run, start, startProgram, type Ended } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const DAY = 24 * 3_600_000;
const SENT = Date.parse('2026-01-05T15:00:00Z');
const LETTERS = 400;
/** 1,200 with LARGE_LETTERS=1200. */
const LARGE = Number(process.env['LARGE_LETTERS'] ?? 150);

const tradeOf = (id: string, time: number, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      ...{ id, user: `u${id}`, symbol: 'IBM', sector: 'Tech', side: 'buy', quantity: 1, price: 1 },
      ...{ time: new Date(time).toISOString(), ...more },
    }),
  );

describe('dead letters on real servers', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const cassandra = useCassandra();
  let topic: KafkaPlace & { readonly url: string };

  const replayArgs = (): string[] => [
    ...[
      'dead-letters',
      'replay',
      '--tables',
      `embedded:${at('tables')}`,
      '--to',
      `${topic.url}?session=6000`,
      '--json',
    ],
    ...['--with', at('mended.jsonl')],
  ];
  const mend = async (): Promise<void> => {
    const args = ['dead-letters', 'list', '--tables', `embedded:${at('tables')}`, '--format', 'jsonl'];
    const { stdout } = await must(args);
    expect(stdout.trimEnd().split('\n')).to.have.length(LETTERS);
    await writeFile(at('mended.jsonl'), stdout.replaceAll('hold', 'sell'));
  };
  const streamed = async (): Promise<Ended> =>
    must([
      ...['stream', '--source', topic.url, '--tables', `embedded:${at('tables')}`, '--checkpoints'],
      ...[`file:${at('checkpoints')}`, '--until-caught-up'],
    ]);
  const madeAnew = async (): Promise<void> => {
    for (const folder of ['tables', 'checkpoints']) await rm(at(folder), { recursive: true, force: true });
    await streamed();
  };
  /** How often each dead letter was replayed. */
  const replays = async (): Promise<number[]> => {
    const counts = new Map<string, number>();
    for (const { headers } of await readTopic(topic)) {
      const id = headers?.['replays'];
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts.values()];
  };
  /** A topic of dead letters, and a file in which they are corrected. */
  const bad = async (): Promise<void> => {
    topic = newTopic(kafka());
    const producer = await kafkaProducer(topic);
    await producer.append(
      Array.from({ length: LETTERS }, (_, n) => ({
        key: Buffer.from(`u${n}`),
        value: tradeOf(`${n}`, SENT, { side: 'hold' }),
      })),
    );
    await producer.close();
    await madeAnew();
    await mend();
  };

  it('two concurrent replays into one topic append each dead letter once, and both succeed', async () => {
    await bad();
    const ended = await Promise.all([must(replayArgs()), must(replayArgs())]);
    expect(ended.reduce((sum, each) => sum + Number(lastLine(each)['replayed']), 0)).to.equal(LETTERS);
    expect(await replays()).to.deep.equal(Array.from({ length: LETTERS }, () => 1));
  });

  it('a replay after the tables were rebuilt finds the replayed messages in the topic, and appends nothing', async () => {
    await madeAnew();
    expect(lastLine(await must(replayArgs()))).to.include({ ok: true, replayed: 0 });
    expect(await replays()).to.have.length(LETTERS);
  });

  it('a killed replay is continued by the next one', async () => {
    await bad();
    const life = start(replayArgs());
    const source = kafkaSource(topic);
    const ends = async (): Promise<number> => (await source.ranges()).reduce((sum, { end }) => sum + end, 0);
    while (life.child.exitCode === null && (await ends()) === LETTERS);
    await source.close();
    life.child.kill('SIGKILL');
    await life.ended;
    await must(replayArgs());
    expect(await replays()).to.deep.equal(Array.from({ length: LETTERS }, () => 1));
  });

  it('a compacted topic does not show what was replayed: nothing is appended except on request', async () => {
    await bad();
    const admin = new kafkajs.Kafka({ brokers: [...topic.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic.topic, configEntries }],
    });
    await admin.disconnect();
    const refused = await run(replayArgs());
    expect(refused.code, refused.stderr).to.equal(2);
    expect(lastLine(refused)).to.include({ ok: false, code: 'ERR_REPLAY_IN_DOUBT' });
    expect(await replays()).to.deep.equal([]);
    expect(lastLine(await must([...replayArgs(), '--assume-not-replayed']))).to.include({ replayed: LETTERS });
  });

  it(`${LARGE} dead letters of a megabyte are listed, in full on request, from Cassandra too`, async () => {
    const note = 'n'.repeat(1_000_000);
    const producer = await logProducer(at('log'));
    for (let n = 0; n < LARGE; n++) {
      const value = tradeOf(`${n}`, SENT + 10 * DAY, { note });
      await producer.append([{ key: Buffer.from(`u${n}`), value, timestamp: SENT }]);
    }
    await producer.close();
    const tables = `cassandra://127.0.0.1:${cassandra().port}/letters_${process.pid}?dc=datacenter1`;
    await must([
      ...['stream', '--source', `log:${at('log')}`, '--tables', tables, '--checkpoints'],
      ...[`file:${at('log-checkpoints')}`, '--until-caught-up'],
    ]);
    const list = ['dead-letters', 'list', '--tables', tables];
    const began = performance.now();
    expect(lastLine(await must([...list, '--json']))).to.include({ letters: LARGE });
    process.stderr.write(`      ${LARGE} letters listed in ${Math.round(performance.now() - began)} ms\n`);
    // More than a JavaScript string can hold: the lines go to a file.
    const command = ['packages/cli/bin/stockafolio.js', ...list, '--format', 'jsonl', '--whole'];
    const shell = `"${process.execPath}" ${command.map((word) => `'${word}'`).join(' ')} > '${at('whole.jsonl')}'`;
    expect((await startProgram('sh', ['-c', shell], ROOT).ended).code).to.equal(0);
    let lines = 0;
    for await (const line of createInterface(createReadStream(at('whole.jsonl')))) {
      lines++;
      expect((JSON.parse(line) as { message: string }).message).to.include(note);
    }
    expect(lines).to.equal(LARGE);
  });
});
