import fc from 'fast-check';
import { addTo, bySecond, byUser, Payment, payments, Sum } from '@stockafolio/conformance';
import {
  BadRecordError,
  type Branch,
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  keyBytes,
  oneOf,
  optional,
  partitionOf,
  pipeline,
  type Pipeline,
  record,
  rowObject,
  shard,
  stream,
  table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
} from '@stockafolio/core';
import type { ArchiveEntry, Tables } from '@stockafolio/core/ports';
import { deadLetters } from '@stockafolio/engine';
import { memoryArchive, type MemoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { map, type Observable } from 'rxjs';
import type { BatchOptions } from '../src/options.js';
import { type BatchResult, runBatch } from '../src/run-batch.js';

/** A sale, or what withdraws or corrects one. */
export const Entry = record('entry', {
  id: text({ min: 1 }),
  user: text(),
  item: text(),
  amount: int64(),
  time: timestamp(),
  kind: optional(oneOf('withdraw', 'correct')),
  amends: optional(text()),
});
export type Entry = Infer<typeof Entry>;

/** No record is late. */
const timed = { key: 'user', time: (each: Entry) => each.time, outOfOrderness: 1_000_000 } as const;

/** A correction with an amount of 13 is bad. */
export const amended = stream('entries', Entry, {
  ...timed,
  amendments: {
    ...{ id: 'id', amends: 'amends', withdraws: ({ kind }) => kind === 'withdraw' },
    correct: ({ id, user, time }, { item, amount }) => {
      if (amount === 13) throw new BadRecordError([{ field: 'amount', message: 'is unlucky' }]);
      return { id, user, item, amount, time };
    },
  },
});
const plain = stream('entries', Entry, timed);

const sold = table(
  'sold',
  { partitionBy: ['user'], clusterBy: ['time', 'id'] },
  { user: text(), time: timestamp(), id: text(), item: text(), amount: int64() },
);
const newest = table('newest', { partitionBy: ['user'] }, { user: text(), id: text() });
const best = table(
  'best',
  { partitionBy: ['item'], clusterBy: ['shard', 'rank'] },
  { item: text(), shard: shard(), rank: int64(), user: text() },
);
const Newest = record('newest', { id: text() });

const Paid = record('paid', { cents: int64() });
const paid = table('paid', { partitionBy: ['payer'] }, { payer: text(), ...Paid.fields });

/** Rows of records, sums, what came last, windows, and a ranking. */
function figuresOf(from: Observable<Entry>): readonly Branch[] {
  return [
    into(sold, from.pipe(map(({ user, time, id, item, amount }) => ({ user, time, id, item, amount })))),
    into(byUser, from.pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: addTo }))),
    into(
      newest,
      from.pipe(foldByKey('newest', { key: ['user'], state: Newest, fold: (is, { id }) => void (is.id = id) })),
    ),
    into(
      bySecond,
      from.pipe(
        tumblingWindow('seconds', { size: 1_000, key: ['item'], state: Sum, fold: addTo }),
        map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
      ),
    ),
    into(
      best,
      from.pipe(
        topByKey('best', { k: 2, by: ['amount'], group: ['item'], key: ['user'], state: Sum, fold: addTo }),
        map(({ group: [item], rank, key: [user] }) => ({ item, rank, user })),
      ),
    ),
  ];
}

const pipelineOf = (from: typeof plain): Pipeline => pipeline('amended', { from }, ({ from }) => figuresOf(from));
export const withAmendments = pipelineOf(amended);
export const without = pipelineOf(plain);

/** The same beside another stream, with which it is merged. */
export const merged = pipeline('merged', { amended, payments }, ({ amended, payments }) => [
  ...figuresOf(amended),
  into(
    paid,
    payments.pipe(foldByKey('paid', { key: ['payer'], state: Paid, fold: (is, { paid }) => void (is.cents += paid) })),
  ),
]);

