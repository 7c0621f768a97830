import { expect } from 'chai';
import { StockafolioError } from '@stockafolio/core';
import type { Mutation, Position, Source, Tables } from '@stockafolio/core/ports';
import { memoryTopic, type MemoryTopic } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codec, codeOf, dump, messages, slow, totals } from '../test/totals.js';
import { runStream } from './run-stream.js';

const isFigures = (rows: readonly Mutation[]): boolean => rows.some(({ table }) => table.name === 'by_digit');

describe('the commits of a run', () => {
  let at: StreamUnderTest;
  let one: MemoryTopic;

  beforeEach(() => {
    at = new StreamUnderTest();
    one = memoryTopic({ clock: at.clock, partitions: 1, batch: 20 });
  });

  /** The same tables, with another write function. */
  const writing = (write: Tables['write']): Tables => ({ ...slow(at.tables, at.clock, () => 0), write });

  it('give the same results as a sum by hand', async () => {
    await at.topic.append(messages(300));
    await at.catchUp();
    const wanted = new Map<string, number>();
    const add = (key: string, amount: number): void => void wanted.set(key, (wanted.get(key) ?? 0) + amount);
    for (let n = 0; n < 300; n++) {
      const amount = (n * 31) % 101;
      add(`user u${(n * 7) % 30}`, amount);
      add(`digit ${amount % 10}`, amount);
      add(`second ${Math.floor((n * 10) / 1_000) * 1_000}`, amount);
    }
    const found = new Map<string, number>();
    for (const row of await dump(at.tables)) {
      const [table, first, second, third] = row.split(' ');
      const [key, amount] = {
        by_user: [`user ${first}`, second],
        by_digit: [`digit ${first}`, third],
        by_second: [`second ${second}`, third],
      }[table as 'by_user'];
      found.set(String(key), (found.get(String(key)) ?? 0) + Number(amount));
    }
    expect([...found].sort()).to.deep.equal([...wanted].sort());
  });

  it('end if shared figures cannot be written, without a checkpoint that treats them as written', async () => {
    await one.append(messages(60));
    const refusing = writing(async (rows) => {
      if (isFigures(rows)) throw new StockafolioError('ERR_TABLE_UNKNOWN', 'gone');
      await at.tables.write(rows);
    });
    expect(await codeOf(at.catchUp({ source: one.source(), tables: refusing }))).to.equal('ERR_TABLE_UNKNOWN');
    expect(at.checkpoints.contents.size).to.equal(0);
  });

  it('store a checkpoint once the figures of its cut are written, and not before', async () => {
    let underWay = 0;
    const early: number[] = [];
    const lazy = writing(async (rows) => {
      underWay++;
      await at.clock.sleep(isFigures(rows) ? 700 : 10);
      await at.tables.write(rows);
      underWay--;
    });
    await one.append(messages(200));
    const onEvent = (event: { readonly type: string }): void => {
      if (event.type === 'checkpointed') early.push(underWay);
    };
    await at.catchUp({
      ...{ source: one.source(), tables: lazy, commitRecords: 20, checkpointInterval: 0, figuresInterval: 0, onEvent },
    });
    expect(early.length).to.be.greaterThan(5);
    expect(new Set(early)).to.deep.equal(new Set([0]));
  });

  it('of single keys continue while shared figures are being written', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let holding = false;
    const waiting = writing(async (rows) => {
      if (isFigures(rows)) {
        holding = true;
        await held;
      }
      await at.tables.write(rows);
    });
    const stop = new AbortController();
    const intervals = { figuresInterval: 1_000, checkpointInterval: 100_000, idleAfter: 100_000 };
    const running = at.start({ source: one.source(), tables: waiting, signal: stop.signal, ...intervals });
    for (let n = 0; !holding && n < 100; n++) {
      await one.append(messages(5, n * 5));
      await at.clock.advance(50);
    }
    expect(holding).to.equal(true);
    const before = at.events.filter(({ type }) => type === 'committed').length;
    for (let n = 0; n < 6; n++) {
      await one.append(messages(5, 1_000 + n * 5));
      await at.clock.advance(50);
    }
    expect(at.events.filter(({ type }) => type === 'committed').length - before).to.be.greaterThan(3);
    release();
    stop.abort();
    await at.clock.until(running);
  });

  it('write no empty batch, and do not report commits of only single keys to the source', async () => {
    const sizes: number[] = [];
    const told: (readonly Position[])[] = [];
    const reader = one.source();
    const source: Source = {
      ...forward(reader),
      commit: (positions, generation) => {
        told.push(positions);
        return reader.commit(positions, generation);
      },
    };
    const measured = writing(async (rows) => {
      sizes.push(rows.length);
      await at.tables.write(rows);
    });
    const stop = new AbortController();
    const never = { figuresInterval: 1e9, checkpointInterval: 1e9, idleAfter: 1e9 };
    const running = at.start({ source, tables: measured, signal: stop.signal, ...never });
    for (let n = 0; n < 5; n++) {
      await one.append(messages(5, n * 5));
      await at.clock.advance(100);
    }
    expect(sizes.length).to.be.greaterThan(5);
    expect(told).to.deep.equal([]);
    stop.abort();
    await at.clock.until(running);
    expect(told).to.deep.equal([[{ partition: 0, offset: 25 }]]);
    expect(Math.min(...sizes)).to.be.greaterThan(0);
  });

  it('report what they wait for', async () => {
    await one.append(messages(20));
    const failed = new Set<string>();
    const stumbling = writing(async (rows) => {
      const names = [...new Set(rows.map(({ table }) => table.name))].sort().join();
      if (failed.has(names)) return at.tables.write(rows);
      failed.add(names);
      throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'down');
    });
    await at.catchUp({ source: one.source(), tables: stumbling });
    const waits = new Set(at.events.flatMap((event) => (event.type === 'retry' ? [event.what] : [])));
    expect(waits).to.deep.equal(new Set(['writing rows', 'writing progress']));
  });

  it('need no listener', async () => {
    await one.append(messages(40));
    at.checkpoints.failWrite(1, new StockafolioError('ERR_FILES_UNAVAILABLE', 'down'));
    const { tables, checkpoints, clock } = at;
    const options = { pipeline: totals, codec, tables, checkpoints, clock, untilCaughtUp: true };
    expect((await at.clock.until(runStream({ ...options, source: one.source() }))).records).to.equal(40);
    await one.append(messages(40, 40));
    // The first checkpoint was not stored, so everything comes again.
    expect((await at.clock.until(runStream({ ...options, source: one.source() }))).records).to.equal(80);
  });
});
