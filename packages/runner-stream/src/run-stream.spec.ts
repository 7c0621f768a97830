import { StockafolioError } from '@stockafolio/core';
import type { AssignmentListener, Source, SourceBatch, Tables } from '@stockafolio/core/ports';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  virtualClock,
  type MemoryFiles,
  type MemoryTopic,
  type VirtualClock,
} from '@stockafolio/core/testing';
import { expect } from 'chai';
import { forward } from '../test/forward.js';
import { codec, codeOf, dump, messages, slow, totals, type Sale } from '../test/totals.js';
import type { StreamEvent, StreamOptions, StreamResult } from './options.js';
import { runStream } from './run-stream.js';

describe('runStream', () => {
  let clock: VirtualClock;
  let topic: MemoryTopic;
  let tables: Tables;
  let checkpoints: MemoryFiles;
  let events: StreamEvent[];

  beforeEach(() => {
    clock = virtualClock();
    topic = memoryTopic({ clock, batch: 20 });
    tables = memoryTables();
    checkpoints = memoryFiles();
    events = [];
  });

  const start = (given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> =>
    runStream({
      pipeline: totals,
      codec,
      source: topic.source(),
      tables,
      checkpoints,
      clock,
      onEvent: (event) => void events.push(event),
      ...given,
    });
  const catchUp = (given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> =>
    clock.until(start({ untilCaughtUp: true, ...given }));

  /** The rows of one undisturbed run over the first so many messages. */
  async function wanted(count: number): Promise<string[]> {
    const all = memoryTopic({ clock });
    await all.append(messages(count));
    const made = memoryTables();
    await catchUp({ source: all.source(), tables: made, checkpoints: memoryFiles() });
    return dump(made);
  }

  it('lets the tables answer, though the source answers at once and they take longer than a commit interval', async () => {
    await topic.append(messages(40));
    const source = topic.source();
    let atOnce = 0;
    const prompt: Source = {
      ...forward(source),
      // As a source may that has nothing to give: without letting anything else have its turn.
      next: (maxWait) => {
        if (maxWait <= 0) atOnce += 1;
        return maxWait <= 0 ? Promise.resolve(undefined) : source.next(maxWait);
      },
    };
    const stop = new AbortController();
    const run = start({ source: prompt, tables: slow(tables, clock, () => 350), signal: stop.signal });
    await clock.advance(150);
    await topic.append(messages(20, 40));
    await clock.advance(5_000);
    stop.abort();
    expect((await clock.until(run)).records).to.equal(60);
    expect(atOnce, 'questions that nothing else could run beside').to.be.below(10);
  });

  it('takes in everything, once, over runs that go on from one another', async () => {
    await topic.append(messages(300));
    expect((await catchUp()).records).to.equal(300);
    await topic.append(messages(200, 300));
    const result = await catchUp();
    expect(result.records).to.equal(200);
    expect(result.setAside).to.equal(0);
    expect(await dump(tables)).to.eql(await wanted(500));
    expect(events.filter(({ type }) => type === 'resumed')).to.have.length(4);
  });

  it('finishes the commit when it is stopped, and the next run goes on', async () => {
    const stop = new AbortController();
    const running = start({ signal: stop.signal });
    await topic.append(messages(100));
    await clock.advance(150);
    await topic.append(messages(100, 100));
    await clock.advance(1);
    stop.abort();
    const { records } = await clock.until(running);
    expect(records + (await catchUp()).records).to.equal(200);
    expect(await dump(tables)).to.eql(await wanted(200));
  });

  it('hands partitions over in the middle: commit, checkpoint, and another run goes on', async () => {
    for (const delay of [0, 7, 30, 95, 250]) {
      clock = virtualClock();
      topic = memoryTopic({ clock, batch: 20 });
      tables = memoryTables();
      checkpoints = memoryFiles();
      const stop = new AbortController();
      const reader = topic.source();
      const slowly = slow(tables, clock, () => 40);
      const shared = { tables: slowly, commitRecords: 60, checkpointInterval: 50 };
      const running = start({ ...shared, source: reader, signal: stop.signal });
      await topic.append(messages(500));
      await clock.advance(delay);
      await clock.until(reader.revoke([1, 3]));
      await topic.append(messages(100, 500));
      const other = start({ ...shared, source: topic.source([1, 3]), untilCaughtUp: true });
      await clock.until(other);
      await clock.advance(2_000);
      stop.abort();
      await clock.until(running);
      expect(await dump(tables), `after ${delay} ms`).to.eql(await wanted(600));
      // the checkpoints are as good as the tables
      await topic.append(messages(300, 600));
      await catchUp();
      expect(await dump(tables), `after ${delay} ms, and on`).to.eql(await wanted(900));
    }
  });

  it('drops what came since the checkpoint where partitions are lost, and whoever has them goes on from there', async () => {
    for (const delay of [0, 7, 30, 95, 250]) {
      clock = virtualClock();
      topic = memoryTopic({ clock, batch: 20 });
      tables = memoryTables();
      checkpoints = memoryFiles();
      events = [];
      const stop = new AbortController();
      const reader = topic.source();
      const slowly = slow(tables, clock, () => 40);
      const running = start({
        ...{ tables: slowly, commitRecords: 60, checkpointInterval: 50 },
        ...{ source: reader, signal: stop.signal },
      });
      await topic.append(messages(500));
      await clock.advance(delay);
      await clock.until(reader.lose([1, 3]));
      const other = start({ tables: slowly, source: topic.source([1, 3]), untilCaughtUp: true });
      await clock.until(other);
      await clock.advance(2_000);
      stop.abort();
      await clock.until(running);
      expect(events.filter(({ type }) => type === 'lost')).to.have.length(2);
      expect(await dump(tables), `after ${delay} ms`).to.eql(await wanted(500));
      await topic.append(messages(300, 500));
      await catchUp();
      expect(await dump(tables), `after ${delay} ms, and on`).to.eql(await wanted(800));
    }
  });

  it('is not caught up while partitions are being shared out, only once it is told what it has', async () => {
    await topic.append(messages(100));
    const reader = topic.source([]);
    const waiting: Source = { ...forward(reader), open: (group, listener) => openLater(reader, group, listener) };
    let ended = false;
    const running = start({ source: waiting, untilCaughtUp: true }).finally(() => (ended = true));
    await clock.advance(5_000);
    expect(ended).to.equal(false);
    await clock.until(reader.assign([0, 1, 2, 3]));
    expect((await clock.until(running)).records).to.equal(100);
  });

  it('is not caught up before the others of its group are, of whom one may be dead', async () => {
    await topic.append(messages(400));
    const reader = topic.source([0]);
    let ended = false;
    const source: Source = { ...forward(reader), shared: true };
    const running = start({ source, untilCaughtUp: true }).finally(() => (ended = true));
    await clock.until(start({ source: topic.source([1]), untilCaughtUp: true }));
    await clock.advance(5_000);
    expect(ended).to.equal(false);
    // Whoever had these has been dead all the time; now the group has found out.
    await clock.until(reader.assign([2, 3]));
    await clock.until(running);
    expect(await dump(tables)).to.eql(await wanted(400));
  });

  it('ends at once where it was given nothing', async () => {
    await topic.append(messages(100));
    expect((await catchUp({ source: topic.source([]) })).records).to.equal(0);
  });

  it('goes by the progress that others made since it began', async () => {
    const reader = topic.source([0]);
    const stop = new AbortController();
    const running = start({ source: reader, signal: stop.signal });
    await topic.append(messages(400));
    await clock.advance(300);
    // Another process has written partition 1 meanwhile; its checkpoints were lost, and so were the first messages.
    await catchUp({ source: topic.source([1]), checkpoints: memoryFiles() });
    topic.expire(1, 5);
    const failing = clock.until(running);
    const given = reader.assign([1]).catch((error: unknown) => error);
    expect(await clock.until(given)).to.have.property('code', 'ERR_OFFSET_GONE');
    stop.abort();
    await failing;
  });

  it('tells the source positions under the generation in which each partition was assigned', async () => {
    const reader = topic.source([0, 1]);
    const stop = new AbortController();
    const running = start({ source: reader, signal: stop.signal, checkpointInterval: 50 });
    await clock.advance(10);
    await clock.until(reader.assign([2, 3]));
    await topic.append(messages(400));
    await clock.advance(1_000);
    const ends = (await topic.source().ranges()).map(({ partition, end }) => [partition, end]);
    expect([...reader.committed].sort()).to.eql(ends);
    stop.abort();
    await clock.until(running);
  });

  it('never asks the source without a wait, so that the answer to a slow commit can come in', async () => {
    await topic.append(messages(100));
    const reader = topic.source();
    const waits: number[] = [];
    const source: Source = {
      ...forward(reader),
      next(wait) {
        waits.push(wait);
        return reader.next(wait);
      },
    };
    const slowly = slow(tables, clock, () => 2_500);
    await catchUp({ source, tables: slowly });
    expect(Math.min(...waits)).to.be.greaterThan(0);
    expect(await dump(tables)).to.eql(await wanted(100));
  });

  it('lets go of a source that it cannot use', async () => {
    await topic.append(messages(10));
    await catchUp();
    let closed = 0;
    const other = memoryTopic({ clock, identity: 'another' }).source();
    const source: Source = { ...forward(other), close: async () => void closed++ };
    expect(await codeOf(catchUp({ source }))).to.equal('ERR_SOURCE_MISMATCH');
    expect(closed).to.equal(1);
  });

  it('takes in no more than a commit and a batch while the tables hang', async () => {
    const reader = topic.source();
    let hung = true;
    const hanging = slow(tables, clock, () => (hung ? 1_000_000 : 0));
    const stop = new AbortController();
    await topic.append(messages(5_000));
    const running = start({ source: reader, tables: hanging, commitRecords: 200, signal: stop.signal });
    await clock.advance(10_000);
    const first = reader.given;
    expect(first).to.be.at.most(200 + 20 + 200 + 20);
    await clock.advance(500_000);
    expect(reader.given).to.equal(first);
    hung = false;
    await clock.advance(600_000);
    expect(reader.given).to.equal(5_000);
    stop.abort();
    await clock.until(running);
    expect(await dump(tables)).to.eql(await wanted(5_000));
  });

  it('tries again, at growing intervals, for as long as the tables are down', async () => {
    await topic.append(messages(100));
    let attempts = 0;
    const down: Tables = {
      ...slow(tables, clock, () => 0),
      async write(rows) {
        if (++attempts <= 9) throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
        await tables.write(rows);
      },
    };
    await catchUp({ tables: down });
    const delays = events.flatMap((event) => (event.type === 'retry' ? [event.delay] : []));
    expect(delays).to.eql([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(clock.now()).to.be.at.least(32_700);
    expect(await dump(tables)).to.eql(await wanted(100));
  });

  it('waits for tables and checkpoints that are away while partitions are assigned', async () => {
    await topic.append(messages(100));
    let scans = 0;
    let lists = 0;
    const unavailable = (): never => {
      throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
    };
    const away: Tables = {
      ...slow(tables, clock, () => 0),
      // the first look is at the start: whoever gives a wrong address is to hear of it
      scan: (...asked) => (++scans > 1 && scans <= 4 ? unavailable() : tables.scan(...asked)),
    };
    const listed = checkpoints.list.bind(checkpoints);
    checkpoints.list = (prefix) => (++lists <= 2 ? unavailable() : listed(prefix));
    await catchUp({ tables: away });
    expect(events.flatMap((event) => (event.type === 'retry' ? [event.what] : []))).to.eql([
      ...['reading progress', 'reading progress', 'reading progress'],
      ...['reading checkpoints', 'reading checkpoints'],
    ]);
    expect(await dump(tables)).to.eql(await wanted(100));
  });

  it('ends the run where trying again is of no use', async () => {
    await topic.append(messages(100));
    for (const [error, code] of [
      [new StockafolioError('ERR_TABLE_UNKNOWN', 'gone'), 'ERR_TABLE_UNKNOWN'],
      [new TypeError('a fault of the adapter'), 'ERR_INTERNAL'],
    ] as const) {
      const failing: Tables = { ...slow(tables, clock, () => 0), write: () => Promise.reject(error) };
      expect(await codeOf(catchUp({ tables: failing }))).to.equal(code);
    }
    expect(checkpoints.contents.size).to.equal(0);
    await catchUp();
    expect(await dump(tables)).to.eql(await wanted(100));
  });

  it('writes rows of single keys at every commit, and shared figures at some, but all of them before it rests', async () => {
    const tablesOf: string[][] = [];
    const watched: Tables = {
      ...slow(tables, clock, () => 0),
      async write(rows) {
        const names = new Set(rows.map(({ table }) => table.name));
        if (!names.has('progress')) tablesOf.push([...names].sort());
        await tables.write(rows);
      },
    };
    const stop = new AbortController();
    const running = start({ tables: watched, figuresInterval: 1_000, idleAfter: 100_000, signal: stop.signal });
    for (let n = 0; n < 15; n++) {
      await topic.append(messages(10, n * 10));
      await clock.advance(100);
    }
    const often = tablesOf.filter((names) => names.includes('by_user')).length;
    const shared = tablesOf.filter((names) => names.includes('by_digit')).length;
    expect([often > 10, shared < 9], 'of fifteen commits, over four partitions that take turns').to.eql([true, true]);
    await clock.advance(1_000);
    const whole = await wanted(150);
    const figures = whole.filter((row) => row.startsWith('by_digit'));
    expect(
      (await dump(tables)).filter((row) => row.startsWith('by_digit')),
      'at rest',
    ).to.eql(figures);
    stop.abort();
    await clock.until(running);
    expect(await dump(tables)).to.eql(whole);
  });

  it('owes shared figures to no checkpoint: who goes on from one writes them', async () => {
    for (const kill of [350, 650, 950, 1_050]) {
      tables = memoryTables();
      checkpoints = memoryFiles();
      topic = memoryTopic({ clock, batch: 20 });
      let dead = false;
      const dying: Tables = {
        ...slow(tables, clock, () => 0),
        write: (rows) => (dead ? new Promise(() => undefined) : tables.write(rows)),
      };
      void start({ tables: dying, figuresInterval: 500, checkpointInterval: 200 });
      for (let n = 0; n < 10; n++) {
        await topic.append(messages(10, n * 10));
        await clock.advance(kill / 10);
      }
      dead = true;
      await catchUp();
      expect(await dump(tables), `killed after ${kill} ms`).to.eql(await wanted(100));
    }
  });

  it('goes on without a checkpoint that cannot be stored, and says so', async () => {
    const stop = new AbortController();
    const running = start({ signal: stop.signal, checkpointInterval: 1_000 });
    checkpoints.failWrite(3, new StockafolioError('ERR_FILES_UNAVAILABLE', 'down'));
    for (let n = 0; n < 10; n++) {
      await topic.append(messages(40, n * 40));
      await clock.advance(700);
    }
    stop.abort();
    await clock.until(running);
    expect(events.filter(({ type }) => type === 'checkpoint-failed')).to.have.length(1);
    await topic.append(messages(100, 400));
    await catchUp();
    expect(await dump(tables)).to.eql(await wanted(500));
  });

  it('drops what was fetched under an assignment that is over', async () => {
    await topic.append(messages(200));
    const reader = topic.source();
    const stale: SourceBatch[] = [];
    const source: Source = {
      ...forward(reader),
      async next(wait) {
        const old = stale.pop();
        if (old !== undefined) return old;
        const batch = await reader.next(wait);
        if (batch !== undefined) stale.push({ ...batch, generation: batch.generation - 1 });
        return batch;
      },
    };
    expect((await catchUp({ source })).records).to.equal(200);
    expect(await dump(tables)).to.eql(await wanted(200));
  });

  it('tells the source how far it came, once the checkpoint is stored', async () => {
    await topic.append(messages(200));
    const reader = topic.source();
    await catchUp({ source: reader });
    const ends = (await topic.source().ranges()).map(({ partition, end }) => [partition, end]);
    expect([...reader.committed].sort()).to.eql(ends);
  });

  it('refuses tables, and checkpoints, that were made from another source', async () => {
    await topic.append(messages(100));
    await catchUp();
    const other = memoryTopic({ clock, identity: 'another' });
    await other.append(messages(100));
    const before = await dump(tables);
    expect(await codeOf(catchUp({ source: other.source(), checkpoints: memoryFiles() }))).to.equal(
      'ERR_SOURCE_MISMATCH',
    );
    expect(await codeOf(catchUp({ source: other.source(), tables: memoryTables() }))).to.equal('ERR_SOURCE_MISMATCH');
    expect(await dump(tables)).to.eql(before);
  });

  it('refuses checkpoints that are ahead of the source', async () => {
    await topic.append(messages(100));
    await catchUp();
    const emptied = memoryTopic({ clock });
    await emptied.append(messages(10));
    expect(await codeOf(catchUp({ source: emptied.source() }))).to.equal('ERR_CHECKPOINTS_AHEAD');
  });

  it('says so where the source has lost what comes next', async () => {
    await topic.append(messages(400));
    await catchUp();
    await topic.append(messages(400, 400));
    for (const partition of [0, 1, 2, 3]) topic.expire(partition, 1);
    expect(await codeOf(catchUp({ checkpoints: memoryFiles() }))).to.equal('ERR_OFFSET_GONE');
    for (const partition of [0, 1, 2, 3]) topic.expire(partition, 1_000);
    await topic.append(messages(4, 800));
    expect(await codeOf(catchUp())).to.equal('ERR_OFFSET_GONE');
  });

  it('begins at the oldest message where there is nothing yet, whatever its offset', async () => {
    await topic.append(messages(400));
    for (const partition of [0, 1, 2, 3]) topic.expire(partition, 10);
    expect((await catchUp()).records).to.equal(360);
  });

  it('sets bad messages aside and goes on, or ends at the first, as told', async () => {
    await topic.append(messages(50));
    await topic.append([{ key: null, value: new TextEncoder().encode('{"user":"a\\u0000"'), partition: 0 }]);
    await topic.append(messages(50, 50));
    expect(await codeOf(catchUp({ onBadRecord: 'fail', tables: memoryTables() }))).to.equal('ERR_BAD_RECORD');
    expect((await catchUp()).setAside).to.equal(1);
    expect(await dump(tables)).to.eql(await wanted(100));
  });
});

/** Opens a reader as a group does that is still sharing out: the listener hears of nothing before it is given some. */
async function openLater(reader: Source, group: string, listener: AssignmentListener): Promise<void> {
  await reader.open(group, {
    assigned: async (partitions, generation) =>
      partitions.length === 0 ? [] : listener.assigned(partitions, generation),
    revoked: (partitions, generation) => listener.revoked(partitions, generation),
  });
}
