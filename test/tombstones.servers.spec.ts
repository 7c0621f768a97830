import { kafkaDestination, kafkaProducer } from '@stockafolio/connectors/kafka';
import { Quote } from '@stockafolio/conformance';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import { textOf } from '@stockafolio/core/ports';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { newTopic, readTopic } from './support/kafka-place.js';
import { lastLine, must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

/** A killed member must be missed soon. */
const SOON = '?session=2000';
const appOf = (name: string): string[] => ['--app', join(import.meta.dirname, `support/${name}-app.mjs`)];
const [LISTING, COPYING] = [appOf('listing'), appOf('copying')];
const codec = jsonCodec(Quote);

describe('tombstones, on Kafka', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('tombstones on Kafka');

  const storesOf = (name: string): string[] => [
    ...['--tables', `embedded:${at(`${name}-tables`)}`, '--checkpoints', `file:${at(`${name}-checkpoints`)}`],
    ...['--checkpoint-interval', '200'],
  ];

  async function rowsOf(name: string, table: string, app: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const tables = `embedded:${at(`${name}-tables`)}`;
    const { stdout } = await must(['tables', 'dump', table, '--tables', tables, ...app]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    const rows = lines.map((line) => JSON.parse(line) as { readonly symbol: string; readonly cents: number });
    return new Map(rows.map(({ symbol, cents }) => [symbol, cents]));
  }

  /** Prices and tombstones of a plain producer, which chooses partitions as Kafka's clients do; returns what is left. */
  async function sendPrices(topic: string, brokers: readonly string[], count: number) {
    const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    const random = randomFrom(seed);
    const left = new Map<string, number>();
    let removed = 0;
    await producer.connect();
    for (let n = 0; n < count;) {
      const messages = Array.from({ length: 40 }, () => {
        const symbol = `S${Math.floor(random() * 60)}`;
        const isRemoved = random() < 0.3;
        const cents = ++n;
        if (isRemoved) left.delete(symbol);
        else left.set(symbol, cents);
        if (isRemoved) removed++;
        return {
          key: symbol,
          value: isRemoved ? null : Buffer.from(codec.encode({ symbol, cents, time: Date.now() })),
        };
      });
      await producer.send({ topic, messages });
      await pause(random() * 200);
    }
    await producer.disconnect();
    return { left, removed };
  }

  it('of a plain producer remove rows, and are sent on, however often both pipelines are killed', async () => {
    const [prices, sent] = [newTopic(kafka()), newTopic(kafka())];
    const opened = await kafkaDestination(prices).open({ partitions: 3, isCompacted: true });
    await opened.producer.close();
    const write = [
      ...['stream', '--source', `${prices.url}${SOON}`, ...storesOf('listing'), ...LISTING],
      ...['--topic', `listed=${sent.url}?partitions=2`],
    ];
    await must([...write, '--until-caught-up']);
    const sending = sendPrices(prices.topic, prices.brokers, 9_000);
    const read = ['stream', '--source', `${sent.url}${SOON}`, ...storesOf('copying'), ...COPYING];
    const [killed] = await Promise.all([
      streamKilled(write, sending, randomFrom(seed + 1)),
      streamKilled(read, sending, randomFrom(seed + 2)),
    ]);
    expect(killed, 'kills').to.be.greaterThan(1);
    await must([...write, '--until-caught-up']);
    await must([...read, '--until-caught-up']);
    const { left, removed } = await sending;
    expect(removed, 'tombstones').to.be.greaterThan(100);
    expect(await rowsOf('listing', 'listed', LISTING)).to.deep.equal(left);
    expect(await rowsOf('copying', 'copied', COPYING)).to.deep.equal(left);

    // A consumer that compares versions has the same.
    const newest = new Map<string, { readonly version: number; readonly cents: number | undefined }>();
    for (const { key, value, headers = {} } of await readTopic(sent)) {
      const [symbol, version] = [textOf(key ?? new Uint8Array(0)), Number(headers['version'])];
      if (version < (newest.get(symbol)?.version ?? 0)) continue;
      newest.set(symbol, { version, cents: value === null ? undefined : codec.decode(value).cents });
    }
    const known = [...newest].flatMap(([symbol, { cents }]) => (cents === undefined ? [] : [[symbol, cents] as const]));
    expect(new Map(known)).to.deep.equal(left);

    // The archive keeps tombstones, and the batch has the same rows.
    for (const [name, url, app] of [
      ['listing', prices.url, LISTING],
      ['copying', sent.url, COPYING],
    ] as const) {
      const files = `file:${at(`${name}-archive`)}`;
      await must(['archive', '--source', url, '--files', files, '--until-caught-up', ...app]);
      const tables = `embedded:${at(`${name}-tables`)}`;
      const ended = await must(['reconcile', '--files', files, '--tables', tables, '--json', ...app]);
      expect(lastLine(ended)).to.include({ ok: true, differences: 0, newer: 0 });
    }
    const own = [`embedded:${at('batch-tables')}`, `file:${at('batch-checkpoints')}`] as const;
    const files = `file:${at('copying-archive')}`;
    await must(['batch', '--files', files, '--tables', own[0], '--checkpoints', own[1], ...COPYING]);
    expect(await rowsOf('batch', 'copied', COPYING)).to.deep.equal(left);
  });

  it('are sent by this producer too', async () => {
    const place = newTopic(kafka());
    const producer = await kafkaProducer({ ...place, partitions: 1 });
    await producer.append([
      { key: keyBytes('a'), value: null },
      { key: keyBytes('b'), value: new Uint8Array(0) },
    ]);
    await producer.close();
    expect((await readTopic(place)).map(({ value }) => value?.length ?? null)).to.deep.equal([null, 0]);
  });
});
