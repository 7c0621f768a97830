import { partitionOf } from '@stockafolio/core';
import {
  markOf,
  type AssignmentListener,
  type OutgoingMessage,
  type Position,
  type Producer,
  type Source,
  type SourceMessage,
} from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { expectCode } from './expect-code.js';
import { followContract } from './follow-contract.js';

/** One empty topic of four partitions, for one test. */
export interface SourceFixture {
  /** A new reading end, as another process would open it; the fixture closes it. */
  source(): Promise<Source>;
  producer(): Promise<Producer>;
  /** A reading end of another topic with the same name and shape, if that is possible. */
  namesake?(): Promise<Source>;
  /**
   * Deletes at least the messages before this offset of partition 0, like a store with a retention time; returns the
   * oldest remaining offset.
   */
  expire?(beforeOffset: number): Promise<number>;
  /** Closes and removes everything. */
  destroy(): Promise<void>;
}

export interface SourceHarness {
  fresh(): Promise<SourceFixture>;
  /** Longest time in ms until a new message arrives; defaults to 2000. */
  readonly patience?: number;
  /** Runs of the property tests; defaults to 20. */
  readonly runs?: number;
}

const PARTITIONS = 4;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | null): string => (value === null ? 'null' : new TextDecoder().decode(value));
const all = Array.from({ length: PARTITIONS }, (_, i) => i);

/** Answers every assignment with the given offset, or 0, and records its calls. */
function fromOffsets(offsets: Readonly<Record<number, number>> = {}): AssignmentListener & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    async assigned(partitions, generation) {
      told.push(`assigned ${[...partitions].sort().join(',')} in ${generation}`);
      return partitions.map((partition) => ({ partition, offset: offsets[partition] ?? 0 }));
    },
    async revoked(partitions, generation) {
      told.push(`revoked ${[...partitions].sort().join(',')} in ${generation}`);
    },
  };
}

/** Numbered messages of partition 0. */
const numbered = (count: number, from = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => ({
    key: null,
    value: bytes(`message ${from + i}`),
    partition: 0,
    timestamp: from + i,
  }));

/** A message that is in no topic. */
const nowhere: SourceMessage = { offset: 0, timestamp: 1, key: null, value: bytes('in no topic') };

