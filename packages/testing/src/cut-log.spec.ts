import { expect } from 'chai';
import fc from 'fast-check';
import { checksumOf, type Divergence, markOf, type Position, type SourceMessage } from '@stockafolio/core/ports';
import { memoryTopic, type MemorySource, type MemoryTopic } from './memory-source.js';
import { virtualClock } from './virtual-clock.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

type Step =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'elect' }
  | { readonly do: 'read' }
  | { readonly do: 'expire' | 'cut'; readonly at: number };

const part = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'elect' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'read' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), at: part }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), at: part }) },
);

/** A position that was read, and the smallest offset at which the log was cut after that. */
interface Read {
  readonly position: Position;
  cut: number;
}

/** A log of one partition with a history, and what a reader remembers of it. */
class History {
  readonly reads: Read[] = [];
  readonly topic: MemoryTopic;
  readonly #reader: MemorySource;
  readonly #epochsRepeat: boolean;
  #sent = 0;
  oldest = 0;
  end = 0;

  constructor(epochsRepeat: boolean) {
    const clock = virtualClock();
    this.topic = memoryTopic({ clock, partitions: 1, batch: 3 });
    this.#reader = this.topic.source();
    this.#epochsRepeat = epochsRepeat;
  }

  async do(step: Step): Promise<void> {
    switch (step.do) {
      case 'append':
        for (let n = 0; n < step.count; n++) await this.#append();
        return;
      case 'elect':
        return this.topic.elect(0);
      case 'read':
        return this.#read();
      case 'expire':
        this.topic.expire(0, this.oldest + Math.floor(step.at * (this.end - this.oldest)));
        break;
      case 'cut': {
        const at = this.oldest + Math.floor(step.at * (this.end - this.oldest));
        for (const read of this.reads) read.cut = Math.min(read.cut, at);
        this.topic.cut(0, at, { epochsRepeat: this.#epochsRepeat });
      }
    }
    await this.#look();
  }

  diverged(position: Position): Promise<readonly Divergence[]> {
    return this.#reader.diverged?.([position]) ?? Promise.resolve([]);
  }

  async #append(): Promise<void> {
    await this.topic.append([{ key: null, value: bytes(`message ${this.#sent++}`), partition: 0 }]);
    await this.#look();
  }

  /** Reads everything, and remembers the position after every batch. */
  async #read(): Promise<void> {
    const reader = this.topic.source();
    const from = this.oldest;
    await reader.open('group', {
      assigned: async () => [{ partition: 0, offset: from }],
      revoked: async () => undefined,
    });
    for (let offset = from; offset < this.end;) {
      const batch = await reader.next(0);
      const last = batch?.messages.at(-1);
      if (last === undefined) return expect.fail('nothing came');
      offset = last.offset + 1;
      this.reads.push({ position: { partition: 0, offset, mark: markOf(last, batch?.epoch) }, cut: Infinity });
    }
  }

  async #look(): Promise<void> {
    const [range] = await this.#reader.ranges();
    this.oldest = range?.oldest ?? 0;
    this.end = range?.end ?? 0;
  }
}

describe('a log that was cut', () => {
  const histories = fc.array(step, { minLength: 12, maxLength: 40 });

  it('is detected by its epochs, at the offset of the cut, and no other log is', async () => {
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const log = new History(false);
        for (const each of steps) await log.do(each);
        for (const { position, cut } of log.reads) {
          const { offset, mark } = position;
          const byEpoch = { ...position, mark: mark?.epoch === undefined ? {} : { epoch: mark.epoch } };
          const [found] = await log.diverged(byEpoch);
          if (cut >= offset) expect(found).to.equal(undefined);
          // If the log was expired up to the position, nothing is known any more.
          else if (log.oldest < offset) expect(found).to.have.property('by', 'epoch');
          if (cut < offset && log.oldest <= cut) expect(found?.cut).to.equal(cut);
          if (found !== undefined) cuts++;
        }
      }),
      { numRuns: 300 },
    );
    expect(cuts).to.be.above(100);
  });

  it('is detected by the last message that was read, if epochs repeat, while a message exists', async () => {
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const log = new History(true);
        for (const each of steps) await log.do(each);
        for (const { position, cut } of log.reads) {
          const [found] = await log.diverged(position);
          if (cut >= position.offset) expect(found).to.equal(undefined);
          else if (log.oldest < position.offset) expect(found?.cut).to.be.within(cut, position.offset - 1);
          if (found?.by === 'message') cuts++;
        }
      }),
      { numRuns: 300 },
    );
    expect(cuts).to.be.above(20);
  });

  it('ends its reader before it returns anything of another history', async () => {
    const clock = virtualClock();
    const topic = memoryTopic({ clock, partitions: 1 });
    const append = (from: number, count: number): Promise<void> =>
      topic.append(Array.from({ length: count }, (_, n) => ({ key: null, value: bytes(`${from + n}`), partition: 0 })));
    await append(0, 10);
    const reader = topic.source();
    await reader.open('group', {
      assigned: async () => [{ partition: 0, offset: 0 }],
      revoked: async () => undefined,
    });
    expect((await reader.next(0))?.messages).to.have.length(10);
    topic.elect(0);
    await append(10, 5);
    expect(await reader.next(0)).to.include({ epoch: 1 });
    topic.cut(0, 12);
    await append(100, 20);
    for (let again = 0; again < 2; again++) {
      const error: unknown = await reader.next(0).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'ERR_SOURCE_DIVERGED');
      expect(String(error)).to.contain('offset 12').and.contain('offset 15').and.contain('epoch 1');
    }
  });
});

describe('the checksum of a message', () => {
  const message = fc.record({
    key: fc.option(fc.uint8Array({ maxLength: 4 })),
    value: fc.option(fc.uint8Array({ maxLength: 4 })),
    timestamp: fc.integer({ min: 0, max: 3 }),
  });
  const shown = ({ key, value, timestamp }: Pick<SourceMessage, 'key' | 'value' | 'timestamp'>): string =>
    JSON.stringify([key && [...key], value && [...value], timestamp]);

  it('covers key, value and time separately: moving bytes from one to another changes it', () => {
    fc.assert(
      fc.property(message, message, (a, b) => {
        expect(checksumOf(a) === checksumOf(b)).to.equal(shown(a) === shown(b));
      }),
      { numRuns: 2_000 },
    );
    const split = (key: string, value: string): number =>
      checksumOf({ key: bytes(key), value: bytes(value), timestamp: 1 });
    expect(split('ab', 'c')).to.not.equal(split('a', 'bc'));
    expect(checksumOf({ key: null, value: bytes('a'), timestamp: 1 })).to.not.equal(
      checksumOf({ key: bytes(''), value: bytes('a'), timestamp: 1 }),
    );
  });
});
