import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import {
  byParity,
  byUser,
  codeOf,
  collected,
  type Sale,
  sale,
  Sale as SaleSchema,
  sales,
  seenByItem,
  twice,
} from '@stockafolio/conformance';
import {
  into,
  joinAsOf,
  jsonCodec,
  keyBytes,
  partitionOf,
  pipeline,
  repartition,
  rowObject,
  stream,
  type Stream,
  type Table,
} from '@stockafolio/core';
import type { OwnArchives, Tables } from '@stockafolio/core/ports';
import {
  memoryArchive,
  memoryFiles,
  memoryTables,
  pipelineHarness,
  virtualClock,
  type MemoryArchive,
} from '@stockafolio/testing';
import type { BatchOptions, BatchPorts } from '../options.js';
import { runBatch, type BatchResult } from '../run-batch.js';
import { executedStages } from './run-stages.js';

const PARTITIONS = 3;
const codec = jsonCodec(SaleSchema);

interface Message {
  readonly record: Sale;
  readonly sent: number;
}

/** Archives of a pipeline's own, in memory. */
function memoryOwn(): OwnArchives {
  const archives = new Map<string, MemoryArchive<unknown>>();
  return {
    open: ({ name }: Stream<unknown>) => {
      const archive = archives.get(name) ?? memoryArchive<unknown>();
      archives.set(name, archive);
      return archive;
    },
    remove: async ({ name }) => void archives.delete(name),
  };
}

/** An archive of sales that grows, and the ports of a batch in memory. */
class ArchiveUnderTest {
  readonly archive = memoryArchive<Sale>();
  readonly tables: Tables = memoryTables();
  readonly own = memoryOwn();
  readonly checkpoints = memoryFiles();
  readonly clock = virtualClock();
  readonly #ends = new Array<number>(PARTITIONS).fill(0);

  async add(messages: readonly Message[], at?: number): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const first = this.#ends[partition] ?? 0;
      const entries = messages
        .filter(({ record }) => partitionOf(keyBytes(record.user), PARTITIONS) === partition)
        .map(({ record, sent }, n) => ({ offset: first + n, ingested: sent, record }));
      if (entries.length === 0) continue;
      const last = first + entries.length - 1;
      this.#ends[partition] = last + 1;
      const facts = { source: 'sales-topic', partitions: PARTITIONS };
      await this.archive.write({ partition, first, last, day: '2026-01-02' }, facts, entries);
    }
    if (at === undefined) return;
    const ranges = this.#ends.map((end, partition) => ({ partition, oldest: 0, end }));
    await this.archive.writeExtent?.({ source: 'sales-topic', at, ranges });
  }

  run(options: BatchOptions = {}, given: Partial<BatchPorts<Sale>> = {}): Promise<BatchResult> {
    const { archive, tables, own, checkpoints, clock } = this;
    return runBatch<Sale>(
      { ...{ pipeline: twice, codec, archive, tables, own, checkpoints, clock }, ...given },
      { allowMissingPartitions: true, ...options },
    );
  }
}

async function rowsOf(tables: Tables): Promise<string[]> {
  const rows: string[] = [];
  for (const table of [seenByItem, byParity] as unknown as Table[])
    for await (const { values, version } of tables.scanAll(table))
      rows.push(`${table.name} ${version} ${JSON.stringify(rowObject(table, values))}`);
  return rows.sort();
}

async function expectedRows(messages: readonly Message[]): Promise<string[]> {
  const harness = pipelineHarness<Sale>(twice, { partitions: PARTITIONS });
  for (const { record, sent } of messages)
    harness.pushMessage(codec.encode(record), partitionOf(keyBytes(record.user), PARTITIONS), sent);
  await harness.commit();
  return rowsOf(harness.tables);
}

const anyMessages = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cem', 'dan'), item: fc.constantFrom('tea', 'rum', 'ale', 'gin') },
      amount: fc.integer({ min: 1, max: 15 }),
      back: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(4_000)),
      step: fc.oneof(fc.constant(0), fc.nat(900), fc.nat(9_000)),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps): Message[] => {
    let sent = 1_700_000_000_000;
    return steps.map(({ step, back, ...facts }) => {
      sent += step;
      return { record: sale({ ...facts, time: sent - back }), sent };
    });
  });

