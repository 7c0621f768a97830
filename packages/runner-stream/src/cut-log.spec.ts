import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import { memoryArchive, type MemoryArchive, memoryFiles, memoryTables, memoryTopic } from '@stockafolio/testing';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codec, codeOf, dump, messages, sales, type Sale } from '../test/totals.js';
import type { ArchiveResult } from './archive-options.js';
import { runArchive } from './run-archive.js';

/** A stream and an archiver over one topic. */
class UnderTest extends StreamUnderTest {
  readonly archive: MemoryArchive<Sale> = memoryArchive();
  sent = 0;

  async append(count: number): Promise<void> {
    await this.topic.append(messages(count, this.sent));
    this.sent += count;
  }

  archiveAll(): Promise<ArchiveResult> {
    const { archive, clock } = this;
    const options = { stream: sales, codec, source: this.topic.source(), archive, clock, rollRecords: 30 };
    return clock.until(runArchive({ ...options, untilCaughtUp: true }));
  }

  /** Truncates every partition at a part of its content, and fills it with other messages, past its previous end. */
  async cut(part: number, options: { readonly epochsRepeat?: boolean } = {}): Promise<void> {
    for (const { partition, end } of await this.topic.source().ranges())
      this.topic.cut(partition, Math.floor(part * end), options);
    // Other messages than were there before.
    this.sent += 1_000;
    await this.append(500);
  }

  /** Partition, offset and time of every message that the topic holds now. */
  async held(): Promise<string[]> {
    const source = this.topic.source();
    await source.open('all', {
      assigned: async (partitions) => partitions.map((partition) => ({ partition, offset: 0 })),
      revoked: async () => undefined,
    });
    const ends = (await source.ranges()).reduce((sum, { end }) => sum + end, 0);
    const held: string[] = [];
    while (held.length < ends) {
      const batch = await source.next(0);
      for (const { offset, timestamp } of batch?.messages ?? [])
        held.push([batch?.partition, offset, timestamp].join());
    }
    return held;
  }

  /** What a run over all present messages of the topic would write. */
  async wantedNow(): Promise<string[]> {
    const made = memoryTables();
    await this.catchUp({ tables: made, checkpoints: memoryFiles() });
    return dump(made);
  }
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isStockafolioError(error, 'ERR_SOURCE_DIVERGED')) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('a source whose log was truncated and filled again', () => {
  let at: UnderTest;
  beforeEach(async () => {
    at = new UnderTest();
    await at.append(200);
  });

  it('is rejected by the stream at every start, and the tables stay as they are', async () => {
    await at.catchUp();
    const before = await dump(at.tables);
    await at.cut(0.5);
    for (let start = 0; start < 3; start++) {
      expect(await refusalOf(at.catchUp())).to.match(
        /partition 0: the log was cut at offset \d+, where its leader epoch 0 ends: from there on what was read up to offset \d+ in leader epoch 0/,
      );
      await at.append(50);
    }
    expect(await dump(at.tables)).to.eql(before);
  });

  it('is rejected by the archiver at every start, and nothing is added', async () => {
    await at.archiveAll();
    const before = [...at.archive.contents.keys()];
    await at.cut(0.5);
    for (let start = 0; start < 3; start++) {
      expect(await refusalOf(at.archiveAll())).to.contain('partition 0: the log was cut at offset');
      await at.append(50);
    }
    expect([...at.archive.contents.keys()]).to.eql(before);
  });

  it('is rejected while it is shorter than what was read, and also later', async () => {
    await at.catchUp();
    await at.archiveAll();
    at.topic.cut(2, 1);
    for (const more of [0, 400, 400]) {
      await at.append(more);
      expect(await refusalOf(at.catchUp())).to.contain('partition 2: the log was cut at offset 1');
      expect(await refusalOf(at.archiveAll())).to.contain('partition 2: the log was cut at offset 1');
    }
  });

  it('is rejected if its epochs repeat, as in a cluster restored from a backup', async () => {
    await at.catchUp();
    await at.archiveAll();
    await at.cut(0.5, { epochsRepeat: true });
    for (let start = 0; start < 2; start++) {
      expect(await refusalOf(at.catchUp())).to.contain('is another message');
      expect(await refusalOf(at.archiveAll())).to.contain('is another message');
    }
  });

  it('shows the archiver between which files it was truncated, even if only the messages show it', async () => {
    const one = memoryTopic({ clock: at.clock, batch: 7, partitions: 1 });
    at.topic = one;
    await at.append(200);
    await at.archiveAll();
    for (const [cut, from] of [
      [170, 150],
      [149, 120],
      [31, 30],
      [3, 0],
    ] as const) {
      one.cut(0, cut, { epochsRepeat: true });
      at.sent += 1_000;
      await at.append(300);
      expect(await refusalOf(at.archiveAll())).to.contain(`the log was cut at an offset from ${from} to 199`);
    }
  });

  it('ends a running stream before it processes anything of the other history', async () => {
    const running = refusalOf(at.start());
    await at.clock.advance(3_000);
    const before = await dump(at.tables);
    await at.cut(0.5);
    await at.clock.advance(3_000);
    expect(await running).to.contain('the log was cut at offset');
    expect(await dump(at.tables)).to.eql(before);
    expect(await codeOf(at.catchUp())).to.equal('ERR_SOURCE_DIVERGED');
  });

  it('is rejected because of the tables, if the checkpoints are lost or older than the truncation', async () => {
    await at.catchUp();
    const old = memoryFiles();
    for await (const { name } of at.checkpoints.list('')) await old.write(name, await at.checkpoints.read(name));
    await at.append(200);
    await at.catchUp();
    // The old checkpoints know nothing of the lost messages.
    await at.cut(0.7);
    expect(await codeOf(at.catchUp({ checkpoints: old }))).to.equal('ERR_SOURCE_DIVERGED');
    expect(await codeOf(at.catchUp({ checkpoints: memoryFiles() }))).to.equal('ERR_SOURCE_DIVERGED');
  });

  it('is archived as it is now, once the files that reach past the truncation are removed', async () => {
    await at.archiveAll();
    await at.cut(0.5);
    const refusal = await refusalOf(at.archiveAll());
    const cuts = [...refusal.matchAll(/partition (\d+): the log was cut at offset (\d+)/g)];
    expect(cuts.map(([, partition]) => partition)).to.eql(['0', '1', '2', '3']);
    for (const [, partition, cut] of cuts)
      for (const [name, { file }] of at.archive.contents)
        if (file.partition === Number(partition) && file.last >= Number(cut)) at.archive.contents.delete(name);
    await at.archiveAll();
    const archived = [...at.archive.contents.values()].flatMap(({ file: { partition }, entries }) =>
      entries.map(({ offset, ingested }) => [partition, offset, ingested].join()),
    );
    expect(archived.sort()).to.eql((await at.held()).sort());
  });
});

