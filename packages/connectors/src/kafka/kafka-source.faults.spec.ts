import { expectCode } from '@stockafolio/conformance';
import { useKafka } from '@stockafolio/servers/mocha';
import { startKafka, type Server } from '@stockafolio/servers';
import type { Producer, Source } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { eventually, numbered, Reader } from '../../test/kafka/kafka-reader.js';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';
import { systemClock } from '../clock-system/index.js';

const inOrder = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

/** Receives everything that was appended, sorted: each message exactly once. */
async function expectAll(reader: Reader, count: number): Promise<void> {
  const all = (): string[] => [...reader.taken.values()].flat();
  await eventually(`${count} messages are taken`, () => reader.failure !== undefined || all().length >= count);
  await systemClock.sleep(300);
  if (reader.failure !== undefined) throw reader.failure;
  for (const taken of reader.taken.values())
    expect(taken, reader.told.join('; ')).to.deep.equal([...taken].sort((a, b) => Number(a) - Number(b)));
  expect(all().sort((a, b) => Number(a) - Number(b))).to.deep.equal(inOrder(count));
}

describe('when Kafka fails', function () {
  this.timeout(180_000);
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

  const read = async (options: Parameters<KafkaTopic['source']>[0] = {}): Promise<Source> => {
    const source = topic.source(options);
    await source.open(topic.topic, reader);
    reader.start(source);
    return source;
  };

  /** Appends without a pause during an action on the broker, and for some time after it. */
  async function appending(producer: Producer, during: () => Promise<void>): Promise<number> {
    let count = 0;
    let over = false;
    const work = (async () => {
      while (!over) {
        await producer.append(numbered(200, count));
        count += 200;
        await systemClock.sleep(5);
      }
    })();
    // Its failure is reported by the wait for it below.
    work.catch(() => undefined);
    await systemClock.sleep(500);
    await during();
    await systemClock.sleep(1_000);
    over = true;
    await work;
    return count;
  }

  // kafkajs: a consumer gets stuck after the broker was down, or its runner ends and never restarts.
  it('continues to read and write, each message once, after a kill -9 and restart of the broker', async () => {
    const producer = await topic.producer();
    await read();
    const count = await appending(producer, async () => {
      for (let kill = 0; kill < 2; kill++) {
        await kafka().kill();
        await systemClock.sleep(500);
        await kafka().start();
        await systemClock.sleep(2_000);
      }
    });
    await expectAll(reader, count);
  });

  // kafkajs: a request that is never answered keeps its connection, and later requests wait behind it.
  it('continues to read and write, each message once, after the broker was suspended', async () => {
    const producer = await topic.producer({ requestTimeout: 1_500 });
    await read({ requestTimeout: 1_500 });
    const count = await appending(producer, async () => {
      kafka().suspend();
      await systemClock.sleep(6_000);
      kafka().resume();
    });
    await expectAll(reader, count);
  });

  it('reports a broker that is down for longer than the patience', async () => {
    const producer = await topic.producer({ patience: 1_000 });
    const source = topic.source({ patience: 1_000 });
    await source.open(topic.topic, reader);
    await producer.append(numbered(4));
    expect((await source.next(20_000))?.messages).to.have.length(1);
    await kafka().kill();
    try {
      await expectCode('ERR_SOURCE_UNAVAILABLE', async () => {
        while (true) await source.next(1_000);
      });
      await expectCode('ERR_SOURCE_UNAVAILABLE', () => source.ranges());
      await expectCode('ERR_SOURCE_UNAVAILABLE', () => producer.append(numbered(4)));
    } finally {
      await kafka().start();
    }
    const range = await topic.source().ranges();
    expect(range).to.have.length(4);
  });

  it('waits without limit on request, reporting each attempt', async () => {
    const told: string[] = [];
    const source = topic.source({ patience: Infinity, onRetry: ({ code }) => void told.push(code) });
    await kafka().kill();
    const asking = source.identity();
    // Longer than the usual wait for a broker that was never there.
    await systemClock.sleep(8_000);
    await kafka().start();
    expect(await asking).to.match(/^kafka:/);
    expect(new Set(told)).to.deep.equal(new Set(['ERR_SOURCE_UNAVAILABLE']));
  });

  // kafkajs silently sets the group to the newest message, and commits that.
  it('never continues from another offset if the next one is gone', async () => {
    const producer = await topic.producer();
    for (let n = 0; n < 400; n += 40) await producer.append(numbered(40, n));
    await topic.expire(90);
    const source = topic.source();
    await source.open(topic.topic, {
      assigned: async () => [{ partition: 0, offset: 17 }],
      revoked: async () => undefined,
    });
    const error = await expectCode('ERR_OFFSET_GONE', async () => {
      while (true) await source.next(1_000);
    });
    expect(error.message).to.contain('offset 17 is gone, the oldest is 90');
    const [committed] = await topic.admin((admin) =>
      admin.fetchOffsets({ groupId: topic.topic, topics: [topic.topic] }),
    );
    expect(committed?.partitions.every(({ offset }) => offset === '-1')).to.equal(true);
  });

  it('reports a topic that has lost its newest messages', async () => {
    await (await topic.producer()).append(numbered(40));
    const source = topic.source();
    await source.open(topic.topic, {
      assigned: async () => [{ partition: 0, offset: 100 }],
      revoked: async () => undefined,
    });
    const error = await expectCode('ERR_SOURCE_DIVERGED', async () => {
      while (true) await source.next(1_000);
    });
    expect(error.message).to.contain('cut at offset 10 or before').and.to.contain('up to offset 100');
  });

  // kafkajs continues in the new topic, whose offsets mean other messages.
  it('ends if the topic was deleted and recreated while it was read', async () => {
    const producer = await topic.producer();
    await producer.append(numbered(400));
    await read();
    await eventually('all is taken', () => [...reader.taken.values()].flat().length === 400);
    await topic.remove();
    await topic.make();
    const again = await topic.producer();
    await again.append(numbered(4_000));
    await eventually('it ends', () => reader.failure !== undefined);
    await expectCode('ERR_SOURCE_MISMATCH', () => Promise.reject(reader.failure as Error));
    expect([...reader.taken.values()].flat()).to.have.length(400);
  });

  it('ends if partitions were added, because keys move then', async () => {
    await read();
    await eventually('it reads', () => reader.partitions.length === 4);
    await topic.admin((admin) => admin.createPartitions({ topicPartitions: [{ topic: topic.topic, count: 6 }] }));
    const guest = topic.source();
    await guest.open(topic.topic, new Reader());
    await expectCode('ERR_PARTITIONS_CHANGED', async () => {
      await eventually('it ends', () => reader.failure !== undefined);
      throw reader.failure as Error;
    });
  });

  it('says what to do about a missing topic, and does not create it by asking', async () => {
    const other = new KafkaTopic(kafka().port);
    await expectCode('ERR_SOURCE_UNKNOWN', () => other.source().identity());
    await expectCode('ERR_SOURCE_UNKNOWN', () => other.source().ranges());
    await other.close();
    expect(await topic.admin((admin) => admin.listTopics())).to.not.include(other.topic);
  });

  it('reports an address where nobody listens', async () => {
    const nowhere = new KafkaTopic(1);
    const source = nowhere.source({ patience: 500 });
    const error = await expectCode('ERR_SOURCE_UNAVAILABLE', () => source.identity());
    expect(error.retryable).to.equal(true);
    await expectCode('ERR_SOURCE_UNAVAILABLE', () => nowhere.producer());
    await nowhere.close();
  });

  // kafkajs leaves timers and sockets behind, and waits for answers that never come.
  it('leaves nothing behind when it is closed, even while the broker is suspended', async () => {
    const left = (): string[] =>
      process.getActiveResourcesInfo().filter((each) => each === 'Timeout' || each === 'TCPSocketWrap');
    // The wait below has a timer of its own.
    const before = left().length + 1;
    const source = topic.source();
    const producer = await topic.producer();
    await source.open(topic.topic, reader);
    await producer.append(numbered(4));
    await source.next(20_000);
    kafka().suspend();
    try {
      const asking = source.ranges().catch(() => undefined);
      await systemClock.sleep(300);
      await source.close();
      await producer.close();
      await asking;
      await eventually('only what was there is left', () => left().length <= before, 10_000);
    } finally {
      kafka().resume();
    }
  });
});

