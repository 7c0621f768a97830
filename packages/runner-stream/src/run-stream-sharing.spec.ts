import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { AssignmentListener, Source, SourceBatch, Tables } from '@stockafolio/core/ports';
import { progress } from '@stockafolio/engine';
import { memoryFiles, memoryTables, memoryTopic, virtualClock } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { dump, messages, slow } from '../test/totals.js';

describe('runStream, where partitions come and go', () => {
  let at: StreamUnderTest;

  beforeEach(() => {
    at = new StreamUnderTest();
  });

  it('hands partitions over in the middle: commit, checkpoint, and another run continues', async () => {
    for (const delay of [0, 7, 30, 95, 250]) {
      at.clock = virtualClock();
      at.topic = memoryTopic({ clock: at.clock, batch: 20 });
      at.tables = memoryTables();
      at.checkpoints = memoryFiles();
      const stop = new AbortController();
      const reader = at.topic.source();
      const slowly = slow(at.tables, at.clock, () => 40);
      const shared = { tables: slowly, commitRecords: 60, checkpointInterval: 50 };
      const running = at.start({ ...shared, source: reader, signal: stop.signal });
      await at.topic.append(messages(500));
      await at.clock.advance(delay);
      await at.clock.until(reader.revoke([1, 3]));
      await at.topic.append(messages(100, 500));
      const other = at.start({ ...shared, source: at.topic.source([1, 3]), untilCaughtUp: true });
      await at.clock.until(other);
      await at.clock.advance(2_000);
      stop.abort();
      await at.clock.until(running);
      expect(await dump(at.tables), `after ${delay} ms`).to.eql(await at.wanted(600));
      // The checkpoints are as good as the tables.
      await at.topic.append(messages(300, 600));
      await at.catchUp();
      expect(await dump(at.tables), `after ${delay} ms, and on`).to.eql(await at.wanted(900));
    }
  });

  it('drops messages after the checkpoint if partitions are lost, and their new holder continues from there', async () => {
    for (const delay of [0, 7, 30, 95, 250]) {
      at.clock = virtualClock();
      at.topic = memoryTopic({ clock: at.clock, batch: 20 });
      at.tables = memoryTables();
      at.checkpoints = memoryFiles();
      at.events = [];
      const stop = new AbortController();
      const reader = at.topic.source();
      const slowly = slow(at.tables, at.clock, () => 40);
      const running = at.start({
        ...{ tables: slowly, commitRecords: 60, checkpointInterval: 50 },
        ...{ source: reader, signal: stop.signal },
      });
      await at.topic.append(messages(500));
      await at.clock.advance(delay);
      await at.clock.until(reader.lose([1, 3]));
      const other = at.start({ tables: slowly, source: at.topic.source([1, 3]), untilCaughtUp: true });
      await at.clock.until(other);
      await at.clock.advance(2_000);
      stop.abort();
      await at.clock.until(running);
      expect(at.events.filter(({ type }) => type === 'lost')).to.have.length(2);
      expect(await dump(at.tables), `after ${delay} ms`).to.eql(await at.wanted(500));
      await at.topic.append(messages(300, 500));
      await at.catchUp();
      expect(await dump(at.tables), `after ${delay} ms, and on`).to.eql(await at.wanted(800));
    }
  });

  it('is not caught up while partitions are being assigned, only once it knows its own', async () => {
    await at.topic.append(messages(100));
    const reader = at.topic.source([]);
    const waiting: Source = { ...forward(reader), open: (group, listener) => openLater(reader, group, listener) };
    let ended = false;
    const running = at.start({ source: waiting, untilCaughtUp: true }).finally(() => (ended = true));
    await at.clock.advance(5_000);
    expect(ended).to.equal(false);
    await at.clock.until(reader.assign([0, 1, 2, 3]));
    expect((await at.clock.until(running)).records).to.equal(100);
  });

  it('is not caught up before the others of its group are, even if one is dead', async () => {
    await at.topic.append(messages(400));
    const reader = at.topic.source([0]);
    let ended = false;
    const source: Source = { ...forward(reader), shared: true };
    const running = at.start({ source, untilCaughtUp: true }).finally(() => (ended = true));
    await at.clock.until(at.start({ source: at.topic.source([1]), untilCaughtUp: true }));
    await at.clock.advance(5_000);
    expect(ended).to.equal(false);
    // The holder of these has been dead all the time; now the group has noticed.
    await at.clock.until(reader.assign([2, 3]));
    await at.clock.until(running);
    expect(await dump(at.tables)).to.eql(await at.wanted(400));
  });

  it('reports for which members of its group it waits, and ends with an error if they do not advance', async () => {
    await at.topic.append(messages(400));
    const holders = [{ partition: 1, holder: "client 'dead' at 10.0.0.7" }];
    const source: Source = { ...forward(at.topic.source([0, 2, 3])), shared: true, holders: async () => holders };
    const running = at.start({ source, untilCaughtUp: true, groupPatience: 60_000 }).catch((error: unknown) => error);
    const error = await at.clock.until(running);
    expect(error).to.have.property('code', 'ERR_GROUP_STALLED');
    expect(error).to.have.property('message').that.contains("partitions 1 (client 'dead' at 10.0.0.7)");
    const waits = at.events.flatMap((event) => (event.type === 'waiting' ? [event.partitions] : []));
    expect(waits).to.deep.equal([[1]]);
  });

  it('does not wait for ever for a group that does not assign partitions', async () => {
    await at.topic.append(messages(100));
    const reader = at.topic.source([]);
    const waiting: Source = { ...forward(reader), open: (group, listener) => openLater(reader, group, listener) };
    const running = at.start({ source: waiting, untilCaughtUp: true, groupPatience: 60_000 });
    const error = await at.clock.until(running.catch((failed: unknown) => failed));
    expect(error).to.have.property('code', 'ERR_GROUP_STALLED');
  });

  it('ends at once if it has no partitions', async () => {
    await at.topic.append(messages(100));
    expect((await at.catchUp({ source: at.topic.source([]) })).records).to.equal(0);
  });

  it('uses the progress that others made since it began', async () => {
    const reader = at.topic.source([0]);
    const stop = new AbortController();
    const running = at.start({ source: reader, signal: stop.signal });
    await at.topic.append(messages(400));
    await at.clock.advance(300);
    // Another process has written partition 1 meanwhile; its checkpoints are lost, and so are the first messages.
    await at.catchUp({ source: at.topic.source([1]), checkpoints: memoryFiles() });
    at.topic.expire(1, 5);
    const failing = at.clock.until(running);
    const given = reader.assign([1]).catch((error: unknown) => error);
    expect(await at.clock.until(given)).to.have.property('code', 'ERR_OFFSET_GONE');
    stop.abort();
    await failing;
  });

  it('commits positions to the source in the generation in which each partition was assigned', async () => {
    const reader = at.topic.source([0, 1]);
    const stop = new AbortController();
    const running = at.start({ source: reader, signal: stop.signal, checkpointInterval: 50 });
    await at.clock.advance(10);
    await at.clock.until(reader.assign([2, 3]));
    await at.topic.append(messages(400));
    await at.clock.advance(1_000);
    const ends = (await at.topic.source().ranges()).map(({ partition, end }) => [partition, end]);
    expect([...reader.committed].sort()).to.eql(ends);
    stop.abort();
    await at.clock.until(running);
  });

  it('waits for unavailable tables and checkpoints while partitions are assigned', async () => {
    await at.topic.append(messages(100));
    let scans = 0;
    let lists = 0;
    const unavailable = (): never => {
      throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
    };
    const away: Tables = {
      ...slow(at.tables, at.clock, () => 0),
      // The first read is at the start: a wrong address must be reported.
      scan: (table, ...asked) =>
        table === progress && ++scans > 1 && scans <= 4 ? unavailable() : at.tables.scan(table, ...asked),
    };
    const listed = at.checkpoints.list.bind(at.checkpoints);
    at.checkpoints.list = (prefix) => (++lists <= 2 ? unavailable() : listed(prefix));
    await at.catchUp({ tables: away });
    expect(at.events.flatMap((event) => (event.type === 'retry' ? [event.what] : []))).to.eql([
      ...['reading progress', 'reading progress', 'reading progress'],
      ...['reading checkpoints', 'reading checkpoints'],
    ]);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('drops messages that were fetched under an earlier assignment', async () => {
    await at.topic.append(messages(200));
    const reader = at.topic.source();
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
    expect((await at.catchUp({ source })).records).to.equal(200);
    expect(await dump(at.tables)).to.eql(await at.wanted(200));
  });

  it('commits its position to the source once the checkpoint is stored', async () => {
    await at.topic.append(messages(200));
    const reader = at.topic.source();
    await at.catchUp({ source: reader });
    const ends = (await at.topic.source().ranges()).map(({ partition, end }) => [partition, end]);
    expect([...reader.committed].sort()).to.eql(ends);
  });
});

/**
 * Opens a reader as a group that is still assigning partitions does: the listener is not called before it gets some.
 */
async function openLater(reader: Source, group: string, listener: AssignmentListener): Promise<void> {
  await reader.open(group, {
    assigned: async (partitions, generation) =>
      partitions.length === 0 ? [] : listener.assigned(partitions, generation),
    revoked: (partitions, generation) => listener.revoked(partitions, generation),
  });
}
