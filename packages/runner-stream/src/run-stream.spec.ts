import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Source, Tables } from '@stockafolio/core/ports';
import { MemoryStates } from '@stockafolio/engine';
import { memoryFiles, memoryTables, memoryTopic } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codeOf, dump, messages, slow } from '../test/totals.js';

describe('runStream', () => {
  let at: StreamUnderTest;

  beforeEach(() => {
    at = new StreamUnderTest();
  });

  it('lets the tables answer, although the source answers at once and they take longer than a commit interval', async () => {
    await at.topic.append(messages(40));
    const source = at.topic.source();
    let atOnce = 0;
    const prompt: Source = {
      ...forward(source),
      // A source without messages may do this: return without letting anything else run.
      next: (maxWait) => {
        if (maxWait <= 0) atOnce += 1;
        return maxWait <= 0 ? Promise.resolve(undefined) : source.next(maxWait);
      },
    };
    const stop = new AbortController();
    const run = at.start({ source: prompt, tables: slow(at.tables, at.clock, () => 350), signal: stop.signal });
    await at.clock.advance(150);
    await at.topic.append(messages(20, 40));
    await at.clock.advance(5_000);
    stop.abort();
    expect((await at.clock.until(run)).records).to.equal(60);
    expect(atOnce, 'calls that let nothing else run').to.be.below(10);
  });

  it('processes everything once, over successive runs', async () => {
    await at.topic.append(messages(300));
    expect((await at.catchUp()).records).to.equal(300);
    await at.topic.append(messages(200, 300));
    const result = await at.catchUp();
    expect(result.records).to.equal(200);
    expect(result.setAside).to.equal(0);
    expect(await dump(at.tables)).to.eql(await at.wanted(500));
    expect(at.events.filter(({ type }) => type === 'resumed')).to.have.length(4);
  });

  it('uses the store of states that it is given: one for each partition', async () => {
    await at.topic.append(messages(300));
    const made: MemoryStates[] = [];
    const states = (): MemoryStates => {
      const store = new MemoryStates();
      made.push(store);
      return store;
    };
    expect((await at.catchUp({ states })).records).to.equal(300);
    expect(made.map(({ size }) => size > 0)).to.eql([true, true, true, true]);
  });

  it('finishes the commit when it is stopped, and the next run continues', async () => {
    const stop = new AbortController();
    const running = at.start({ signal: stop.signal });
    await at.topic.append(messages(100));
    await at.clock.advance(150);
    await at.topic.append(messages(100, 100));
    await at.clock.advance(1);
    stop.abort();
    const { records, caughtUp } = await at.clock.until(running);
    expect(caughtUp).to.equal(false);
    const next = await at.catchUp();
    expect(next.caughtUp).to.equal(true);
    expect(records + next.records).to.equal(200);
    expect(await dump(at.tables)).to.eql(await at.wanted(200));
  });

  it('never asks the source without a wait, so that the answer to a slow commit can arrive', async () => {
    await at.topic.append(messages(100));
    const reader = at.topic.source();
    const waits: number[] = [];
    const source: Source = {
      ...forward(reader),
      next(wait) {
        waits.push(wait);
        return reader.next(wait);
      },
    };
    const slowly = slow(at.tables, at.clock, () => 2_500);
    await at.catchUp({ source, tables: slowly });
    expect(Math.min(...waits)).to.be.greaterThan(0);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('closes a source that it cannot use', async () => {
    await at.topic.append(messages(10));
    await at.catchUp();
    let closed = 0;
    const other = memoryTopic({ clock: at.clock, identity: 'another' }).source();
    const source: Source = { ...forward(other), close: async () => void closed++ };
    expect(await codeOf(at.catchUp({ source }))).to.equal('ERR_SOURCE_MISMATCH');
    expect(closed).to.equal(1);
  });

  it('reads at most one commit and one batch while the tables hang', async () => {
    const reader = at.topic.source();
    let hung = true;
    const hanging = slow(at.tables, at.clock, () => (hung ? 1_000_000 : 0));
    const stop = new AbortController();
    await at.topic.append(messages(5_000));
    const running = at.start({ source: reader, tables: hanging, commitRecords: 200, signal: stop.signal });
    await at.clock.advance(10_000);
    const first = reader.given;
    expect(first).to.be.at.most(200 + 20 + 200 + 20);
    await at.clock.advance(500_000);
    expect(reader.given).to.equal(first);
    hung = false;
    await at.clock.advance(600_000);
    expect(reader.given).to.equal(5_000);
    stop.abort();
    await at.clock.until(running);
    expect(await dump(at.tables)).to.eql(await at.wanted(5_000));
  });

  it('retries, at growing intervals, as long as the tables are down', async () => {
    await at.topic.append(messages(100));
    let attempts = 0;
    const down: Tables = {
      ...slow(at.tables, at.clock, () => 0),
      async write(rows) {
        if (++attempts <= 9) throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
        await at.tables.write(rows);
      },
    };
    await at.catchUp({ tables: down });
    const delays = at.events.flatMap((event) => (event.type === 'retry' ? [event.delay] : []));
    expect(delays).to.eql([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(at.clock.now()).to.be.at.least(32_700);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('ends the run if a retry does not help', async () => {
    await at.topic.append(messages(100));
    for (const [error, code] of [
      [new StockafolioError('ERR_TABLE_UNKNOWN', 'gone'), 'ERR_TABLE_UNKNOWN'],
      [new TypeError('a fault of the adapter'), 'ERR_INTERNAL'],
    ] as const) {
      const failing: Tables = { ...slow(at.tables, at.clock, () => 0), write: () => Promise.reject(error) };
      expect(await codeOf(at.catchUp({ tables: failing }))).to.equal(code);
    }
    expect(at.checkpoints.contents.size).to.equal(0);
    await at.catchUp();
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });

  it('writes rows of single keys at every commit, and shared figures at some, but all of them before it is idle', async () => {
    const tablesOf: string[][] = [];
    const watched: Tables = {
      ...slow(at.tables, at.clock, () => 0),
      async write(rows) {
        const names = new Set(rows.map(({ table }) => table.name));
        if (!names.has('progress')) tablesOf.push([...names].sort());
        await at.tables.write(rows);
      },
    };
    const stop = new AbortController();
    const running = at.start({ tables: watched, figuresInterval: 1_000, idleAfter: 100_000, signal: stop.signal });
    for (let n = 0; n < 15; n++) {
      await at.topic.append(messages(10, n * 10));
      await at.clock.advance(100);
    }
    const often = tablesOf.filter((names) => names.includes('by_user')).length;
    const shared = tablesOf.filter((names) => names.includes('by_digit')).length;
    expect([often > 10, shared < 9], 'of fifteen commits, over four partitions that take turns').to.eql([true, true]);
    await at.clock.advance(1_000);
    const whole = await at.wanted(150);
    const figures = whole.filter((row) => row.startsWith('by_digit'));
    expect(
      (await dump(at.tables)).filter((row) => row.startsWith('by_digit')),
      'at rest',
    ).to.eql(figures);
    stop.abort();
    await at.clock.until(running);
    expect(await dump(at.tables)).to.eql(whole);
  });

  it('writes shared figures at every commit if they may not stay behind for longer than that', async () => {
    for (const figuresInterval of [20, 100]) {
      at = new StreamUnderTest();
      const writes = { by_user: 0, by_digit: 0 };
      const watched: Tables = {
        ...at.tables,
        async write(rows) {
          for (const name of ['by_user', 'by_digit'] as const)
            if (rows.some(({ table }) => table.name === name)) writes[name]++;
          await at.tables.write(rows);
        },
      };
      const stop = new AbortController();
      const running = at.start({ tables: watched, commitInterval: 100, figuresInterval, signal: stop.signal });
      for (let n = 0; n < 15; n++) {
        await at.topic.append(messages(10, n * 10));
        await at.clock.advance(100);
      }
      expect(writes.by_digit).to.equal(writes.by_user);
      stop.abort();
      await at.clock.until(running);
      expect(await dump(at.tables)).to.eql(await at.wanted(150));
    }
  });

  it('leaves no shared figure unwritten behind a checkpoint: a run that continues from one writes them', async () => {
    for (const kill of [350, 650, 950, 1_050]) {
      at.tables = memoryTables();
      at.checkpoints = memoryFiles();
      at.topic = memoryTopic({ clock: at.clock, batch: 20 });
      let dead = false;
      const dying: Tables = {
        ...slow(at.tables, at.clock, () => 0),
        write: (rows) => (dead ? new Promise(() => undefined) : at.tables.write(rows)),
      };
      void at.start({ tables: dying, figuresInterval: 500, checkpointInterval: 200 });
      for (let n = 0; n < 10; n++) {
        await at.topic.append(messages(10, n * 10));
        await at.clock.advance(kill / 10);
      }
      dead = true;
      await at.catchUp();
      expect(await dump(at.tables), `killed after ${kill} ms`).to.eql(await at.wanted(100));
    }
  });

  it('continues without a checkpoint that cannot be stored, and reports it', async () => {
    const stop = new AbortController();
    const running = at.start({ signal: stop.signal, checkpointInterval: 1_000 });
    at.checkpoints.failWrite(3, new StockafolioError('ERR_FILES_UNAVAILABLE', 'down'));
    for (let n = 0; n < 10; n++) {
      await at.topic.append(messages(40, n * 40));
      await at.clock.advance(700);
    }
    stop.abort();
    await at.clock.until(running);
    expect(at.events.filter(({ type }) => type === 'checkpoint-failed')).to.have.length(1);
    await at.topic.append(messages(100, 400));
    await at.catchUp();
    expect(await dump(at.tables)).to.eql(await at.wanted(500));
  });

  it('rejects tables, and checkpoints, that were made from another source', async () => {
    await at.topic.append(messages(100));
    await at.catchUp();
    const other = memoryTopic({ clock: at.clock, identity: 'another' });
    await other.append(messages(100));
    const before = await dump(at.tables);
    expect(await codeOf(at.catchUp({ source: other.source(), checkpoints: memoryFiles() }))).to.equal(
      'ERR_SOURCE_MISMATCH',
    );
    expect(await codeOf(at.catchUp({ source: other.source(), tables: memoryTables() }))).to.equal(
      'ERR_SOURCE_MISMATCH',
    );
    expect(await dump(at.tables)).to.eql(before);
  });

  it('rejects checkpoints that are ahead of the source', async () => {
    await at.topic.append(messages(100));
    await at.catchUp();
    const emptied = memoryTopic({ clock: at.clock });
    await emptied.append(messages(10));
    // With a source that cannot check what was read; otherwise the error would say more.
    expect(await codeOf(at.catchUp({ source: forward(emptied.source()) }))).to.equal('ERR_CHECKPOINTS_AHEAD');
    expect(await codeOf(at.catchUp({ source: emptied.source() }))).to.equal('ERR_SOURCE_DIVERGED');
  });

  it('rejects checkpoints of other tables: only later rows would be written', async () => {
    await at.topic.append(messages(100));
    await at.catchUp();
    const emptied = memoryTables();
    expect(await codeOf(at.catchUp({ tables: emptied }))).to.equal('ERR_CHECKPOINTS_AHEAD');
    await at.catchUp({ tables: emptied, checkpoints: memoryFiles() });
    expect(await dump(emptied)).to.eql(await at.wanted(100));
  });

  it('reports that the source has lost the next message', async () => {
    await at.topic.append(messages(400));
    await at.catchUp();
    await at.topic.append(messages(400, 400));
    for (const partition of [0, 1, 2, 3]) at.topic.expire(partition, 1);
    expect(await codeOf(at.catchUp({ checkpoints: memoryFiles() }))).to.equal('ERR_OFFSET_GONE');
    for (const partition of [0, 1, 2, 3]) at.topic.expire(partition, 1_000);
    await at.topic.append(messages(4, 800));
    expect(await codeOf(at.catchUp())).to.equal('ERR_OFFSET_GONE');
  });

  it('begins at the oldest message if there is nothing yet, whatever its offset', async () => {
    await at.topic.append(messages(400));
    for (const partition of [0, 1, 2, 3]) at.topic.expire(partition, 10);
    expect((await at.catchUp()).records).to.equal(360);
  });

  it('dead-letters bad messages and continues, or ends at the first, as configured', async () => {
    await at.topic.append(messages(50));
    await at.topic.append([{ key: null, value: new TextEncoder().encode('{"user":"a\\u0000"'), partition: 0 }]);
    await at.topic.append(messages(50, 50));
    expect(await codeOf(at.catchUp({ onBadRecord: 'fail', tables: memoryTables() }))).to.equal('ERR_BAD_RECORD');
    expect((await at.catchUp()).setAside).to.equal(1);
    expect(await dump(at.tables)).to.eql(await at.wanted(100));
  });
});
