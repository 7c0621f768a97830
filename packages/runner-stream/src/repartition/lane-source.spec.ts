import { expect } from 'chai';
import type { OutgoingMessage, Position, SourceBatch } from '@stockafolio/core/ports';
import { memoryTopic, virtualClock } from '@stockafolio/testing';
import { Bundle } from './bundle.js';
import { recordsMessage } from './lane-message.js';
import { laneSource } from './lane-source.js';

const record = (from: number, number: number, life = 7): OutgoingMessage => records(from, [number], life);

function records(from: number, numbers: readonly number[], life = 7): OutgoingMessage {
  const bundle = new Bundle();
  for (const number of numbers) bundle.add({ number, sent: 0, value: new Uint8Array(0) }, number - 1);
  return recordsMessage(from, 0, bundle, life);
}

const options = { lanes: 2, topic: 'a topic', identity: async () => 'a topic', life: async () => 7 };

const START: Position = { partition: 0, offset: 0, inputs: [{ offset: 0 }, { offset: 0 }] };

const numbersOf = (batch: SourceBatch | undefined): readonly (number | undefined)[] => [
  batch?.input,
  ...(batch?.messages ?? []).map(({ offset }) => offset),
];

describe('laneSource', () => {
  it('drops what it had read when it is told where to read', async () => {
    const clock = virtualClock();
    const topic = memoryTopic({ clock, partitions: 1 });
    await topic.append([record(0, 0), record(1, 0), record(0, 1), record(1, 1)]);
    const source = laneSource(topic.source(), options);
    await source.follow?.([START], 1);
    expect(numbersOf(await source.next(0))).to.deep.equal([0, 0, 1]);
    // Another process has it for a while, and gets as far as this one had.
    await source.follow?.([], 2);
    await source.follow?.([START], 3);
    expect(numbersOf(await source.next(0))).to.deep.equal([0, 0, 1]);
    expect(numbersOf(await source.next(0))).to.deep.equal([1, 0, 1]);
    expect(await clock.until(source.next(10))).to.equal(undefined);
  });

  it('drops it too if the group has taken the partition', async () => {
    const clock = virtualClock();
    const topic = memoryTopic({ clock, partitions: 1 });
    const memory = topic.source();
    await topic.append([record(0, 0), record(1, 0)]);
    const source = laneSource(memory, options);
    await source.open('group', { assigned: async () => [START], revoked: async () => undefined });
    expect(numbersOf(await source.next(0))).to.deep.equal([0, 0]);
    await memory.revoke([0]);
    expect(await clock.until(source.next(10))).to.equal(undefined);
  });

  it('reads on within a message, if it had read a part of it', async () => {
    const topic = memoryTopic({ clock: virtualClock(), partitions: 1 });
    await topic.append([records(0, [0, 1, 2, 3]), records(0, [2, 3, 4]), record(0, 5)]);
    const source = laneSource(topic.source(), options);
    await source.follow?.([{ ...START, inputs: [{ offset: 2, at: 0 }, { offset: 0 }] }], 1);
    expect(numbersOf(await source.next(0))).to.deep.equal([0, 2, 3, 4, 5]);
  });

  it('says before which offset all messages of the topic were returned', async () => {
    const topic = memoryTopic({ clock: virtualClock(), partitions: 1 });
    await topic.append([record(0, 0), record(1, 0), record(0, 1), record(1, 1), record(0, 2)]);
    const source = laneSource(topic.source(), options);
    await source.follow?.([START], 1);
    const [one, other] = [await source.next(0), await source.next(0)];
    expect([one?.reached, other?.reached]).to.deep.equal([1, 5]);
  });

  it('passes over what was sent in another life', async () => {
    const topic = memoryTopic({ clock: virtualClock(), partitions: 1 });
    await topic.append([record(0, 0, 6), record(0, 1, 6), record(0, 0), record(0, 2, 6), record(0, 1)]);
    const source = laneSource(topic.source(), options);
    await source.follow?.([START], 1);
    const batch = await source.next(0);
    expect(numbersOf(batch)).to.deep.equal([0, 0, 1]);
    expect(batch?.messages.map(({ at }) => at)).to.deep.equal([2, 4]);
  });
});
