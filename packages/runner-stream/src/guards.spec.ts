import { expect } from 'chai';
import { withPartitioner } from '@stockafolio/core/plan';
import {
  choosePartition,
  type Files,
  type OutgoingMessage,
  type Source,
  type SourceBatch,
} from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { memoryArchive, memoryFiles, memoryTopic } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codec, codeOf, dump, messages, sales, totals, type Sale } from '../test/totals.js';
import { runArchive } from './run-archive.js';

/** The same messages without keys, in turn to the partitions, as from a producer that does not set keys. */
function unkeyed(count: number): OutgoingMessage[] {
  return messages(count).map((message, n) => ({ ...message, key: null, partition: n % 4 }));
}

describe('the producers of the topic:', () => {
  let at: StreamUnderTest;
  beforeEach(() => {
    at = new StreamUnderTest();
  });

  it('messages without keys are rejected at every start, and change no total', async () => {
    await at.topic.append(unkeyed(200));
    for (let run = 0; run < 2; run++) expect(await codeOf(at.catchUp())).to.equal('ERR_PARTITION_MISMATCH');
    expect(await dump(at.tables)).to.eql([]);
  });

  it('one user in two partitions is rejected, although all others are in the right ones', async () => {
    await at.topic.append(messages(100));
    const [first] = messages(1);
    if (first === undefined) throw new Error('no message');
    for (let partition = 0; partition < 4; partition++) await at.topic.append([{ ...first, partition }]);
    expect(await codeOf(at.catchUp())).to.equal('ERR_PARTITION_MISMATCH');
  });

  it('the archiver rejects them too, and archives nothing from there on', async () => {
    await at.topic.append(unkeyed(200));
    const archive = memoryArchive<Sale>();
    const archiving = runArchive({
      stream: sales,
      codec,
      source: at.topic.source(),
      archive,
      clock: at.clock,
      untilCaughtUp: true,
    });
    expect(await codeOf(at.clock.until(archiving))).to.equal('ERR_PARTITION_MISMATCH');
    expect(archive.contents.size).to.equal(0);
  });

  it('messages are accepted with the partitioner that the stream declares', async () => {
    const byCrc = messages(200).map((message) => ({
      ...message,
      partition: choosePartition('crc32', message.key ?? new Uint8Array(), 4),
    }));
    await at.topic.append(byCrc);
    expect(await codeOf(at.catchUp())).to.equal('ERR_PARTITION_MISMATCH');
    const own = withPartitioner(totals, 'crc32');
    expect((await at.catchUp({ pipeline: own })).records).to.equal(200);
    const users = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('by_user'));
    expect(users(await dump(at.tables)).sort()).to.eql(users(await at.wanted(200)).sort());
  });

  it('end the run as a change of the partitions if the topic has more of them since it began', async () => {
    /** @param answer what the source says of its partitions once there are more */
    const run = async (answer: (source: Source) => ReturnType<Source['ranges']>): Promise<string | undefined> => {
      at = new StreamUnderTest();
      let isGrown = false;
      await at.topic.append(messages(50));
      const source = at.topic.source();
      const ranges: Source['ranges'] = () => (isGrown ? answer(source) : source.ranges());
      const running = at.start({ source: { ...forward(source), ranges } });
      await at.clock.advance(100);
      at.topic.grow(7);
      isGrown = true;
      await at.topic.append(messages(200, 50));
      return await codeOf(at.clock.until(running));
    };
    expect(await run((source) => source.ranges())).to.equal('ERR_PARTITIONS_CHANGED');
    // If the source does not say, or says otherwise, it is a message in a wrong partition.
    expect(await run(() => Promise.reject(new Error('down')))).to.equal('ERR_PARTITION_MISMATCH');
    expect(await run(async (source) => (await source.ranges()).slice(0, 4))).to.equal('ERR_PARTITION_MISMATCH');
  });

  it('single misplaced ones are dead-lettered on request, and all others accepted', async () => {
    const [first] = messages(1);
    if (first === undefined) throw new Error('no message');
    await at.topic.append(messages(100));
    for (let partition = 0; partition < 4; partition++) await at.topic.append([{ ...first, partition }]);
    const { setAside, records } = await at.catchUp({ onPartitionMismatch: 'dead-letter' });
    expect([records, setAside]).to.eql([104, 3]);
    const codes: unknown[] = [];
    for await (const { values } of at.tables.scanAll(deadLetters)) codes.push(values[4]);
    expect(codes).to.eql(Array.from({ length: 3 }, () => 'ERR_PARTITION_MISMATCH'));
  });
});