/** The contract of the ports `Source` and `Producer`, for every implementation. */
export function runSourceContract(name: string, harness: SourceHarness): void {
  const patience = harness.patience ?? 2_000;

  /** Reads until it has this many messages; batches must be non-empty, in order and of one partition. */
  async function read(source: Source, count: number): Promise<Map<number, SourceMessage[]>> {
    const byPartition = new Map<number, SourceMessage[]>(all.map((partition) => [partition, []]));
    for (let left = count; left > 0;) {
      const batch = await source.next(patience);
      if (batch === undefined) return expect.fail(`${left} of ${count} messages did not arrive`);
      expect(batch.messages).to.not.have.length(0);
      expect(batch.endOffset).to.be.above(batch.messages.at(-1)?.offset ?? Infinity);
      const before = byPartition.get(batch.partition) ?? [];
      for (const message of batch.messages) {
        expect(message.offset).to.be.above(before.at(-1)?.offset ?? -1);
        before.push(message);
      }
      left -= batch.messages.length;
    }
    return byPartition;
  }

  describe(`${name} keeps the contract of Source and Producer`, () => {
    let fixture: SourceFixture;
    let source: Source;
    let producer: Producer;

    beforeEach(async () => {
      fixture = await harness.fresh();
      producer = await fixture.producer();
      source = await fixture.source();
    });
    afterEach(() => fixture.destroy());

    it('finds positions before which no message has a given time or a later one, if it supports that', async function () {
      if (source.positionsAt === undefined) return this.skip();
      // Times that also go backwards: a message after a later one is found by the later one.
      const times = [5_000, 9_000, 7_000, 12_000].map((time) => time + 1_700_000_000_000);
      for (const timestamp of times) await producer.append([{ key: null, value: bytes('x'), partition: 0, timestamp }]);
      for (const time of [0, ...times, 1_800_000_000_000]) {
        const positions = await source.positionsAt(time);
        expect(positions.map(({ partition }) => partition)).to.have.members(all);
        const first = times.findIndex((each) => each >= time);
        expect(positions.find(({ partition }) => partition === 0)?.offset).to.equal(
          first === -1 ? times.length : first,
        );
      }
    });

    it('returns every message as it was appended, in the order of its partition', async () => {
      const message = fc.record({
        key: fc.option(fc.uint8Array({ maxLength: 20 })),
        value: fc.uint8Array({ maxLength: 300 }),
        timestamp: fc.integer({ min: 0, max: 4e12 }),
        headers: fc.option(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 })), {
          nil: undefined,
        }),
        partition: fc.option(fc.integer({ min: 0, max: PARTITIONS - 1 }), { nil: undefined }),
      });
      let total = 0;
      const expected: string[] = [];
      await source.open('group', fromOffsets());
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(message, { maxLength: 20 }), { maxLength: 5 }), async (appends) => {
          const shown = (
            partition: number,
            m: Pick<SourceMessage, 'key' | 'value' | 'timestamp' | 'headers'>,
          ): string =>
            JSON.stringify([
              partition,
              m.key && [...m.key],
              [...(m.value ?? [])],
              m.timestamp,
              Object.entries(m.headers ?? {}).sort(),
            ]);
          expected.length = 0;
          for (const append of appends) {
            await producer.append(
              append.map(({ headers, partition, ...rest }) => ({
                ...rest,
                ...(headers === undefined ? {} : { headers }),
                ...(partition === undefined ? {} : { partition }),
              })),
            );
            total += append.length;
            for (const each of append) {
              const partition = each.partition ?? (each.key === null ? -1 : partitionOf(each.key, PARTITIONS));
              expected.push(shown(partition, { ...each, headers: each.headers ?? {} }));
            }
          }
          const seen = await read(source, expected.length);
          const got = [...seen].flatMap(([partition, messages]) => messages.map((m) => ({ partition, m })));
          // The order between partitions is free, and so is the partition of a message that names none and has no key.
          const known = expected.filter((each) => !each.startsWith('[-1,')).sort();
          const free = expected.filter((each) => each.startsWith('[-1,')).sort();
          const asFree = got.map(({ m }) => shown(-1, m));
          const rest = got.map(({ partition, m }) => shown(partition, m));
          for (const each of known) expect(rest).to.include(each);
          for (const each of free) expect(asFree).to.include(each);
          expect(got).to.have.length(expected.length);
        }),
        { numRuns: harness.runs ?? 20 },
      );
      const ends = (await source.ranges()).reduce((sum, { end }) => sum + end, 0);
      expect(ends).to.be.at.least(total);
    });

    it('keeps the order of appends within a partition, for any number of concurrent appends', async () => {
      const appends = Array.from({ length: 50 }, (_, i) => producer.append(numbered(7, i * 7)));
      await Promise.all(appends);
      await source.open('group', fromOffsets());
      const seen = (await read(source, 350)).get(0) ?? [];
      expect(seen.map(({ value }) => text(value))).to.deep.equal(numbered(350).map(({ value }) => text(value)));
    });

    it('has a message once its append resolves, for every reading end', async () => {
      await producer.append(numbered(3));
      for (const each of [source, await fixture.source()]) {
        const range = (await each.ranges()).find(({ partition }) => partition === 0);
        expect(range).to.deep.equal({ partition: 0, oldest: 0, end: 3 });
      }
    });

    it('stamps a message without a time with the time of its append', async () => {
      const before = Date.now();
      await producer.append([{ key: null, value: bytes('now'), partition: 1 }]);
      await source.open('group', fromOffsets());
      const [message] = (await read(source, 1)).get(1) ?? [];
      expect(message?.timestamp).to.be.within(before - 5_000, Date.now() + 5_000);
    });

    it('knows the range of every partition, empty ones too', async () => {
      await producer.append(numbered(5));
      const ranges = [...(await source.ranges())].sort((a, b) => a.partition - b.partition);
      expect(ranges.map(({ partition }) => partition)).to.deep.equal(all);
      expect(ranges.map(({ end, oldest }) => end - oldest)).to.deep.equal([5, 0, 0, 0]);
    });

    it('has one permanent identity for every process, and another topic has another', async () => {
      const identity = await source.identity();
      await producer.append(numbered(1));
      expect(identity).to.have.length.above(7);
      expect(await (await fixture.source()).identity()).to.equal(identity);
      if (fixture.namesake !== undefined) expect(await (await fixture.namesake()).identity()).to.not.equal(identity);
    });

    it('assigns every partition before the first batch, and waits for the listener', async () => {
      await producer.append(numbered(2));
      let ready = false;
      await source.open('group', {
        async assigned(partitions) {
          expect([...partitions].sort()).to.deep.equal(all);
          await new Promise((resolve) => setTimeout(resolve, 20));
          ready = true;
          return partitions.map((partition) => ({ partition, offset: 0 }));
        },
        revoked: async () => undefined,
      });
      const batch = await source.next(patience);
      expect(ready).to.equal(true);
      expect(batch?.messages).to.have.length(2);
    });

    it('gives the generation of the assignment with every batch', async () => {
      const listener = fromOffsets();
      await producer.append(numbered(1));
      await source.open('group', listener);
      const batch = await source.next(patience);
      expect(listener.told).to.deep.equal([`assigned 0,1,2,3 in ${batch?.generation}`]);
    });

    it('begins where the listener says', async () => {
      await producer.append(numbered(10));
      await source.open('group', fromOffsets({ 0: 7 }));
      const seen = (await read(source, 3)).get(0) ?? [];
      expect(seen.map(({ offset }) => offset)).to.deep.equal([7, 8, 9]);
    });

    followContract(() => ({ source, producer, patience, read, numbered }));

    it('returns nothing after a wait without messages, and messages that arrive during the wait', async () => {
      await source.open('group', fromOffsets());
      expect(await source.next(30)).to.equal(undefined);
      const waiting = source.next(10 * patience);
      await producer.append(numbered(1));
      const batch = await waiting;
      expect(batch?.messages.map(({ value }) => text(value))).to.deep.equal(['message 0']);
      expect(batch?.endOffset).to.equal(1);
      expect(await source.next(0)).to.equal(undefined);
    });

    it('lets timers and input run, even if it is asked repeatedly without a wait', async () => {
      await source.open('group', fromOffsets());
      let ran = false;
      setTimeout(() => (ran = true), 1);
      for (let asked = 0; asked < 10_000 && !ran; asked++) await source.next(0);
      expect(ran).to.equal(true);
    });

    it('returns nothing of a paused partition, and all of it once it is resumed', async () => {
      await source.open('group', fromOffsets());
      source.pause([0]);
      await producer.append([...numbered(3), { key: null, value: bytes('other'), partition: 2 }]);
      expect((await read(source, 1)).get(2)?.map(({ value }) => text(value))).to.deep.equal(['other']);
      expect(await source.next(50)).to.equal(undefined);
      source.resume([0]);
      expect((await read(source, 3)).get(0)).to.have.length(3);
    });

    it('reads the same messages again after a seek back, and seeks ahead', async () => {
      await producer.append(numbered(100));
      await source.open('group', fromOffsets());
      const first = (await read(source, 100)).get(0) ?? [];
      for (const offset of [99, 0, 50, 1]) {
        source.seek({ partition: 0, offset });
        const again = (await read(source, 100 - offset)).get(0) ?? [];
        expect(again.map((m) => [m.offset, text(m.value), m.timestamp])).to.deep.equal(
          first.slice(offset).map((m) => [m.offset, text(m.value), m.timestamp]),
        );
      }
      source.seek({ partition: 0, offset: 100 });
      await producer.append(numbered(1, 100));
      expect((await read(source, 1)).get(0)?.map(({ offset }) => offset)).to.deep.equal([100]);
    });

    it('recognises its log by every message that it returned, and no other log, if it supports that', async function () {
      if (source.diverged === undefined) return this.skip();
      for (let i = 0; i < 60; i += 10) await producer.append(numbered(10, i));
      await source.open('group', fromOffsets());
      const positions: Position[] = [{ partition: 0, offset: 0 }];
      const others: Position[] = [];
      for (let left = 60; left > 0;) {
        const batch = await source.next(patience);
        if (batch === undefined) return expect.fail(`${left} messages did not arrive`);
        left -= batch.messages.length;
        for (const message of batch.messages) {
          const at = { partition: 0, offset: message.offset + 1 };
          const mark = markOf(message, batch.epoch);
          positions.push({ ...at, mark });
          others.push({ ...at, mark: { ...mark, ...markOf({ ...message, value: bytes('another') }) } });
        }
      }
      expect(await source.diverged(positions)).to.deep.equal([]);
      const found = await source.diverged(others);
      expect(found.map(({ position, cut, by }) => [position.offset, cut, by])).to.have.deep.members(
        others.map(({ offset }) => [offset, offset - 1, 'message']),
      );
      const [past] = await source.diverged([{ partition: 0, offset: 61, mark: markOf(nowhere) }]);
      expect(past).to.include({ cut: 60, by: 'end' });
    });

    it('says nothing about a position whose message is gone', async function () {
      if (source.diverged === undefined || fixture.expire === undefined) return this.skip();
      for (let i = 0; i < 100; i += 10) await producer.append(numbered(10, i));
      const oldest = await fixture.expire(60);
      const mark = markOf(nowhere);
      expect(await source.diverged([{ partition: 0, offset: oldest, mark }])).to.deep.equal([]);
      expect(await source.diverged([{ partition: 0, offset: oldest + 1, mark }])).to.have.length(1);
    });

    it('names an offset that is gone, and the oldest existing one', async function () {
      if (fixture.expire === undefined) return this.skip();
      for (let i = 0; i < 100; i += 10) await producer.append(numbered(10, i));
      const oldest = await fixture.expire(60);
      expect(oldest).to.be.within(1, 60);
      const range = (await source.ranges()).find(({ partition }) => partition === 0);
      expect(range).to.deep.equal({ partition: 0, oldest, end: 100 });
      await source.open('group', fromOffsets({ 0: oldest }));
      expect((await read(source, 100 - oldest)).get(0)?.[0]?.offset).to.equal(oldest);
      source.seek({ partition: 0, offset: oldest - 1 });
      const error = await expectCode('ERR_OFFSET_GONE', () => source.next(patience));
      expect(error.message)
        .to.contain(String(oldest - 1))
        .and.to.contain(String(oldest));
    });

    it('commits positions for tools, which changes nothing for the reader', async () => {
      await producer.append(numbered(10));
      const listener = fromOffsets();
      await source.open('group', listener);
      await read(source, 10);
      const generation = Number(listener.told[0]?.split(' ').at(-1));
      await source.commit([{ partition: 0, offset: 4 }], generation);
      await source.commit([{ partition: 0, offset: 5 }], generation - 1);
      await source.commit([{ partition: 99, offset: 5 }], generation);
      await producer.append(numbered(1, 10));
      expect((await read(source, 1)).get(0)?.map(({ offset }) => offset)).to.deep.equal([10]);
    });

    it('gives all messages to each of several groups', async () => {
      const other = await fixture.source();
      await source.open('one', fromOffsets());
      await other.open('two', fromOffsets());
      await producer.append(numbered(20));
      for (const each of [source, other]) expect((await read(each, 20)).get(0)).to.have.length(20);
    });

    it('carries large and empty messages, and those without a value', async () => {
      const large = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
      await producer.append([
        { key: bytes(''), value: bytes(''), partition: 3 },
        { key: null, value: large, partition: 3 },
        { key: bytes('gone'), value: null, partition: 3, headers: { of: 'it' } },
        { key: null, value: bytes('after'), partition: 3 },
      ]);
      await source.open('group', fromOffsets());
      const seen = (await read(source, 4)).get(3) ?? [];
      expect(seen[0]?.key).to.have.length(0);
      expect(seen[0]?.value).to.have.length(0);
      expect(Buffer.compare(seen[1]?.value ?? bytes(''), large)).to.equal(0);
      expect(seen[2]).to.deep.include({ value: null, headers: { of: 'it' } });
      expect(text(seen[2]?.key ?? null)).to.equal('gone');
      expect(text(seen[3]?.value ?? null)).to.equal('after');
    });
  });
}
