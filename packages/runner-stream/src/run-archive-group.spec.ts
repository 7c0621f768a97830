import { expect } from 'chai';
import type { Source } from '@stockafolio/core/ports';
import {
  memoryArchive,
  type MemoryArchive,
  memoryTopic,
  type MemoryTopic,
  virtualClock,
  type VirtualClock,
} from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { codec, messages, sales, type Sale } from '../test/totals.js';
import type { ArchiveOptions, ArchiveResult } from './archive-options.js';
import { runArchive } from './run-archive.js';

describe('runArchive, in a group and of a source with empty partitions', () => {
  let clock: VirtualClock;
  let topic: MemoryTopic;
  let archive: MemoryArchive<Sale>;

  beforeEach(() => {
    clock = virtualClock();
    topic = memoryTopic({ clock, batch: 20 });
    archive = memoryArchive();
  });

  const start = (given: Partial<ArchiveOptions<Sale>> = {}): Promise<ArchiveResult> =>
    runArchive({ stream: sales, codec, source: topic.source(), archive, clock, ...given });
  const ends = async (): Promise<unknown> => (await archive.extent?.())?.ranges.map(({ end }) => end);
  const inPartition = (partition: number, count: number): ReturnType<typeof messages> =>
    messages(count).map((message) => ({ ...message, partition }));

  it('records what the source held, including partitions without a message', async () => {
    await topic.append(inPartition(1, 7));
    await clock.until(start({ untilCaughtUp: true, onPartitionMismatch: 'dead-letter' }));
    expect(await archive.extent?.()).to.deep.include({ source: 'memory-topic' });
    expect(await ends()).to.deep.equal([0, 7, 0, 0]);
  });

  it('records it even if other members of its group have all partitions', async () => {
    await topic.append(inPartition(1, 7));
    const stop = new AbortController();
    const running = start({ source: topic.source([]), signal: stop.signal });
    await clock.advance(1_000);
    expect(await ends()).to.deep.equal([0, 7, 0, 0]);
    stop.abort();
    await clock.until(running);
  });

  it('updates the record once a minute, including partitions of other members', async () => {
    const stop = new AbortController();
    const running = start({ source: topic.source([1]), signal: stop.signal, onPartitionMismatch: 'dead-letter' });
    await clock.advance(1_000);
    await topic.append([...inPartition(1, 3), ...inPartition(2, 5)]);
    await clock.advance(30_000);
    expect(await ends()).to.deep.equal([0, 0, 0, 0]);
    await clock.advance(40_000);
    expect(await ends()).to.deep.equal([0, 3, 5, 0]);
    stop.abort();
    await clock.until(running);
  });

  it('ends with an error if others of its group do not advance, naming their partitions', async () => {
    await topic.append(messages(200));
    const source: Source = { ...forward(topic.source([0, 1])), shared: true };
    const waits: unknown[] = [];
    const error = await clock.until(
      start({
        ...{ source, untilCaughtUp: true, groupPatience: 60_000 },
        onEvent: (event) => event.type === 'waiting' && waits.push(event.partitions),
      }).catch((failed: unknown) => failed),
    );
    expect(error).to.have.property('code', 'ERR_GROUP_STALLED');
    expect(error).to.have.property('message').that.contains('2, 3 (unknown holder)');
    expect(waits).to.deep.equal([[2, 3]]);
  });
});
