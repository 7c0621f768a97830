import { expect } from 'chai';
import type { Position, Seen, SourceMessage } from '@stockafolio/core/ports';
import { memoryTopic, virtualClock, type MemoryTopic } from '@stockafolio/testing';
import { codeOf } from '../../test/totals.js';
import { withoutRepeats } from './without-repeats.js';

const WRITER = `noticing/${'0'.repeat(16)}/0`;
const clock = virtualClock();

/** A topic of one partition, with these numbers of a writer. */
async function topicOf(...numbers: readonly number[]): Promise<MemoryTopic> {
  const topic = memoryTopic({ clock, partitions: 1, batch: 2 });
  for (const number of numbers) {
    const headers = { writer: WRITER, number: String(number), after: String(number - 1) };
    await topic.append([{ key: null, value: new Uint8Array([number]), headers }]);
  }
  return topic;
}

/** What is returned from a position on, and the end of the source then. */
async function read(topic: MemoryTopic, offset: number, seen?: Seen) {
  const source = withoutRepeats(topic.source());
  const position: Position = { partition: 0, offset, ...(seen === undefined ? {} : { seen }) };
  const messages: SourceMessage[] = [];
  await source.open('reading', { assigned: async () => [position], revoked: async () => undefined });
  for (let n = 0; n < 10; n++) {
    const batch = await clock.until(source.next(1));
    messages.push(...(batch?.messages ?? []));
  }
  const [range] = await source.ranges();
  await source.close();
  return { offsets: messages.map((message) => message.offset), seen: messages.map((message) => message.seen), range };
}

describe('withoutRepeats', () => {
  it('drops what was read before, and tells what was', async () => {
    const { offsets, seen } = await read(await topicOf(0, 1, 0, 1, 2), 0);
    expect(offsets).to.deep.equal([0, 1, 4]);
    expect(seen).to.deep.equal([{ [WRITER]: 0 }, { [WRITER]: 1 }, { [WRITER]: 2 }]);
  });

  it('continues with what was seen', async () => {
    const topic = await topicOf(0, 1, 0, 1, 2);
    expect((await read(topic, 2, { writers: { [WRITER]: 1 } })).offsets).to.deep.equal([4]);
  });

  it('looks up what was seen if that is known for an earlier offset only', async () => {
    const topic = await topicOf(0, 1, 0, 1, 2);
    const { offsets, seen } = await read(topic, 2, { writers: {}, before: 0 });
    expect(offsets).to.deep.equal([4]);
    expect(seen).to.deep.equal([{ [WRITER]: 2 }]);
  });

  it('tells with the first message what was looked up of other writers', async () => {
    const topic = await topicOf(0);
    await topic.append([{ key: null, value: new Uint8Array([9]) }]);
    expect((await read(topic, 1, { writers: {}, before: 0 })).seen).to.deep.equal([{ [WRITER]: 0 }]);
  });

  it('ends where the last message is that is no repeat', async () => {
    const { offsets, range } = await read(await topicOf(0, 1, 0, 1), 0);
    expect(offsets).to.deep.equal([0, 1]);
    expect(range).to.include({ end: 2 });
  });

  it('is refused where a message is missing', async () => {
    const topic = await topicOf(0, 1, 3);
    expect(await codeOf(read(topic, 0))).to.equal('ERR_OFFSET_GONE');
  });
});
