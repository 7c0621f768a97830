import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Source } from '@stockafolio/core/ports';
import {
  memoryArchive,
  type MemoryArchive,
  type MemorySource,
  memoryTopic,
  type MemoryTopic,
  virtualClock,
  type VirtualClock,
} from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { codec, codeOf, messages, sales, type Sale } from '../test/totals.js';
import type { ArchiveOptions, ArchiveResult } from './archive-options.js';
import { runArchive } from './run-archive.js';
import type { WaitingEvent } from './group-wait.js';
import type { RetryEvent } from './until-back.js';

describe('runArchive', () => {
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
  const catchUp = (given: Partial<ArchiveOptions<Sale>> = {}): Promise<ArchiveResult> =>
    clock.until(start({ untilCaughtUp: true, ...given }));

  /** Checks that the archive has each offset of each partition once, in order, without a gap. */
  async function expectWhole(count: number): Promise<void> {
    let total = 0;
    const next = [0, 0, 0, 0];
    for (const file of await archive.files()) {
      expect(file.first).to.equal(next[file.partition]);
      next[file.partition] = file.last + 1;
      const offsets: number[] = [];
      for await (const part of archive.read(file, 0)) offsets.push(...[...part].flat().map(({ offset }) => offset));
      expect(offsets).to.eql(Array.from({ length: offsets.length }, (_, n) => file.first + n));
      expect(offsets.at(-1)).to.equal(file.last);
      total += offsets.length;
    }
    expect(total).to.equal(count);
  }

  it('holds every message once, over successive runs', async () => {
    await topic.append(messages(300));
    expect((await catchUp({ rollRecords: 30 })).records).to.equal(300);
    await topic.append(messages(200, 300));
    expect((await catchUp({ rollRecords: 30 })).records).to.equal(200);
    for (const { entries } of archive.contents.values()) expect(entries.length).to.be.at.most(30);
    await expectWhole(500);
  });

  it('begins a new file with each day of the watermark, and never goes back a day', async () => {
    const dayOf = (time: number): string => `2020-01-${String(1 + Math.floor(time / 1_000)).padStart(2, '0')}`;
    await topic.append(messages(400));
    await topic.append(messages(10));
    await catchUp({ dayOf });
    await expectWhole(410);
    const days = new Map<number, string>();
    for (const { partition, day } of await archive.files()) {
      expect(day > (days.get(partition) ?? '')).to.equal(true);
      days.set(partition, day);
    }
    expect([...days.values()]).to.eql(Array.from({ length: 4 }, () => '2020-01-04'));
  });

  it('never goes back a day, even after files without a record, over successive runs', async () => {
    const bad = { key: null, value: Uint8Array.of(0x7b, 0xff), partition: 0 };
    await topic.append(messages(100));
    await catchUp();
    for (const more of [[bad], [bad], messages(100, 100)]) {
      await clock.advance(90_000_000);
      await topic.append(more);
      await catchUp();
    }
    await expectWhole(202);
    const days = (await archive.files()).filter(({ partition }) => partition === 0).map(({ day }) => day);
    expect(days).to.have.length(4);
    expect(new Set(days)).to.eql(new Set(['1970-01-01']));
  });

  it('writes messages that have waited long enough, and no sooner', async () => {
    const stop = new AbortController();
    const running = start({ signal: stop.signal, rollInterval: 5_000 });
    await topic.append(messages(40));
    await clock.advance(4_000);
    expect(archive.contents.size).to.equal(0);
    await clock.advance(1_500);
    expect(archive.contents.size).to.equal(4);
    stop.abort();
    await clock.until(running);
  });

  for (const [what, given] of [
    ['a file that is full', { rollRecords: 10 }],
    [
      'a day that is over',
      { dayOf: (time: number) => `2020-01-${String(1 + Math.floor(time / 1_000)).padStart(2, '0')}` },
    ],
    ['a file that has waited long enough', { rollInterval: 1_000 }],
  ] as const) {
    it(`waits if the store is unavailable at ${what}, reports it, and then archives each message once`, async () => {
      let away = 7;
      const told: string[] = [];
      const hesitant: MemoryArchive<Sale> = {
        ...archive,
        write: async (...args) => {
          if (away-- > 0) throw new StockafolioError('ERR_FILES_UNAVAILABLE', 'S3 is unavailable');
          await archive.write(...args);
        },
      };
      const stop = new AbortController();
      const onEvent = (event: RetryEvent | WaitingEvent): void =>
        void (event.type === 'retry' && told.push(`${event.what} ${event.attempt}: ${event.error.message}`));
      const running = start({ archive: hesitant, signal: stop.signal, onEvent, ...given });
      await topic.append(messages(200));
      await clock.advance(2_000);
      expect(archive.contents.size).to.equal(0);
      await clock.advance(60_000);
      stop.abort();
      await clock.until(running);
      expect(told).to.have.length(7);
      expect(told[0]).to.match(/^archiving partition \d 1: S3 is unavailable$/);
      await expectWhole(200);
    });
  }

  it('ends if the store refuses, or on a signal during an outage, and unarchived messages come again', async () => {
    const failing = (code: 'ERR_FILES_READ_ONLY' | 'ERR_FILES_UNAVAILABLE'): MemoryArchive<Sale> => ({
      ...archive,
      write: () => Promise.reject(new StockafolioError(code, 'no')),
    });
    await topic.append(messages(100));
    expect(await codeOf(catchUp({ archive: failing('ERR_FILES_READ_ONLY') }))).to.equal('ERR_FILES_READ_ONLY');
    const stop = new AbortController();
    const running = codeOf(start({ archive: failing('ERR_FILES_UNAVAILABLE'), signal: stop.signal, rollRecords: 10 }));
    await clock.advance(5_000);
    stop.abort();
    expect(await clock.until(running)).to.equal('ERR_FILES_UNAVAILABLE');
    await catchUp();
    await expectWhole(100);
  });

  it('writes its messages when partitions are revoked, and the next reader continues', async () => {
    const stop = new AbortController();
    const reader: MemorySource = topic.source();
    const running = start({ source: reader, signal: stop.signal });
    await topic.append(messages(200));
    await clock.advance(300);
    await clock.until(reader.revoke([0, 2]));
    await topic.append(messages(100, 200));
    await catchUp({ source: topic.source([0, 2]) });
    await clock.advance(300);
    stop.abort();
    await clock.until(running);
    await expectWhole(300);
  });

  it('is not caught up before the others of its group are, even if one is dead', async () => {
    await topic.append(messages(200));
    const reader: MemorySource = topic.source([0, 1]);
    let ended = false;
    const source: Source = { ...forward(reader), shared: true };
    const running = start({ source, untilCaughtUp: true }).finally(() => (ended = true));
    await clock.advance(5_000);
    expect(ended).to.equal(false);
    await clock.until(reader.assign([2, 3]));
    await clock.until(running);
    await expectWhole(200);
  });

  it('writes nothing of lost partitions, because their new holder archives it', async () => {
    const stop = new AbortController();
    const reader: MemorySource = topic.source();
    const running = start({ source: reader, signal: stop.signal });
    await topic.append(messages(200));
    await clock.advance(300);
    await clock.until(reader.lose([0, 2]));
    await topic.append(messages(100, 200));
    await catchUp({ source: topic.source([0, 2]) });
    await clock.advance(300);
    stop.abort();
    await clock.until(running);
    await expectWhole(300);
  });

  it('keeps invalid messages, with the reason, beside the records', async () => {
    await topic.append([{ key: null, value: Uint8Array.of(0x7b, 0xff), partition: 1 }]);
    await catchUp();
    const [file] = archive.contents.values();
    expect(file?.entries[0])
      .to.deep.include({ offset: 0, raw: Uint8Array.of(0x7b, 0xff) })
      .and.have.property('cause');
  });

  it('rejects the archive of another source, and reports that the next message is gone', async () => {
    await topic.append(messages(100));
    await catchUp();
    const other = memoryTopic({ clock, identity: 'another' });
    expect(await codeOf(catchUp({ source: other.source() }))).to.equal('ERR_SOURCE_MISMATCH');
    await topic.append(messages(400, 100));
    for (const partition of [0, 1, 2, 3]) topic.expire(partition, 60);
    expect(await codeOf(catchUp())).to.equal('ERR_OFFSET_GONE');
  });
});