describe('a Kafka that requires a login', function () {
  this.timeout(180_000);
  useKafka();
  const login = { username: 'ann', password: 'open sesame' };
  let server: Server | undefined;

  before(async () => {
    server = await startKafka({ login });
  });
  after(() => server?.close());

  it('accepts the right login, and tells others what to do without showing the password', async () => {
    const topic = new KafkaTopic(server?.port ?? 0);
    const sasl = { mechanism: 'plain' as const, ...login };
    const said: string[] = [];
    const log = (level: string, message: string, details: unknown): void =>
      void said.push(`${level} ${message} ${JSON.stringify(details)}`);
    const producer = await topic.producer({ sasl, log });
    await producer.append(numbered(4));
    expect((await topic.source({ sasl, log }).ranges()).map(({ end }) => end)).to.deep.equal([1, 1, 1, 1]);
    const wrong = topic.source({ sasl: { ...sasl, password: 'open barley' }, log });
    const error = await expectCode('ERR_ACCESS_DENIED', () => wrong.identity());
    expect(said).to.not.have.length(0);
    for (const text of [...said, error.message, String(error.hint), String(error.cause)])
      expect(text).to.not.contain('sesame').and.not.contain('barley');
    await expectCode('ERR_SOURCE_UNAVAILABLE', () => topic.source({ patience: 500 }).identity());
    await topic.close();
  });
});