export const codec = jsonCodec(Entry);
export const PARTITIONS = 2;

/** An archive of entries, each in the partition of its user, in files of a few. */
export async function archiveOf(
  entries: readonly Entry[],
  fileSize = 3,
  archive: MemoryArchive<Entry> = memoryArchive<Entry>(),
): Promise<MemoryArchive<Entry>> {
  const lanes = new Map<number, ArchiveEntry<Entry>[]>();
  for (const each of entries) {
    const partition = partitionOf(keyBytes(each.user), PARTITIONS);
    const lane = lanes.get(partition) ?? [];
    lanes.set(partition, lane);
    lane.push({ offset: lane.length, ingested: each.time, record: each });
  }
  for (const [partition, lane] of lanes)
    for (let from = 0; from < lane.length; from += fileSize) {
      const some = lane.slice(from, from + fileSize);
      const file = { partition, first: from, last: from + some.length - 1, day: `2020-01-${10 + from / fileSize}` };
      await archive.write(file, { source: 'topic-entries', partitions: PARTITIONS }, some);
    }
  return archive;
}

const noPayments = memoryArchive<unknown>();

/** A run in memory, whose tables and checkpoints remain. */
export class Run {
  readonly tables: Tables;
  readonly checkpoints = memoryFiles();

  constructor(tables: Tables = memoryTables()) {
    this.tables = tables;
  }

  batch(of: Pipeline, archive: MemoryArchive<Entry>, options: BatchOptions = {}): Promise<BatchResult> {
    const { tables, checkpoints } = this;
    const others = { payments: { codec: jsonCodec(Payment), archive: noPayments } };
    return runBatch(
      { pipeline: of, codec, archive, others, tables, checkpoints, clock: virtualClock() },
      { allowMissingPartitions: true, ...options },
    );
  }

  /** All rows but dead letters, without versions. */
  async rows(): Promise<string[]> {
    const rows: string[] = [];
    await this.tables.create([...without.plan.tables]);
    for (const each of without.plan.tables)
      for await (const { values } of this.tables.scanAll(each))
        rows.push(`${each.name} ${JSON.stringify(rowObject(each, values))}`);
    return rows.sort();
  }

  /** The causes of dead letters by the id of the entry. */
  async letters(): Promise<Readonly<Record<string, string>>> {
    const found: [string, string][] = [];
    await this.tables.create([deadLetters]);
    for await (const { values } of this.tables.scanAll(deadLetters)) {
      const { message, cause } = rowObject(deadLetters, values) as { readonly message: string; readonly cause: string };
      found.push([(JSON.parse(message) as Entry).id, cause]);
    }
    return Object.fromEntries(found.sort());
  }
}

/** Entries with the ids 0, 1, ...; amendments are of any entry, also later ones, other amendments, and unknown ones. */
export const anyEntries: fc.Arbitrary<readonly Entry[]> = fc
  .array(
    fc.record({
      user: fc.constantFrom('ann', 'bob', 'cid'),
      item: fc.constantFrom('tea', 'rum', 'ale'),
      amount: fc.integer({ min: -9, max: 13 }),
      step: fc.nat(900),
      of: fc.nat(1_000_000),
      kind: fc.constantFrom(undefined, undefined, 'withdraw' as const, 'correct' as const),
      isAny: fc.nat(9).map((n) => n === 0),
    }),
    { maxLength: 30 },
  )
  .map((all) => {
    let time = 0;
    const made: Entry[] = [];
    for (const [n, { user, item, amount, step, of, kind, isAny }] of all.entries()) {
      time += step;
      const own = made.filter((each) => each.user === user);
      const target = isAny ? String(of % (all.length + 1)) : own[of % Math.max(1, own.length)]?.id;
      const amends = kind === undefined || target === undefined ? {} : { kind, amends: target };
      made.push({ id: String(n), user, item, amount, time, ...amends });
    }
    return made;
  });