describe('runBatch with repartitions', () => {
  it('makes the rows of the stream, with their versions, in one run or in several', async () => {
    await fc.assert(
      fc.asyncProperty(anyMessages, fc.nat(40), fc.boolean(), async (messages, at, isKnown) => {
        const [before, after] = [messages.slice(0, at), messages.slice(at)];
        const under = new ArchiveUnderTest();
        await under.add(before, isKnown ? before.at(-1)?.sent : undefined);
        await under.run();
        await under.add(after);
        await under.run({ toEnd: true });
        expect(await rowsOf(under.tables)).to.deep.equal(await expectedRows(messages));
      }),
      { numRuns: 40 },
    );
  });

  it('continues after a run that ended between its stages, and begins anew from the start', async () => {
    await fc.assert(
      fc.asyncProperty(anyMessages, fc.nat(40), fc.nat(12), async (messages, at, writes) => {
        const under = new ArchiveUnderTest();
        await under.add(messages.slice(0, at));
        await under.run();
        await under.add(messages.slice(at));
        let left = writes;
        const breaking: Tables = {
          ...under.tables,
          write: async (rows) => {
            if (left-- <= 0) throw new Error('the machine stops');
            await under.tables.write(rows);
          },
        };
        await under.run({ toEnd: true }, { tables: breaking }).catch(() => undefined);
        await under.run({ toEnd: true });
        const expected = await expectedRows(messages);
        expect(await rowsOf(under.tables)).to.deep.equal(expected);
        await under.run({ toEnd: true, fromStart: true });
        expect(await rowsOf(under.tables)).to.deep.equal(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('counts the messages that it read, and needs a place for what passes through', async () => {
    const under = new ArchiveUnderTest();
    await under.add(Array.from({ length: 9 }, (_, n) => ({ record: sale({ user: `u${n}`, time: n }), sent: n })));
    expect(await under.run({ toEnd: true })).to.include({ records: 9, setAside: 0 });
    const { archive, tables, checkpoints, clock } = under;
    const ports = { pipeline: twice, codec, archive, tables, checkpoints, clock };
    expect(await codeOf(() => runBatch<Sale>(ports))).to.equal('ERR_USAGE');
  });

  it('refuses to continue without what was sent elsewhere, and not processed, before it writes anything', async () => {
    const under = new ArchiveUnderTest();
    const at = (n: number, user: string): Message => ({ record: sale({ user, time: n }), sent: n });
    await under.add([at(1_000, 'ann'), at(1_001, 'bob')]);
    await under.run();
    await under.add([at(1_002, 'ann')]);
    const before = [...under.checkpoints.contents.keys()];
    // What waits is in the topics of a stream.
    expect(await codeOf(() => under.run({}, { own: memoryOwn() }))).to.equal('ERR_ARCHIVE_GAP');
    expect([...under.checkpoints.contents.keys()]).to.deep.equal(before);
    await under.run({ toEnd: true });
    await under.add([at(1_003, 'bob')]);
    // All of it was processed.
    await under.run({ toEnd: true }, { own: memoryOwn() });
    expect(await rowsOf(under.tables)).to.deep.equal(
      await expectedRows([at(1_000, 'ann'), at(1_001, 'bob'), at(1_002, 'ann'), at(1_003, 'bob')]),
    );
  });

  it('has its first stage alone while nothing is archived', async () => {
    const { archive, tables, own, checkpoints, clock } = new ArchiveUnderTest();
    const stages = await executedStages<Sale>({ pipeline: twice, codec, archive, tables, own, checkpoints, clock });
    expect(stages.map(({ name }) => name)).to.deep.equal(['twice']);
  });

  it('reads a stream behind a repartition although none of its messages is archived yet', async () => {
    const refunds = stream('refunds', SaleSchema, { key: 'user', time: ({ time }) => time });
    const user = { key: ['user'] as const, otherKey: ['user'] as const };
    const met = pipeline('met', { sales, refunds }, ({ sales, refunds }) => [
      into(
        byUser,
        sales.pipe(
          repartition('again', { key: 'user', schema: SaleSchema, time: ({ time }) => time }),
          joinAsOf('refunded', refunds, { ...user, keep: 0, kind: 'left' }),
          map(({ left: { user, amount }, right }) => ({ user, amount, count: right?.amount ?? 0 })),
        ),
      ),
    ]);
    for (const isChecked of [true, false]) {
      const under = new ArchiveUnderTest();
      await under.add([{ record: sale({ time: 1_000 }), sent: 1_000 }]);
      const archive = memoryArchive<Sale>();
      const ranges = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, oldest: 0, end: 0 }));
      if (isChecked) await archive.writeExtent?.({ source: 'refunds-topic', at: 2_000, ranges });
      await under.run({ toEnd: true }, { pipeline: met, others: { refunds: { codec, archive } } });
      const { values } = (await collected(under.tables.scanAll(byUser as unknown as Table)))[0] ?? {};
      expect(values).to.deep.equal(['ann', 1, 0]);
    }
  });
});
