import { markOf, type Position } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { FakeBroker, type FakePartition } from '../../test/kafka/fake-broker.js';
import { systemClock } from '../clock-system/index.js';
import { kafkaSource } from './kafka-source.js';

const NOT_LEADER = 6;
const FENCED = 74;
const message = (n: number): { key: null; value: Buffer; timestamp: number } => ({
  key: null,
  value: Buffer.from(`message ${n}`),
  timestamp: n,
});

describe('the check whether a topic still holds the messages that were read', () => {
  let broker: FakeBroker;
  beforeEach(async () => {
    broker = new FakeBroker();
    for (let partition = 0; partition < 3; partition++) {
      const messages = Array.from({ length: 20 }, (_, n) => message(n));
      broker.partitions.push({ oldest: 0, messages, endOf: (epoch) => ({ epoch, end: 20 }) });
    }
    await broker.start();
  });
  afterEach(() => broker.close());

  const partition = (n: number): FakePartition => {
    const found = broker.partitions[n];
    if (found === undefined) throw new Error(`there is no partition ${n}`);
    return found;
  };
  /** The position after message `of`, as it was read in an epoch. */
  const after = (n: number, offset: number, epoch: number | undefined, of = offset - 1): Position => ({
    partition: n,
    offset,
    mark: markOf({ offset: offset - 1, ...message(of) }, epoch),
  });
  const diverged = async (positions: readonly Position[], patience = 5_000): Promise<unknown[]> => {
    const { topic, port } = broker;
    const source = kafkaSource({ brokers: [`127.0.0.1:${port}`], topic, clock: systemClock, patience });
    try {
      const found = (await source.diverged?.(positions)) ?? [];
      return found.map(({ position, cut, by, epoch }) => [position.partition, position.offset, cut, by, epoch]);
    } finally {
      await source.close();
    }
  };

  it('names the offset at which an epoch ends before the position, also twice for one partition', async () => {
    partition(1).endOf = () => ({ epoch: 2, end: 12 });
    const positions = [after(0, 15, 4), after(1, 15, 4), after(1, 12, 4), after(2, 20, 4), after(1, 13, 4)];
    expect(await diverged(positions)).to.have.deep.members([
      [1, 15, 12, 'epoch', 2],
      [1, 13, 12, 'epoch', 2],
    ]);
  });

  it('compares the message before the position if the epoch is unknown, or if the epochs agree', async () => {
    partition(0).endOf = () => ({ epoch: -1, end: -1 });
    const other = 1_000;
    const positions = [after(0, 15, 9, other), after(1, 15, 4, other), after(2, 15, undefined, other)];
    expect(await diverged(positions)).to.have.deep.members([
      [0, 15, 14, 'message', undefined],
      [1, 15, 14, 'message', undefined],
      [2, 15, 14, 'message', undefined],
    ]);
    expect(await diverged([after(0, 15, 9), after(1, 15, 4), after(2, 15, undefined)])).to.deep.equal([]);
  });

  it('uses the end of the partition if nothing is known of the epoch, and ignores expired messages', async () => {
    partition(0).endOf = () => ({ epoch: -1, end: -1 });
    for (const each of broker.partitions) {
      each.messages = each.messages.slice(10);
      each.oldest = 10;
    }
    const other = 1_000;
    expect(await diverged([after(0, 21, 9), after(1, 10, 4, other), after(2, 0, undefined)])).to.deep.equal([
      [0, 21, 20, 'end', undefined],
    ]);
  });

  it('asks again if the leader has changed', async () => {
    let refusals = 0;
    partition(0).endOf = (epoch) => {
      if (refusals++ < 2) return { error: refusals === 1 ? NOT_LEADER : FENCED, epoch: -1, end: -1 };
      return { epoch, end: 7 };
    };
    expect(await diverged([after(0, 15, 4)])).to.deep.equal([[0, 15, 7, 'epoch', 4]]);
    expect(refusals).to.equal(3);
  });

  it('works without epochs if the broker supports none', async () => {
    broker.knowsEpochs = false;
    expect(await diverged([after(0, 15, 4), after(1, 15, 4, 1_000)])).to.deep.equal([
      [1, 15, 14, 'message', undefined],
    ]);
    expect(broker.asked).to.not.include(23);
  });
});
