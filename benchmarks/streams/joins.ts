/**
 * What do joins and functions with timers cost? Orders and payments that alternate, and orders alone, with a fold behind.
 */
import assert from 'node:assert';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinAsOf,
  joinLatest,
  joinWithin,
  jsonCodec,
  pipeline,
  type Pipeline,
  processByKey,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { MergedFeed, PartitionEngine } from '@stockafolio/engine';
import { alternate, printTable, processorSeconds } from '../measure.js';

const RECORDS = Number(process.argv[2] ?? 500_000);
const ROUNDS = Number(process.argv[3] ?? 5);
const only = process.argv[4] ?? '';
const USERS = 20_000;

const Entry = record('entry', { user: text(), id: text(), cents: int64(), time: timestamp() });
type Entry = Infer<typeof Entry>;
const Sum = record('sum', { cents: int64(), count: int64() });
const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), cents: int64(), count: int64() });
const Paid = record('paid', { cents: int64() });

const settings = { key: 'user', time: (e: Entry) => e.time } as const;
const orders = stream('orders', Entry, settings);
const payments = stream('payments', Entry, settings);
const add = (sum: { cents: number; count: number }, cents: number): void => {
  sum.cents += cents;
  sum.count++;
};
const kept = { state: Paid, select: ({ cents }: Entry) => ({ cents }) };
const key = ['user', 'id'] as const;

const within = pipeline('within', { orders, payments }, ({ orders, payments }) => [
  into(
    byUser,
    orders.pipe(
      joinWithin('paid', payments, {
        ...{ key, otherKey: key, before: 0, after: 1_000, kind: 'left', left: kept, right: kept },
      }),
      foldByKey('users', {
        ...{ key: (pair) => [pair.key[0]] as const, state: Sum },
        fold: (sum, { left, right }) => add(sum, (left?.cents ?? 0) - (right?.cents ?? 0)),
      }),
    ),
  ),
]);
const asOf = pipeline('as-of', { orders, payments }, ({ orders, payments }) => [
  into(
    byUser,
    orders.pipe(
      joinAsOf('found', payments, { key: ['user'], otherKey: ['user'], keep: 1_000, kind: 'left', right: kept }),
      foldByKey('users', {
        ...{ key: (pair) => [pair.key[0]] as const, state: Sum },
        fold: (sum, { left, right }) => add(sum, left.cents - (right?.cents ?? 0)),
      }),
    ),
  ),
]);
const sums = {
  key: ['user'],
  state: Sum,
  fold: (sum: { cents: number; count: number }, e: Entry) => add(sum, e.cents),
} as const;
const latest = pipeline('latest', { orders, payments }, ({ orders, payments }) => [
  into(
    byUser,
    orders.pipe(
      foldByKey('ordered', sums),
      joinLatest('both', payments.pipe(foldByKey('paid', sums))),
      foldByKey('users', {
        ...{ key: (update) => [update.key[0]] as const, state: Sum },
        fold: (sum, { value: { left, right } }) => add(sum, (left?.cents ?? 0) - (right?.cents ?? 0)),
      }),
    ),
  ),
]);
const Sent = record('sent', { user: text(), cents: int64() });
const functions = pipeline('functions', { orders, payments }, ({ orders }) => [
  into(
    byUser,
    orders.pipe(
      processByKey('pauses', {
        ...{ key: ['user'], state: Sum, output: Sent, timers: ['pause'] },
        onRecord: (state, { cents, time }, { timers, emit, key: [user] }) => {
          add(state, cents);
          timers.pause.set(time + 5_000);
          emit({ user, cents });
        },
        onTimer: (state, _, { key: [user], emit }) => {
          emit({ user, cents: state.cents });
        },
      }),
      foldByKey('users', {
        ...{ key: (each: { user: string; cents: number }) => [each.user] as const, state: Sum },
        fold: (sum, { cents }) => add(sum, cents),
      }),
    ),
  ),
]);

/** Each order is paid, by the next record. */
const records: Entry[] = Array.from({ length: RECORDS }, (_, n) => {
  const order = n >> 1;
  return { user: `u${(order * 7_919) % USERS}`, id: `o${order}`, cents: n % 1_000, time: n };
});

function run(of: Pipeline, inputs: number): void {
  const engine = new PartitionEngine({
    ...{ pipeline: of, partition: 0, source: 'benchmark', onBadRecord: 'fail', codec: jsonCodec(Entry) as never },
  });
  const feed = new MergedFeed(engine, of, []);
  const next = [0, 0];
  records.forEach((each, n) => {
    const input = n % inputs;
    const offset = next[input] ?? 0;
    next[input] = offset + 1;
    feed.add(input, { offset, ingested: each.time, taken: { record: each } });
    if (inputs === 1) feed.silent(1, each.time);
    if (n % 1_000 === 999) feed.drain();
  });
  for (const input of [0, 1]) feed.silent(input, Number.POSITIVE_INFINITY);
  feed.drain();
  assert.equal(engine.position.offset, RECORDS);
}

const ways: Readonly<Record<string, () => void>> = {
  'joinWithin, left': () => run(within, 2),
  'joinAsOf, left': () => run(asOf, 2),
  joinLatest: () => run(latest, 2),
  'processByKey, one stream': () => run(functions, 1),
};
const candidates = Object.fromEntries(
  Object.entries(ways)
    .filter(([name]) => name.startsWith(only))
    .map(([name, way]) => [
      name,
      () => {
        way();
        return RECORDS;
      },
    ]),
);
const { measured } = await alternate(candidates, ROUNDS, processorSeconds);
printTable(
  ['operator, and a fold behind it', 'us of processor time a record'],
  measured.map(({ name, rate }) => [name, (1e6 / rate).toFixed(2)]),
);
