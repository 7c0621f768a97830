import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import {
  byParity,
  repartitioned,
  type Sale,
  sale,
  Sale as SaleSchema,
  seenByItem,
  twice,
} from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, rowObject, StockafolioError, type Table } from '@stockafolio/core';
import type { Clock, OwnTopics, Tables } from '@stockafolio/core/ports';
import {
  memoryFiles,
  memoryTables,
  memoryTopic,
  memoryTopics,
  pipelineHarness,
  virtualClock,
  type MemoryFiles,
  type MemoryTopic,
  type MemoryTopics,
  type VirtualClock,
} from '@stockafolio/testing';
import { codeOf } from '../../test/totals.js';
import type { StreamEvent, StreamOptions, StreamResult } from '../options.js';
import { runStream } from '../run-stream.js';

const START = 1_000_000;
const PARTITIONS = 3;
const codec = jsonCodec(SaleSchema);

/** A topic of sales, and the ports of a run in memory. */
class SalesUnderTest {
  readonly clock: VirtualClock;
  readonly sales: MemoryTopic;
  readonly repartitions: MemoryTopics;
  readonly tables: Tables = memoryTables();
  readonly checkpoints: MemoryFiles = memoryFiles();
  readonly events: StreamEvent[] = [];
  readonly sent: { readonly record: Sale; readonly timestamp: number }[] = [];

  /**
   * @param before with whose topics of its own it runs, from another source
   * @param batch how many messages of these are read at once
   */
  constructor(before?: SalesUnderTest, batch = 3) {
    this.clock = before?.clock ?? virtualClock(START);
    const identity = before === undefined ? 'sales' : 'other-sales';
    this.sales = memoryTopic({ clock: this.clock, partitions: PARTITIONS, batch: 3, identity });
    this.repartitions = before?.repartitions ?? memoryTopics({ clock: this.clock, batch });
  }

  async send(...records: readonly Sale[]): Promise<void> {
    for (const record of records) {
      this.sent.push({ record, timestamp: this.clock.now() });
      await this.sales.append([{ key: keyBytes(record.user), value: codec.encode(record) }]);
    }
  }

  start(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    return runStream<Sale>({
      ...{ pipeline: twice, source: this.sales.source(), codec, repartitions: this.repartitions },
      ...{ tables: this.tables, checkpoints: this.checkpoints, clock: this.clock },
      onEvent: (event) => void this.events.push(event),
      ...given,
    });
  }

  catchUp(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    return this.clock.until(this.start({ untilCaughtUp: true, ...given }));
  }

  /** The rows of a run that was never disturbed. */
  async expected(): Promise<string[]> {
    const harness = pipelineHarness<Sale>(twice, { partitions: PARTITIONS });
    for (const { record, timestamp } of this.sent)
      harness.pushMessage(codec.encode(record), partitionOf(keyBytes(record.user), PARTITIONS), timestamp);
    await harness.commit();
    return rowsOf(harness.tables);
  }
}

async function rowsOf(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [seenByItem, byParity] as unknown as Table[])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(`${table.name} ${version} ${JSON.stringify(rowObject(table, values))}`);
  return rows.sort();
}

const users = ['ann', 'bob', 'cem', 'dan', 'eve'];
const items = ['tea', 'rum', 'ale', 'gin'];

/** Sales of some users, each a little later than the one before. */
function salesFrom(first: number, count: number): Sale[] {
  return Array.from({ length: count }, (_, n) => {
    const number = first + n;
    const [user = '', item = ''] = [users[(number * 7) % 5], items[(number * 3 + (number >> 2)) % 4]];
    return sale({ user, item, amount: number, time: START + number * 10 - (number % 3) * 15 });
  });
}

interface Closable {
  close(): Promise<void>;
}

