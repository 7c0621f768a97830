import { expect } from 'chai';
import fc from 'fast-check';
import {
  isNoticed,
  itemSumTopic,
  minuteTopic,
  Notice,
  noticed,
  noticedAtOnce,
  noticedByUser,
  noticeOf,
  notices,
  noticeTopic,
  noticing,
  type Sale,
  sale,
  Sale as SaleSchema,
} from '@stockafolio/conformance';
import { jsonCodec, keyBytes, partitionOf, rowObject, StockafolioError } from '@stockafolio/core';
import type { Destination, Producer, SourceMessage, Tables } from '@stockafolio/core/ports';
import {
  memoryArchive,
  memoryDestination,
  memoryFiles,
  memoryTables,
  memoryTopic,
  pipelineHarness,
  virtualClock,
  type MemoryFiles,
  type MemoryTopic,
} from '@stockafolio/testing';
import { codeOf } from '../../test/totals.js';
import type { StreamOptions, StreamResult } from '../options.js';
import { runArchive } from '../run-archive.js';
import { runStream } from '../run-stream.js';

const START = 1_000_000;
const codecs = { sales: jsonCodec(SaleSchema), notices: jsonCodec(Notice) };
const KILLED = new StockafolioError('ERR_INTERNAL', 'killed');

/** Ends a run at a certain call of one of its ports, as a kill does: before the call, or after it. */
class Killer {
  left = Number.POSITIVE_INFINITY;
  after = false;

  wrap<A extends readonly unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      const dies = --this.left === 0;
      if (this.left < 0 || (dies && !this.after)) throw KILLED;
      const result = await call(...args);
      if (dies) throw KILLED;
      return result;
    };
  }
}

/** Sales, the topic of notices that one pipeline makes of them, and what another one makes of these. */
class Chain {
  readonly clock = virtualClock(START);
  readonly sales: MemoryTopic = memoryTopic({ clock: this.clock, partitions: 3, batch: 3, identity: 'sales' });
  readonly notices: MemoryTopic = memoryTopic({ clock: this.clock, partitions: 2, batch: 3, identity: 'notices' });
  readonly others = [itemSumTopic, minuteTopic].map(({ stream: { name } }) => ({
    name,
    topic: memoryTopic({ clock: this.clock, partitions: 2, identity: name }),
  }));
  readonly killer = new Killer();
  readonly writer: { readonly tables: Tables; readonly checkpoints: MemoryFiles };
  readonly reader = { tables: memoryTables(), checkpoints: memoryFiles() };
  readonly sent: Sale[] = [];

  constructor() {
    this.writer = {
      tables: { ...memoryTables(), identity: async () => 'tables-of-writer' },
      checkpoints: memoryFiles(),
    };
  }

  async send(...records: readonly Sale[]): Promise<void> {
    for (const each of records) {
      this.sent.push(each);
      await this.sales.append([{ key: keyBytes(each.user), value: codecs.sales.encode(each) }]);
    }
  }

