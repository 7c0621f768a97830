import { partitionOf } from '@stockafolio/core';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import * as zlib from 'node:zlib';
import { compressions } from './compression/codec.js';
import { loadCodec } from './compression/load-codec.js';
import { register } from './compression/registry.js';
import { eventually, numbered, Reader } from '../../test/kafka/kafka-reader.js';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';
import { systemClock } from '../clock-system/index.js';

/** Node 20 cannot write zstd. */
const writable = compressions.filter((each) => each !== 'zstd' || 'zstdCompressSync' in zlib);

describe('beside other clients of Kafka', function () {
  this.timeout(120_000);
  const kafka = useKafka();
  let topic: KafkaTopic;
  let reader: Reader;

  beforeEach(async () => {
    topic = new KafkaTopic(kafka().port);
    await topic.make();
    reader = new Reader();
  });
  afterEach(async () => {
    await reader.stop();
    await topic.close();
  });

  const taken = (): string[] => [...reader.taken.values()].flat();

  it('reads what they write, compressed or not, and chooses partitions as they do', async () => {
    const producer = topic.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = Array.from({ length: 500 }, (_, n) => ({
      key: `key-${n}`,
      value: `${n}`,
      headers: { n: `${n}` },
    }));
    const { None, GZIP, Snappy, LZ4 } = kafkajs.CompressionTypes;
    await register(Snappy, await loadCodec('snappy'));
    await register(LZ4, await loadCodec('lz4'));
    const all = [None, GZIP, Snappy, LZ4];
    for (const compression of all) await producer.send({ topic: topic.topic, messages, compression });
    await producer.disconnect();
    const source = topic.source();
    await source.open(topic.topic, reader);
    for (let count = 0; count < all.length * messages.length;) {
      const batch = await source.next(20_000);
      for (const { key, value, headers } of batch?.messages ?? []) {
        const n = Buffer.from(value ?? []).toString();
        expect(Buffer.from(key ?? []).toString()).to.equal(`key-${n}`);
        expect(headers).to.deep.equal({ n });
        expect(partitionOf(key ?? new Uint8Array(), 4)).to.equal(batch?.partition);
        count++;
      }
    }
  });

  // A broker whose topic has its own compression stores what it receives as Java's clients write it.
  for (const stored of ['gzip', 'snappy', 'lz4', 'zstd']) {
    it(`reads what Java has compressed with ${stored}, and writes with every compression what Java reads`, async () => {
      const own = new KafkaTopic(kafka().port);
      await own.make({ 'compression.type': stored });
      try {
        for (const compression of writable) {
          if (compression === stored) continue;
          const producer = await own.producer({ compression });
          await producer.append(numbered(200));
        }
        const source = own.source();
        await source.open(own.topic, reader);
        reader.start(source);
        const count = writable.filter((each) => each !== stored).length;
        await eventually('all is read', () => reader.failure !== undefined || taken().length >= 200 * count);
        expect(reader.failure).to.equal(undefined);
        expect(taken().sort()).to.deep.equal(
          Array.from({ length: 200 }, (_, n) => new Array<string>(count).fill(String(n)))
            .flat()
            .sort(),
        );
      } finally {
        await reader.stop();
        await own.close();
      }
    });
  }

  it('writes what they read, compressed or not', async () => {
    for (const compression of ['none', 'gzip'] as const) {
      const producer = await topic.producer({ compression });
      await producer.append(numbered(200));
    }
    const consumer = topic.kafka.consumer({ groupId: topic.topic });
    const values: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: topic.topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
    await eventually('they have read all', () => values.length === 400);
    await consumer.disconnect();
    expect(new Set(values)).to.have.property('size', 200);
  });

  // kafkajs's own consumer never reaches an end that is a transaction marker.
  it('sees no message of an aborted transaction, and is caught up after its marker', async () => {
    const producer = topic.kafka.producer({ transactionalId: topic.topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [n, kept] of [true, false, true, false].entries()) {
      const transaction = await producer.transaction();
      await transaction.send({
        topic: topic.topic,
        messages: Array.from({ length: 10 }, (_, i) => ({
          partition: 0,
          value: `${kept ? 'kept' : 'dropped'} ${n} ${i}`,
        })),
      });
      await (kept ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    const source = topic.source();
    await source.open(topic.topic, reader);
    reader.start(source);
    await eventually('what was kept is taken', () => taken().length === 20);
    await systemClock.sleep(500);
    expect(taken().every((text) => text.startsWith('kept'))).to.equal(true);
    expect((await source.ranges())[0]?.end).to.equal(32);
    expect(reader.taken.get(0)).to.have.length(20);
  });
});
