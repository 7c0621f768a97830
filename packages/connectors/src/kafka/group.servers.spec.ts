import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { eventually, numbered, Reader } from '../../test/kafka/kafka-reader.js';
import { KafkaTopic } from '../../test/kafka/kafka-topic.js';
import { systemClock } from '../clock-system/index.js';

describe('a group that shares a topic of Kafka', function () {
  this.timeout(120_000);
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

  const join = async (reader: Reader, options: Parameters<KafkaTopic['source']>[0] = {}): Promise<Reader> => {
    const source = topic.source(options);
    await source.open(topic.topic, reader);
    readers.push(reader);
    return reader.start(source);
  };
  const total = (): number =>
    readers.reduce((sum, { taken }) => sum + [...taken.values()].reduce((n, each) => n + each.length, 0), 0);

  it('hands partitions over cleanly: no member gets any before all have handed theirs over', async () => {
    const offsets = new Map<number, number>();
    const log: string[] = [];
    const producer = await topic.producer();
    await join(new Reader(offsets, log, 'a'));
    await producer.append(numbered(1_000));
    await eventually('the first has all', () => total() === 1_000);
    await join(new Reader(offsets, log, 'b'));
    await producer.append(numbered(1_000, 1_000));
    await eventually('both have some', () => readers.every(({ partitions }) => partitions.length === 2));
    await producer.append(numbered(1_000, 2_000));
    await eventually('all was taken', () => total() === 3_000);
    const [first, second] = readers as [Reader, Reader];
    const handedOver = log.indexOf('a handed over 0,1,2,3');
    expect(handedOver).to.be.greaterThan(0);
    expect(log.findIndex((line) => line.startsWith('b assigned'))).to.be.greaterThan(handedOver);
    expect(first.partitions.concat(second.partitions).sort()).to.deep.equal([0, 1, 2, 3]);
    for (let partition = 0; partition < 4; partition++) {
      const all = [...(first.taken.get(partition) ?? []), ...(second.taken.get(partition) ?? [])];
      expect(all).to.deep.equal(Array.from({ length: 750 }, (_, n) => String(4 * n + partition)));
    }
  });

  it('continues with the remaining members when one leaves', async () => {
    const offsets = new Map<number, number>();
    const producer = await topic.producer();
    const source = topic.source();
    const leaving = new Reader(offsets);
    await source.open(topic.topic, leaving);
    leaving.start(source);
    await join(new Reader(offsets));
    await eventually('both have some', () => leaving.partitions.length === 2 && readers[0]?.partitions.length === 2);
    await leaving.stop();
    await source.close();
    await eventually('one has all', () => readers[0]?.partitions.length === 4);
    await producer.append(numbered(400));
    await eventually('all was taken', () => total() === 400);
  });

  it('assigns each topic to the members that read it, if members of a group read several', async () => {
    const other = new KafkaTopic(kafka().port);
    await other.make();
    const there = other.source();
    const theirs = new Reader();
    await join(new Reader());
    await there.open(topic.topic, theirs);
    theirs.start(there);
    await eventually('both have all', () => [theirs, ...readers].every(({ partitions }) => partitions.length === 4));
    await theirs.stop();
    await other.close();
  });

  it('tells a member beyond the number of partitions that it has none', async () => {
    for (let n = 0; n < 5; n++) await join(new Reader());
    await eventually(
      'all are told',
      () =>
        readers.every(({ told }) => told.at(-1)?.startsWith('assigned') === true) &&
        readers.reduce((sum, { partitions }) => sum + partitions.length, 0) === 4,
    );
    const sizes = readers.map(({ partitions }) => partitions.length).sort();
    expect(sizes).to.deep.equal([0, 1, 1, 1, 1]);
  });

  // kafkajs sends heartbeats only between batches: a slow member is removed, and the group rebalances for ever.
  it('keeps a member that requests nothing for longer than its session lasts', async () => {
    const producer = await topic.producer();
    await producer.append(numbered(100));
    const source = topic.source({ sessionTimeout: 1_500, heartbeatInterval: 300 });
    const reader = new Reader();
    await source.open(topic.topic, reader);
    const first = await source.next(20_000);
    await systemClock.sleep(5_000);
    const second = await source.next(5_000);
    expect(second?.generation).to.equal(first?.generation);
    expect(reader.told).to.deep.equal([`assigned 0,1,2,3 in ${first?.generation}`]);
  });

  it('tells a member without heartbeats that its partitions are lost, and accepts it again', async () => {
    const producer = await topic.producer();
    await producer.append(numbered(100));
    // Its heartbeats come later than its session lasts.
    const reader = await join(new Reader(), { sessionTimeout: 1_000, heartbeatInterval: 4_000 });
    await eventually('it is lost', () => reader.told.includes('lost 0,1,2,3'));
    await eventually('it is back', () => reader.told.filter((each) => each.startsWith('assigned')).length > 1);
    expect(reader.told.some((each) => each.startsWith('revoked'))).to.equal(false);
  });

  // kafkajs forgets paused partitions when it joins again.
  it('keeps a partition paused when the group rebalances', async () => {
    const producer = await topic.producer();
    const source = topic.source();
    source.pause([0, 1, 2, 3]);
    const reader = new Reader();
    await source.open(topic.topic, reader);
    readers.push(reader.start(source));
    const guest = topic.source();
    const visiting = new Reader();
    await guest.open(topic.topic, visiting);
    visiting.start(guest);
    await eventually('the guest has some', () => visiting.partitions.length === 2);
    await visiting.stop();
    await guest.close();
    await eventually('all are back', () => reader.partitions.length === 4);
    await producer.append(numbered(40));
    await systemClock.sleep(500);
    expect(total()).to.equal(0);
    source.resume([2]);
    await eventually('the one is read', () => total() === 10);
    await systemClock.sleep(300);
    expect([...reader.taken.keys()]).to.deep.equal([2]);
  });

  // kafkajs commits positions of any partition, even in a generation that is over.
  it('stores positions only of its own partitions', async () => {
    const producer = await topic.producer();
    await producer.append(numbered(40));
    const source = topic.source();
    const reader = new Reader();
    await source.open(topic.topic, reader);
    const batch = await source.next(20_000);
    const generation = batch?.generation ?? 0;
    await source.commit([{ partition: 1, offset: 3 }], generation);
    await source.commit([{ partition: 2, offset: 4 }], generation - 1);
    await source.commit([{ partition: 77, offset: 5 }], generation);
    const [committed] = await topic.admin((admin) =>
      admin.fetchOffsets({ groupId: topic.topic, topics: [topic.topic] }),
    );
    const offsets = committed?.partitions.map(({ partition, offset }) => `${partition}:${offset}`).sort();
    expect(offsets).to.deep.equal(['0:-1', '1:3', '2:-1', '3:-1']);
  });
});