  #destination(topic: MemoryTopic): Destination {
    return {
      open: async (shape) => {
        const opened = await memoryDestination(topic).open(shape);
        const producer: Producer = {
          append: this.killer.wrap((messages) => opened.producer.append(messages)),
          close: () => opened.producer.close(),
        };
        return { ...opened, producer };
      },
    };
  }

  get topics(): Readonly<Record<string, Destination>> {
    const all = [{ name: notices.name, topic: this.notices }, ...this.others];
    return Object.fromEntries(all.map(({ name, topic }) => [name, this.#destination(topic)]));
  }

  write(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    const { tables, checkpoints } = this.writer;
    const { killer } = this;
    return this.clock.until(
      runStream<Sale>({
        ...{ pipeline: noticing, source: this.sales.source(), codec: codecs.sales, clock: this.clock },
        tables: { ...tables, write: killer.wrap((rows) => tables.write(rows)) },
        checkpoints: { ...checkpoints, write: killer.wrap((name, content) => checkpoints.write(name, content)) },
        topics: this.topics,
        ...{ commitInterval: 1, checkpointInterval: 4, untilCaughtUp: true },
        ...given,
      }),
    );
  }

  read(given: Partial<StreamOptions<Notice>> = {}): Promise<StreamResult> {
    return this.clock.until(
      runStream<Notice>({
        ...{ pipeline: noticed, source: this.notices.source(), codec: codecs.notices, clock: this.clock },
        ...this.reader,
        ...{ commitInterval: 1, checkpointInterval: 4, untilCaughtUp: true },
        ...given,
      }),
    );
  }

  /** The rows that one pipeline makes of the same sales. */
  async expected(): Promise<readonly object[]> {
    const harness = pipelineHarness<Sale>(noticedAtOnce, { partitions: 2 });
    harness.push(...this.sent);
    await harness.commit();
    return harness.rows(noticedByUser);
  }

  async rows(): Promise<readonly object[]> {
    const rows: object[] = [];
    for await (const { values } of this.reader.tables.scanAll(noticedByUser))
      rows.push(rowObject(noticedByUser, values));
    return rows;
  }

  /** The messages of the notices, by partition. */
  async messages(): Promise<readonly (SourceMessage & { readonly partition: number })[]> {
    const source = this.notices.source();
    const all: (SourceMessage & { readonly partition: number })[] = [];
    const assigned = async (partitions: readonly number[]) => partitions.map((partition) => ({ partition, offset: 0 }));
    await source.open('reading-back', { assigned, revoked: async () => undefined });
    const next = () => this.clock.until(source.next(1));
    for (let batch = await next(); batch !== undefined; batch = await next())
      for (const message of batch.messages) all.push({ ...message, partition: batch.partition });
    await source.close();
    return all;
  }
}

const users = ['ann', 'bob', 'cem', 'dan', 'eve'];

function salesFrom(first: number, count: number): Sale[] {
  return Array.from({ length: count }, (_, n) => {
    const number = first + n;
    return sale({ user: users[(number * 7) % 5] ?? '', item: 'tea', amount: number, time: START + number * 10 });
  });
}

describe('runStream with topics', () => {
  it('loses and doubles nothing for a reader, wherever the writer and the reader are killed', async () => {
    let killed = 0;
    let repeated = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ left: fc.integer({ min: 1, max: 14 }), after: fc.boolean(), count: fc.nat(12) }), {
          maxLength: 6,
        }),
        async (kills) => {
          const at = new Chain();
          for (const { left, after, count } of kills) {
            await at.send(...salesFrom(at.sent.length, count));
            Object.assign(at.killer, { left, after });
            if ((await codeOf(at.write())) !== undefined) killed++;
            at.killer.left = Number.POSITIVE_INFINITY;
            if (after) await at.read();
          }
          await at.send(...salesFrom(at.sent.length, 10));
          await at.write();
          expect(await at.read()).to.include({ caughtUp: true, setAside: 0 });
          expect(await at.rows()).to.deep.equal(await at.expected());
          repeated += (await at.messages()).length - at.sent.filter(isNoticed).length;
        },
      ),
      { numRuns: 60 },
    );
    expect(killed, 'kills').to.be.greaterThan(20);
    expect(repeated, 'repeats').to.be.greaterThan(20);
  });

  it('sends before it writes progress, and before it stores a checkpoint', async () => {
    const at = new Chain();
    await at.send(...salesFrom(0, 9));
    const wanted = at.sent.filter(isNoticed).length;
    const order: string[] = [];
    const { tables, checkpoints } = at.writer;
    let there = 0;
    const topics = {
      ...at.topics,
      [notices.name]: {
        open: async () => ({
          ...{ partitions: 2, identity: 'slow' },
          producer: {
            append: async (messages: readonly unknown[]) => {
              await at.clock.sleep(50);
              there += messages.length;
            },
            close: async () => undefined,
          },
        }),
      },
    };
    await at.write({
      topics,
      tables: {
        ...tables,
        write: async (rows) => {
          if (rows.some(({ table }) => table.name === 'progress')) order.push(`progress ${there}`);
          await tables.write(rows);
        },
      },
      checkpoints: {
        ...checkpoints,
        write: async (name, content) => {
          order.push(`checkpoint ${there}`);
          return checkpoints.write(name, content);
        },
      },
      commitInterval: 1_000,
    });
    expect(new Set(order)).to.deep.equal(new Set([`progress ${wanted}`, `checkpoint ${wanted}`]));
  });

  it('is read from the middle of a topic, and beside messages of others', async () => {
    const at = new Chain();
    await at.send(...salesFrom(0, 20));
    await at.write();
    for (const partition of [0, 1]) at.notices.expire(partition, 3);
    const own: Notice = noticeOf(sale({ user: 'zoe', amount: 7, time: START }));
    const plain = { key: keyBytes(own.user), value: codecs.notices.encode(own) };
    await at.notices.append([plain, { ...plain, headers: { writer: 'me', number: '0', after: 'x' } }, plain]);
    expect(await at.read()).to.include({ records: at.sent.filter(isNoticed).length - 6 + 3, setAside: 0 });
    const zoe = (await at.rows()).find((row) => 'user' in row && row.user === 'zoe');
    expect(zoe).to.include({ count: 3 });
  });

  it('is refused where messages in between are missing', async () => {
    const at = new Chain();
    const other = new Chain();
    await at.send(...salesFrom(0, 60));
    await at.write();
    const messages = await at.messages();
    const inOne = messages.filter(({ partition }) => partition === 0);
    const ofOne = inOne.filter(({ headers }) => headers?.['writer'] === inOne[0]?.headers?.['writer']);
    expect(ofOne.length).to.be.greaterThan(2);
    const lost = ofOne[1];
    for (const message of messages)
      if (message !== lost && message.value !== null)
        await other.notices.append([{ ...message, value: message.value, timestamp: message.timestamp }]);
    expect(await codeOf(other.read())).to.equal('ERR_OFFSET_GONE');
  });

  it('is archived without repeats, by an archiver that is stopped and continues', async () => {
    const at = new Chain();
    const archive = memoryArchive<Notice>();
    const archiveAll = () =>
      at.clock.until(
        runArchive<Notice>({
          ...{ stream: notices, codec: codecs.notices, source: at.notices.source(), archive, clock: at.clock },
          ...{ untilCaughtUp: true, rollRecords: 4 },
        }),
      );
    const before = new Map(at.writer.checkpoints.contents);
    for (let n = 0; n < 3; n++) {
      await at.send(...salesFrom(at.sent.length, 15));
      await at.write();
      // Everything is sent again.
      for (const name of [...at.writer.checkpoints.contents.keys()])
        if (!before.has(name)) at.writer.checkpoints.contents.delete(name);
      expect(await archiveAll()).to.include({ caughtUp: true });
      await at.write({ takeOver: true });
    }
    await archiveAll();
    const entries = [...archive.contents.values()].flatMap((file) => file.entries);
    expect((await at.messages()).length).to.be.greaterThan(entries.length);
    const archived = entries.flatMap((entry) => ('record' in entry ? [entry.record] : []));
    const sorted = (all: readonly Notice[]) => [...all].sort((a, b) => a.amount - b.amount);
    expect(sorted(archived)).to.deep.equal(sorted(at.sent.filter(isNoticed).map(noticeOf)));
    await at.read();
    expect(await at.rows()).to.deep.equal(await at.expected());
    // What an archive has seen of a writer is exact at the end of each file.
    for (const { file, facts } of archive.contents.values())
      for (const [writer, number] of Object.entries(facts.writers ?? {})) {
        const upTo = (await at.messages()).filter(
          ({ partition, offset, headers }) =>
            partition === file.partition && offset <= file.last && headers?.['writer'] === writer,
        );
        expect(number).to.equal(Math.max(...upTo.map(({ headers }) => Number(headers?.['number']))));
      }
  });

  it('names what is missing, too much, or a loop', async () => {
    const at = new Chain();
    const { notices: one, ...others } = at.topics;
    expect(await codeOf(at.write({ topics: others }))).to.equal('ERR_USAGE');
    expect(await codeOf(at.write({ topics: { ...at.topics, more: one as Destination } }))).to.equal('ERR_USAGE');
    const loop = { ...at.topics, notices: memoryDestination(at.sales) };
    expect(await codeOf(at.write({ topics: loop }))).to.equal('ERR_USAGE');
  });

  it('sends each record to the partition of its key', async () => {
    const at = new Chain();
    await at.send(...salesFrom(0, 10));
    await at.write();
    for (const { partition, key } of await at.messages())
      expect(partition).to.equal(partitionOf(key ?? new Uint8Array(0), 2));
    expect(noticeTopic.stream).to.equal(notices);
  });
});