describe('a source whose leaders changed', () => {
  it('is read without an error, by the current run and at every start, by stream and archiver', async () => {
    const at = new UnderTest();
    const stop = new AbortController();
    const running = at.start({ signal: stop.signal });
    for (let round = 0; round < 6; round++) {
      await at.append(50);
      await at.clock.advance(500);
      if (round % 2 === 0) for (let partition = 0; partition < 4; partition++) at.topic.elect(partition);
    }
    stop.abort();
    await at.clock.until(running);
    for (let round = 0; round < 3; round++) {
      at.topic.elect(round);
      await at.append(50);
      await at.catchUp();
      await at.archiveAll();
    }
    expect(await dump(at.tables)).to.eql(await at.wanted(450));
    expect([...at.archive.contents.values()].reduce((sum, { entries }) => sum + entries.length, 0)).to.equal(450);
  });

  it('is never mistaken for a truncated one, nor the reverse, whatever its history', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('append'), part: fc.constant(0) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('stream', 'archive'), part: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('elect'), part: fc.constant(0) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constantFrom('cut', 'restore'),
          part: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
        const at = new UnderTest();
        at.topic = memoryTopic({ clock: at.clock, batch: 7, partitions: 1 });
        const read = { stream: 0, archive: 0 };
        const lost = { stream: false, archive: false };
        for (const { do: what, part } of steps) {
          const [{ end } = { end: 0 }] = await at.topic.source().ranges();
          if (what === 'append') await at.append(20);
          else if (what === 'elect') at.topic.elect(0);
          else if (what === 'stream' || what === 'archive') {
            const refusal = await refusalOf(what === 'stream' ? at.catchUp() : at.archiveAll());
            expect(refusal !== 'not refused', `${what}: ${refusal}`).to.equal(lost[what]);
            if (lost[what]) refused++;
            else read[what] = end;
            if (what === 'stream' && !lost.stream) expect(await dump(at.tables)).to.eql(await at.wantedNow());
          } else {
            const cut = Math.floor(part * end);
            at.topic.cut(0, cut, { epochsRepeat: what === 'restore' });
            for (const each of ['stream', 'archive'] as const) lost[each] ||= read[each] > cut;
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(refused).to.be.above(5);
  });
});
