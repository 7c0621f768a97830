import type { GroupTarget, Source } from '@stockafolio/core/ports';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import type { Consumer } from 'kafkajs';
import { ConsumerProtocolReader } from '../../test/kafka/consumer-protocol/consumer-protocol-reader.js';
import { eventually, numbered, Reader } from '../../test/kafka/kafka-reader.js';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';
import { systemClock } from '../clock-system/index.js';
import type { KafkaSourceOptions } from './options.js';

const live: GroupTarget = { role: "pipeline 'p'", ids: { tables: 't1', checkpoints: 'c1' } };
const staging: GroupTarget = { role: "pipeline 'p'", ids: { tables: 't2', checkpoints: 'c2' } };

describe('a group of Kafka that is bound to its target', function () {
  this.timeout(180_000);
  const kafka = useKafka();
  let topic: KafkaTopic;
  let readers: Reader[];

  beforeEach(async () => {
    topic = new KafkaTopic(kafka().port);
    await topic.make();
    readers = [];
  });
  afterEach(async () => {
    for (const reader of readers) await reader.stop();
    await topic.close();
  });

  interface Member {
    readonly reader: Reader;
    readonly source: Source;
  }
  const join = async (target?: GroupTarget, options: Partial<KafkaSourceOptions> = {}): Promise<Member> => {
    const source = topic.source(options);
    const reader = new Reader();
    await source.open(topic.topic, reader, target);
    readers.push(reader.start(source));
    return { reader, source };
  };
  const leave = async ({ reader, source }: Member): Promise<void> => {
    await reader.stop();
    await source.close();
  };
  const hasAll = ({ reader }: Member): boolean => reader.partitions.length === 4;
  const isRefused = async ({ reader }: Member): Promise<string> => {
    await eventually('it is refused', () => reader.failure !== undefined);
    expect(reader.failure).to.have.property('code', 'ERR_GROUP_TAKEN');
    return String((reader.failure as Error).message);
  };

  it('refuses a member with another target, at every start, and the running one keeps all', async () => {
    const first = await join(live);
    await eventually('the first has all', () => hasAll(first));
    for (let start = 0; start < 2; start++) {
      const stray = await join(staging);
      expect(await isRefused(stray))
        .to.contain('tables t1')
        .and.to.contain('tables t2');
      await leave(stray);
    }
    expect(hasAll(first)).to.equal(true);
    // It was refused before it joined: no rebalance was needed.
    expect(first.reader.told).to.have.length(1);
  });

  it('refuses it even if no member runs', async () => {
    const first = await join(live);
    await eventually('the first has all', () => hasAll(first));
    await leave(first);
    const stray = await join(staging);
    await isRefused(stray);
    await leave(stray);
    const again = await join(live);
    await eventually('the first goes on', () => hasAll(again));
  });

  it('refuses one of two that start at once, and the other has all', async () => {
    const both = await Promise.all([join(live), join(staging)]);
    await eventually('one is refused', () => both.some(({ reader }) => reader.failure !== undefined));
    const refused = both.find(({ reader }) => reader.failure !== undefined);
    if (refused === undefined) throw new Error('none is refused');
    await isRefused(refused);
    await leave(refused);
    const other = both.find((each) => each !== refused);
    await eventually('the other has all', () => other !== undefined && hasAll(other));
  });

  it('assigns partitions to the members of one target, and tells who has which', async () => {
    const members = [await join(live), await join(live)];
    await eventually('both have some', () => members.every(({ reader }) => reader.partitions.length === 2));
    const holders = (await members[0]?.source.holders?.()) ?? [];
    expect(holders.map(({ partition }) => partition).sort()).to.deep.equal([0, 1, 2, 3]);
    expect(holders[0]?.holder).to.equal("client 'stockafolio' at 127.0.0.1");
  });

  it('lets a process restart before the group notices that the previous one died', async () => {
    const dead = await join(live, { sessionTimeout: 6_000, heartbeatInterval: 100_000 });
    await eventually('it has all', () => hasAll(dead));
    await dead.reader.stop();
    const again = await join(live);
    await eventually('the new one has all', () => hasAll(again));
  });

  it('is taken over on request if nothing runs, and then refuses its previous target', async () => {
    const first = await join(live);
    await eventually('the first has all', () => hasAll(first));
    const early = await join({ ...staging, takeGroup: true });
    await isRefused(early);
    await leave(early);
    await eventually('the first has all again', () => hasAll(first));
    await leave(first);
    const taking = await join({ ...staging, takeGroup: true });
    await eventually('it has all', () => hasAll(taking));
    await isRefused(await join(live));
    await leave(taking);
    const later = await join(staging);
    await eventually('it has all without saying so again', () => hasAll(later));
  });

  it('gives a member of an older version nothing while a member with a target runs', async () => {
    const old = await join();
    await eventually('the old one has all', () => hasAll(old));
    await leave(old);
    const first = await join(live);
    await eventually('the new one has all', () => hasAll(first));
    const late = await join();
    await eventually('the old one is told', () => late.reader.told.length > 0);
    await eventually('the new one has all', () => hasAll(first));
    expect(late.reader.partitions).to.deep.equal([]);
  });

  describe('beside other programs', () => {
    const consumer = (): Consumer => topic.kafka.consumer({ groupId: topic.topic, retry: { retries: 0 } });
    const consume = async (from: Consumer, onCrash: (error: Error) => void): Promise<void> => {
      from.on('consumer.crash', ({ payload: { error } }) => onCrash(error));
      await from.connect();
      await from.subscribe({ topics: [topic.topic] });
      await from.run({ eachMessage: async () => undefined });
    };

    it('is refused if kafkajs has it, naming the client', async () => {
      const other = consumer();
      let joined = false;
      other.on('consumer.group_join', () => (joined = true));
      await consume(other, () => undefined);
      await eventually('it has joined', () => joined);
      expect(await isRefused(await join(live))).to.contain("client 'kafkajs' at 127.0.0.1");
      await other.disconnect();
    });

    it('keeps kafkajs out', async () => {
      const first = await join(live);
      await eventually('the first has all', () => hasAll(first));
      const other = consumer();
      let refused: unknown;
      await consume(other, (error) => (refused = error)).catch((error: unknown) => (refused = error));
      await eventually('it is refused', () => refused !== undefined);
      await other.disconnect();
      expect(hasAll(first)).to.equal(true);
      expect(first.reader.failure).to.equal(undefined);
    });

    const modern = (): Promise<ConsumerProtocolReader> =>
      ConsumerProtocolReader.start(`127.0.0.1:${kafka().port}`, topic.topic, topic.topic);

    it('is refused if a consumer of KIP-848 has it, naming the client', async () => {
      const other = await modern();
      try {
        await eventually('it has all', () => other.said.includes('assigned 4'));
        expect(await isRefused(await join(live))).to.contain("client 'consumer-protocol-reader' at 127.0.0.1");
        await systemClock.sleep(1_000);
        expect(other.said.match(/assigned \d/g)?.at(-1)).to.equal('assigned 4');
      } finally {
        await other.stop();
      }
    });

    it('keeps out a consumer of KIP-848, to which the broker would give the group', async () => {
      const first = await join(live);
      await eventually('the first has all', () => hasAll(first));
      const other = await modern();
      try {
        await eventually('it is refused', () => other.said.includes('failed'));
        expect(other.said).to.contain('GroupIdNotFound');
      } finally {
        await other.stop();
      }
      const producer = await topic.producer();
      await producer.append(numbered(400));
      const taken = (): number => [...first.reader.taken.values()].reduce((sum, each) => sum + each.length, 0);
      await eventually('the first takes all in', () => taken() === 400);
      expect(first.reader.failure).to.equal(undefined);
    });
  });
});