describe('the writer of the tables', () => {
  let at: StreamUnderTest;
  beforeEach(async () => {
    at = new StreamUnderTest();
    await at.topic.append(messages(100));
  });
  const located = (location: string): Files => Object.assign(memoryFiles(), { location });

  it('is one pipeline: another one is refused, and nothing of its own is written', async () => {
    const checkpoints = located('file:/here');
    await at.catchUp({ checkpoints });
    const before = await dump(at.tables);
    const other = { ...totals, name: 'other' };
    expect(await codeOf(at.catchUp({ pipeline: other, checkpoints }))).to.equal('ERR_TABLES_TAKEN');
    expect(await dump(at.tables)).to.eql(before);
  });

  it('is one run: with other checkpoints it is rejected, unless it takes over', async () => {
    const [here, there] = [located('file:/here'), located('file:/there')];
    await at.catchUp({ checkpoints: here });
    expect((await at.catchUp({ checkpoints: here })).records).to.equal(0);
    expect(await codeOf(at.catchUp({ checkpoints: there }))).to.equal('ERR_TABLES_TAKEN');
    expect((await at.catchUp({ checkpoints: there, takeOver: true })).records).to.equal(100);
    expect(await codeOf(at.catchUp({ checkpoints: here }))).to.equal('ERR_TABLES_TAKEN');
    expect((await at.catchUp({ checkpoints: there })).records).to.equal(0);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('recognises checkpoints that were moved or copied, and those that were lost at their own location', async () => {
    const here = located('file:/here');
    await at.catchUp({ checkpoints: here });
    const there = located('file:/there');
    for await (const { name } of here.list('')) await there.write(name, await here.read(name));
    expect((await at.catchUp({ checkpoints: there })).records).to.equal(0);
    expect((await at.catchUp({ checkpoints: here })).records).to.equal(0);
    expect((await at.catchUp({ checkpoints: located('file:/here') })).records).to.equal(100);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('holds the write lock as long as it runs, if the tables have one', async () => {
    let held = 0;
    const taken: string[] = [];
    const tables = Object.assign(Object.create(at.tables) as typeof at.tables, {
      lock: async (name: string) => {
        taken.push(name);
        held++;
        return async () => void held--;
      },
    });
    await at.catchUp({ tables });
    expect([taken, held]).to.eql([['totals'], 0]);
    const other = memoryTopic({ clock: at.clock, identity: 'another' });
    expect(await codeOf(at.catchUp({ tables, source: other.source() }))).to.equal('ERR_SOURCE_MISMATCH');
    expect(held).to.equal(0);
  });
});

describe('a fast clock', () => {
  /** The same source, but the messages carry their producer's time. */
  function stampedByProducers(source: Source): Source {
    return {
      ...forward(source),
      async next(wait): Promise<SourceBatch | undefined> {
        const batch = await source.next(wait);
        if (batch === undefined) return undefined;
        return { ...batch, messages: batch.messages.map((message) => ({ ...message, byProducer: true })) };
      },
    };
  }

  it('dead-letters its own record, although the message has the same time, and makes no other late', async () => {
    const at = new StreamUnderTest();
    const clock = at.clock;
    await clock.advance(Date.UTC(2026, 0, 5));
    const now = clock.now();
    const told = (user: string, time: number): OutgoingMessage => ({
      ...{ key: new TextEncoder().encode(user), timestamp: time },
      value: codec.encode({ user, amount: 1, time }),
    });
    await at.topic.append([told('u1', now - 9_000), told('u1', now + 3 * 86_400_000), told('u1', now - 3_000)]);
    const source = stampedByProducers(at.topic.source());
    const result = await at.catchUp({ source });
    expect([result.records, result.setAside]).to.eql([3, 1]);
    expect((await dump(at.tables)).find((line) => line.startsWith('by_user'))).to.equal('by_user u1 2 2');
  });
});
