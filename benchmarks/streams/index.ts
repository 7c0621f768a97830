/**
 * What does it cost to read several streams? The same records through the same folds: as one stream; as two whose
 * records come in runs, through the merge; and as two that alternate record by record, which is the worst case.
 */
import assert from 'node:assert';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  jsonCodec,
  pipeline,
  type Pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { Feed, MergedFeed, PartitionEngine } from '@stockafolio/engine';
import { merge } from 'rxjs';
import { alternate, printTable, processorSeconds } from '../measure.js';

const RECORDS = Number(process.argv[2] ?? 2_000_000);
const ROUNDS = Number(process.argv[3] ?? 5);
const USERS = 100_000;

const Entry = record('entry', { user: text(), item: text(), cents: int64(), time: timestamp() });
type Entry = Infer<typeof Entry>;
const Sum = record('sum', { cents: int64(), count: int64() });
const columns = { user: text(), cents: int64(), count: int64() };
const byUser = table('by_user', { partitionBy: ['user'] }, columns);
const byItem = table('by_item', { partitionBy: ['user'], clusterBy: ['item'] }, { ...columns, item: text() });

const orders = stream('orders', Entry, { key: 'user', time: (e) => e.time });
const payments = stream('payments', Entry, { key: 'user', time: (e) => e.time });
const fold = {
  state: Sum,
  fold: (sum: { cents: number; count: number }, { cents }: Entry): void => {
    sum.cents += cents;
    sum.count++;
  },
};
const one = pipeline('one', { orders }, ({ orders }) => [
  into(byUser, orders.pipe(foldByKey('users', { ...fold, key: ['user'] }))),
  into(byItem, orders.pipe(foldByKey('items', { ...fold, key: ['user', 'item'] }))),
]);
const two = pipeline('two', { orders, payments }, ({ orders, payments }) => {
  const entries = merge(orders, payments);
  return [
    into(byUser, entries.pipe(foldByKey('users', { ...fold, key: (e: Entry) => [e.user] as const }))),
    into(byItem, entries.pipe(foldByKey('items', { ...fold, key: (e: Entry) => [e.user, e.item] as const }))),
  ];
});
/** Each stream into its own folds: nothing but the order brings them together. */
const apart = pipeline('apart', { orders, payments }, ({ orders, payments }) => [
  into(byUser, orders.pipe(foldByKey('users', { ...fold, key: ['user'] }))),
  into(byItem, payments.pipe(foldByKey('items', { ...fold, key: ['user', 'item'] }))),
]);

const records: Entry[] = Array.from({ length: RECORDS }, (_, n) => ({
  user: `u${(n * 7_919) % USERS}`,
  item: `i${n % 13}`,
  cents: n % 1_000,
  time: n,
}));

function engineOf(of: Pipeline): PartitionEngine {
  return new PartitionEngine({
    ...{ pipeline: of, partition: 0, source: 'benchmark', onBadRecord: 'fail' },
    codec: jsonCodec(Entry) as never,
  });
}

function throughFeed(): void {
  const engine = engineOf(one);
  const feed = new Feed(engine);
  records.forEach((each, offset) => feed.add(each, { offset, ingested: each.time }));
  feed.end();
  assert.equal(engine.position.offset, RECORDS);
}

/** @param run how many records of a stream follow one another */
function throughMerge(of: Pipeline, run: number): void {
  const engine = engineOf(of);
  const feed = new MergedFeed(engine, of, []);
  const next = [0, 0];
  records.forEach((each, n) => {
    const input = Math.floor(n / run) % 2;
    const offset = next[input] ?? 0;
    next[input] = offset + 1;
    feed.add(input, { offset, ingested: each.time, taken: { record: each } });
    if (n % 1_000 === 999) feed.drain();
  });
  for (const input of [0, 1]) feed.silent(input, Number.POSITIVE_INFINITY);
  feed.drain();
  assert.equal(engine.position.offset, RECORDS);
}

const ways: Readonly<Record<string, () => void>> = {
  'one stream': throughFeed,
  'two, in runs of 1,000, merged by RxJS': () => throughMerge(two, 1_000),
  'two, alternating, merged by RxJS': () => throughMerge(two, 1),
  'two, in runs of 1,000, each into its own': () => throughMerge(apart, 1_000),
  'two, alternating, each into its own': () => throughMerge(apart, 1),
};

const candidates = Object.fromEntries(
  Object.entries(ways).map(([name, run]) => [
    name,
    () => {
      run();
      return RECORDS;
    },
  ]),
);
const { measured } = await alternate(candidates, ROUNDS, processorSeconds);
const [first] = measured;
printTable(
  ['streams', 'us of processor time a record', 'to one stream'],
  measured.map(({ name, rate }) => [name, (1e6 / rate).toFixed(2), ((first?.rate ?? 0) / rate).toFixed(2)]),
);
