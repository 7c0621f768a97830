import { kafkaDestination, kafkaProducer } from '@stockafolio/connectors/kafka';
import { isNoticed, Notice, noticeOf, type Sale, sale } from '@stockafolio/conformance';
import { jsonCodec, keyBytes, StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage, Transactions } from '@stockafolio/core/ports';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { join } from 'node:path';
import { whileKilled } from './support/kill.js';
import { newTopic, readTopic } from './support/kafka-place.js';
import { expectNoticed, NOTICED_APP, NOTICING_APP } from './support/noticed-sales.js';
import { lastLine, must } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { sendSales } from './support/sold-items.js';
import { tempFolder } from './support/temp-folder.js';
import { streamKilled } from './support/two-streams.js';

/** A killed member must be missed soon. */
const SOON = '?session=2000';
const OFTEN = ['--checkpoint-interval', '200'];
const TRANSACTIONS_APP = ['--app', join(import.meta.dirname, 'support/transactions-app.mjs')];
const codec = jsonCodec(Notice);

describe('topics for others to read, on Kafka', () => {
  const at = tempFolder();
  const kafka = useKafka();
  const seed = seedOf('topics on Kafka');

  const storesOf = (name: string) => [
    ...['--tables', `embedded:${at(`${name}-tables`)}`, '--checkpoints', `file:${at(`${name}-checkpoints`)}`],
    ...OFTEN,
  ];

  /** Reads notices to the end, and checks the tables, of stream and batch. */
  async function expectReader(name: string, url: string, sent: readonly Sale[]): Promise<void> {
    const read = ['stream', '--source', url, ...storesOf(name), ...NOTICED_APP];
    await must([...read, '--until-caught-up']);
    const tables = `embedded:${at(`${name}-tables`)}`;
    await expectNoticed(sent, tables);
    const files = `file:${at(`${name}-archive`)}`;
    await must(['archive', '--source', url, '--files', files, '--until-caught-up', ...NOTICED_APP]);
    const ended = await must(['reconcile', '--files', files, '--tables', tables, '--json', ...NOTICED_APP]);
    expect(lastLine(ended)).to.include({ ok: true, differences: 0, newer: 0 });
  }

  /** What a consumer gets that knows nothing of the headers, and reads what is committed alone. */
  async function plainly({ brokers, topic }: ReturnType<typeof newTopic>, count: number) {
    const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    const consumer = client.consumer({ groupId: `plain-${topic}`, readUncommitted: false });
    const got: { readonly number: number; readonly notice: Notice }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { value, headers = {} } }) => {
        got.push({ number: Number(headers['number']), notice: codec.decode(value ?? new Uint8Array(0)) });
      },
    });
    const end = Date.now() + 60_000;
    while (got.length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
    // If there are more, they come now.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await consumer.disconnect();
    return got;
  }

  it('lose and double nothing for a reader, however often both are killed', async () => {
    const [sales, notices, sums, minutes] = [0, 1, 2, 3].map(() => newTopic(kafka()));
    if (sales === undefined || notices === undefined) return expect.fail('no topics');
    const producer = await kafkaProducer({ ...sales, partitions: 3 });
    const topics = { notices, 'item-sums': sums, minutes };
    const write = [
      ...['stream', '--source', `${sales.url}${SOON}`, ...storesOf('writer'), ...NOTICING_APP],
      ...Object.entries(topics).flatMap(([name, topic]) => ['--topic', `${name}=${topic?.url}?partitions=2`]),
    ];
    await must([...write, '--until-caught-up']);
    const sending = sendSales(producer, whileKilled(6_000), seed);
    const read = ['stream', '--source', `${notices.url}${SOON}`, ...storesOf('reader'), ...NOTICED_APP];
    const [killed] = await Promise.all([
      streamKilled(write, sending, randomFrom(seed + 1)),
      streamKilled(read, sending, randomFrom(seed + 2)),
    ]);
    expect(killed, 'kills').to.be.greaterThan(2);
    await must([...write, '--until-caught-up']);
    const sent = await sending;
    expect((await readTopic(notices)).length, 'some are there twice').to.be.greaterThan(sent.filter(isNoticed).length);
    await expectReader('reader', notices.url, sent);
  });

  /** Sends notices in transactions, of a stream that is killed again and again; returns all sales. */
  async function announced(name: string, notices: ReturnType<typeof newTopic>, partitions: number) {
    const sales = newTopic(kafka());
    const producer = await kafkaProducer({ ...sales, partitions });
    const write = [
      ...['stream', '--source', `${sales.url}${SOON}`, '--topic', `notices=${notices.url}?partitions=2`],
      ...storesOf(name),
      ...TRANSACTIONS_APP,
    ];
    await must([...write, '--until-caught-up']);
    const sending = sendSales(producer, whileKilled(4_000), seed + partitions);
    expect(await streamKilled(write, sending, randomFrom(seed + partitions + 1)), 'kills').to.be.greaterThan(1);
    await must([...write, '--until-caught-up']);
    return sending;
  }

  const sorted = (all: readonly Notice[]) => [...all].sort((a, b) => a.amount - b.amount);

  it('in transactions have each message once', async () => {
    const notices = newTopic(kafka());
    const sent = await announced('announcing', notices, 3);
    const read = await readTopic(notices);
    const ids = read.map(({ headers = {} }) => `${headers['writer']} ${headers['number']}`);
    expect(new Set(ids).size).to.equal(ids.length);
    const found = read.map(({ value }) => codec.decode(value ?? new Uint8Array(0)));
    expect(sorted(found)).to.deep.equal(sorted(sent.filter(isNoticed).map(noticeOf)));
    await expectReader('committed', notices.url, sent);
  });

  // Of one partition: kafkajs 2.2.4 returns messages of aborted transactions if those of several producers overlap.
  it('in transactions have each message once for a consumer that knows nothing of numbers', async () => {
    const notices = newTopic(kafka());
    const wanted = (await announced('plainly', notices, 1)).filter(isNoticed).map(noticeOf);
    const got = await plainly(notices, wanted.length);
    expect(sorted(got.map(({ notice }) => notice))).to.deep.equal(sorted(wanted));
  });

  it('refuse in transactions what a process sends whose place another one has taken', async () => {
    const notices = newTopic(kafka());
    const open = () => kafkaDestination(notices).open({ partitions: 2, isCompacted: false });
    const [one, other] = [await open(), await open()];
    const begin = (of: Awaited<ReturnType<typeof open>>): Transactions => {
      const transactions = of.transactions?.(`writer-${notices.topic}`);
      if (transactions === undefined) throw new Error('there are no transactions');
      return transactions;
    };
    const messageOf = (n: number): OutgoingMessage => {
      const notice = noticeOf(sale({ amount: n }));
      return { key: keyBytes(notice.user), value: codec.encode(notice), headers: { number: String(n) } };
    };
    try {
      const zombie = begin(one);
      expect(await zombie.begin()).to.equal(0);
      await zombie.commit([messageOf(0), messageOf(1)], 2);
      const heir = begin(other);
      expect(await heir.begin()).to.equal(2);
      const refused: unknown = await zombie.commit([messageOf(2)], 3).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(StockafolioError);
      expect((refused as StockafolioError).code).to.equal('ERR_WRITER_FENCED');
      await heir.commit([messageOf(3)], 4);
      await heir.commit([messageOf(4), messageOf(5)], 6);
      expect(await begin(one).begin()).to.equal(6);
    } finally {
      await one.producer.close();
      await other.producer.close();
    }
    const numbers = (await plainly(notices, 5)).map(({ number }) => number);
    expect(numbers.sort()).to.deep.equal([0, 1, 3, 4, 5]);
  });
});