/** The same, but closed by another function. */
function closedBy<C extends Closable>(of: C, close: () => Promise<void>): C {
  return new Proxy(of, {
    get(target, name) {
      if (name === 'close') return close;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The same tables, but each kind of request fails once, as while a server is restarted. */
function failingOnce(tables: Tables): Tables {
  const failed = new Set<string | symbol>();
  return new Proxy(tables, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'close') return member;
      return (...given: unknown[]) => {
        const isFirst = !failed.has(name);
        failed.add(name);
        if (isFirst) throw new StockafolioError('ERR_TABLES_UNAVAILABLE', 'the tables are restarted');
        return (member as (...of: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

describe('runStream with repartitions', () => {
  it('waits for tables that are down while it begins', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 40));
    expect(await at.catchUp({ tables: failingOnce(at.tables) })).to.include({ caughtUp: true });
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
    expect(at.events.some(({ type }) => type === 'retry')).to.equal(true);
  });

  it('brings records together by their new keys, and ends once all stages are caught up', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 60));
    const result = await at.catchUp();
    expect(result).to.include({ records: 60, setAside: 0, caughtUp: true });
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
    expect(new Set(at.events.map(({ stage }) => stage))).to.deep.equal(
      new Set([undefined, 'twice.by-item', 'twice.by-parity']),
    );
  });

  it('has the same order live as when it catches up', async () => {
    const at = new SalesUnderTest();
    const stop = new AbortController();
    const run = at.start({ signal: stop.signal });
    for (let n = 0; n < 60; n++) {
      await at.send(...salesFrom(n, 1));
      await at.clock.advance((n * 37) % 90);
    }
    await at.clock.advance(10_000);
    stop.abort();
    await at.clock.until(run);
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
  });

  it('shows a record within 1.5 seconds, although most partitions are silent', async () => {
    const at = new SalesUnderTest();
    const stop = new AbortController();
    const run = at.start({ pipeline: twice, signal: stop.signal });
    await at.clock.advance(20_000);
    await at.send(sale({ user: 'ann', item: 'tea', time: at.clock.now() }));
    await at.clock.advance(1_600);
    const shown = (await rowsOf(at.tables)).length;
    stop.abort();
    await at.clock.until(run);
    expect(shown).to.be.greaterThan(0);
  });

  it('neither loses nor doubles anything when it continues from older checkpoints', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 30));
    await at.catchUp();
    const before = new Map(at.checkpoints.contents);
    await at.send(...salesFrom(30, 30));
    await at.catchUp();
    // The first stage sends the last thirty again, and the others read them again.
    for (const name of [...at.checkpoints.contents.keys()]) if (!before.has(name)) at.checkpoints.contents.delete(name);
    await at.send(...salesFrom(60, 10));
    await at.catchUp();
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
  });

  it('continues where it was, without reading its topics from the beginning', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 60));
    await at.catchUp();
    for (const topic of at.repartitions.topics.values())
      for (let partition = 0; partition < PARTITIONS; partition++) topic.expire(partition, 1_000_000);
    await at.send(...salesFrom(60, 10));
    await at.catchUp();
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
  });

  it('continues from every checkpoint that it ever stored', async () => {
    const at = new SalesUnderTest(undefined, 20);
    await at.send(...salesFrom(0, 90));
    const moments: Map<string, Uint8Array>[] = [];
    const write = at.checkpoints.write.bind(at.checkpoints);
    at.checkpoints.write = async (...given) => {
      await write(...given);
      moments.push(new Map(at.checkpoints.contents));
    };
    await at.catchUp({ commitRecords: 1, checkpointInterval: 0 });
    const expected = await at.expected();
    expect(await rowsOf(at.tables)).to.deep.equal(expected);
    expect(moments.length).to.be.greaterThan(30);
    for (const contents of moments.filter((_, n) => n % 9 === 0)) {
      at.checkpoints.contents.clear();
      for (const [name, content] of contents) at.checkpoints.contents.set(name, content);
      await at.catchUp();
      expect(await rowsOf(at.tables)).to.deep.equal(expected);
    }
  });

  it('refuses to go on if records in between were deleted before they were read', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 30));
    await at.catchUp();
    for (const name of [...at.checkpoints.contents.keys()])
      if (name.startsWith('twice.by-item/')) at.checkpoints.contents.delete(name);
    for (let partition = 0; partition < PARTITIONS; partition++)
      at.repartitions.topics.get('twice-by-item')?.expire(partition, 5);
    expect(await codeOf(at.catchUp({ takeOver: true }))).to.equal('ERR_OFFSET_GONE');
  });

  it('reads no partition far ahead of the others, whose records would have to wait', async () => {
    const at = new SalesUnderTest();
    // Of the same three hours there are ten times as many messages in one partition as in another.
    for (let n = 0; n < 300; n++) {
      await at.send(sale({ user: 'ann', item: 'tea', amount: n, time: at.clock.now() }));
      if (n % 10 === 0) await at.send(sale({ user: 'bob', item: 'rum', amount: n, time: at.clock.now() }));
      await at.clock.advance(36_000);
    }
    const source = at.sales.source();
    const next = source.next.bind(source);
    const read = new Map<number, number>();
    let ahead = 0;
    source.next = async (wait) => {
      const batch = await next(wait);
      const last = batch?.messages.at(-1);
      if (batch === undefined || last === undefined) return batch;
      read.set(batch.partition, last.timestamp);
      if (read.size === 2) ahead = Math.max(ahead, Math.max(...read.values()) - Math.min(...read.values()));
      return batch;
    };
    await at.catchUp({ source });
    expect(read.size).to.equal(2);
    // A batch has up to three messages, of which those of the second partition are six minutes apart.
    expect(ahead).to.be.below(30 * 60_000);
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
  });

  it('refuses topics without what was sent and not processed', async () => {
    const at = new SalesUnderTest();
    await at.send(...salesFrom(0, 30));
    await at.catchUp();
    // As after a batch, which has no topics, and left records to the next run.
    for (const name of [...at.checkpoints.contents.keys()])
      if (name.startsWith('twice.')) at.checkpoints.contents.delete(name);
    const empty = { takeOver: true, repartitions: memoryTopics({ clock: at.clock }) };
    expect(await codeOf(at.catchUp(empty))).to.equal('ERR_OFFSET_GONE');
  });

  it('passes over what its topics have of another source', async () => {
    const before = new SalesUnderTest();
    await before.send(...salesFrom(100, 40));
    await before.catchUp();
    const at = new SalesUnderTest(before);
    await at.send(...salesFrom(0, 60));
    await at.catchUp();
    expect(await rowsOf(at.tables)).to.deep.equal(await at.expected());
  });

  it('needs topics of its own', async () => {
    const at = new SalesUnderTest();
    const { tables, checkpoints, clock } = at;
    const source = at.sales.source();
    expect(await codeOf(runStream<Sale>({ pipeline: twice, source, codec, tables, checkpoints, clock }))).to.equal(
      'ERR_USAGE',
    );
  });

  it('ends with the first error, once all stages have ended', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    // Not in virtual time: a rejection that nobody awaits meanwhile would end the process.
    const clock: Clock = {
      now: () => Date.now(),
      elapsed: () => performance.now(),
      sleep: (ms, signal) => pause(ms, undefined, { signal: signal as AbortSignal }).catch(() => undefined),
    };
    const topics = memoryTopics({ clock, batch: 3 });
    const sales = memoryTopic({ clock, partitions: PARTITIONS });
    const ends: string[] = [];
    const repartitions: OwnTopics = {
      async open(name, shape) {
        const { source, producer, partitions } = await topics.open(name, shape);
        const close = async (): Promise<void> => {
          await source.close();
          await pause(name === 'twice-by-parity' ? 50 : 0);
          ends.push(name);
        };
        return { source: closedBy(source, close), producer, partitions };
      },
    };
    const memory = memoryTables();
    const tables: Tables = {
      ...memory,
      write: async (rows) => {
        if (rows.some(({ table }) => table.name === seenByItem.name)) throw new StockafolioError('ERR_USAGE', 'first');
        await memory.write(rows);
      },
    };
    const record = sale({ user: 'ann', item: 'tea', time: START });
    await sales.append([{ key: keyBytes('ann'), value: codec.encode(record) }]);
    const run = runStream<Sale>({
      ...{ pipeline: twice, source: sales.source(), codec, tables, checkpoints: memoryFiles(), clock, repartitions },
      untilCaughtUp: true,
    });
    expect(await codeOf(run)).to.equal('ERR_USAGE');
    process.off('unhandledRejection', note);
    expect(ends).to.deep.equal(['twice-by-item', 'twice-by-parity']);
    expect(unhandled).to.deep.equal([]);
  });

  it('leaves nothing open if its topics cannot be opened', async () => {
    const at = new SalesUnderTest();
    const open = new Set<string>();
    const watched = <C extends Closable>(name: string, of: C): C => {
      open.add(name);
      return closedBy(of, async () => void open.delete(name));
    };
    const repartitions: OwnTopics = {
      async open(name, shape) {
        if (name === 'twice-by-parity') throw new StockafolioError('ERR_SOURCE_MISMATCH', 'it has 2 partitions, not 3');
        const topic = await at.repartitions.open(name, shape);
        const { source, producer } = topic;
        return { ...topic, source: watched(`${name} read`, source), producer: watched(`${name} written`, producer) };
      },
    };
    const source = watched('sales', at.sales.source());
    expect(await codeOf(at.catchUp({ source, repartitions }))).to.equal('ERR_SOURCE_MISMATCH');
    expect([...open]).to.deep.equal([]);
  });

  it('is not caught up before all that waited for another stream was sent on', async () => {
    const clock = virtualClock(START);
    const pipeline = repartitioned['two streams merged']?.() ?? twice;
    const [sold, refunds] = [memoryTopic({ clock, partitions: 2 }), memoryTopic({ clock, partitions: 2 })];
    const record = sale({ user: 'ann', item: 'tea', time: START });
    await sold.append([{ key: keyBytes('ann'), value: codec.encode(record) }]);
    const reader = sold.source();
    const impatient = Object.assign(reader, { next: reader.next.bind(reader) });
    const { next } = impatient;
    impatient.next = async (maxWait) => next(Math.min(maxWait, 5));
    const tables = memoryTables();
    const run = runStream<Sale>({
      ...{ pipeline, source: impatient, codec, tables, checkpoints: memoryFiles(), clock },
      others: { refunds: { codec, source: refunds.source() } },
      ...{ repartitions: memoryTopics({ clock }), commitInterval: 700, untilCaughtUp: true },
    });
    expect(await clock.until(run)).to.include({ records: 1, caughtUp: true });
    const rows: unknown[] = [];
    for (const table of pipeline.plan.tables)
      for await (const { values } of tables.scanAll(table)) rows.push(rowObject(table, values));
    expect(rows).to.deep.equal([{ key: 'tea', all: 'anntea1 ', count: 1, last: START }]);
  });
});
