import {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  shard,
  table,
  text,
  timestamp,
  type Table,
  type Value,
} from '@stockafolio/core';
import { type Mutation, type StoredRow, compareKeys } from '@stockafolio/core/ports';
import fc from 'fast-check';

export const positions = table(
  'positions',
  { partitionBy: ['user'], clusterBy: ['symbol'] },
  { user: text(), symbol: text(), quantity: int64(), cost: money() },
);

export const everything = table(
  'everything',
  {
    partitionBy: ['name', 'side'],
    clusterBy: ['time', 'day', 'whole', 'small', 'open', 'label', 'shard'],
    descending: ['time', 'whole', 'label'],
  },
  {
    name: text({ max: 40 }),
    side: oneOf('buy', 'sell'),
    time: timestamp(),
    day: date(),
    whole: int64({ range: 'full' }),
    small: int32(),
    open: boolean(),
    label: text({ max: 40 }),
    shard: shard(),
    note: optional(text({ max: 1000 })),
    ratio: double(),
    amount: money(),
    total: bigMoney(),
    count: optional(int64()),
    large: int64({ range: 'full' }),
    when: optional(timestamp()),
    birthday: date(),
    flag: optional(boolean()),
    kind: oneOf('new', 'bust', 'correct'),
    sum: optional(bigMoney()),
  },
);

export const recent = table('recent', { partitionBy: ['user'], ttl: 5_000 }, { user: text(), value: int32() });

const someText = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom('a', 'b', '\u0001', 'é', '\u07ff', '日', '\uffee', '😀', '\u{10ffff}'),
      maxLength: 5,
    }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  .filter((each) => !each.includes('\0') && each.length <= 40);
const someDay = fc
  .record({
    y: fc.integer({ min: 1, max: 9999 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ y, m, d }) => `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
const safe = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.maxSafeInteger());
const moment = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -8.64e15, max: 8.64e15 }));
const long = fc.oneof(fc.bigInt(-2n, 2n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
const huge = fc.oneof(fc.bigInt(-2n, 2n), fc.bigInt(-(2n ** 127n), 2n ** 127n - 1n));
const maybe = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(each, { nil: undefined });

/** Any row of `everything`; keys often share their leading columns. */
export const anyRow: fc.Arbitrary<readonly Value[]> = fc.tuple(
  fc.oneof(fc.constantFrom('a', 'b'), someText),
  fc.constantFrom('buy', 'sell'),
  fc.oneof(fc.constantFrom(0, 1), moment),
  fc.oneof(fc.constant('2026-01-02'), someDay),
  long,
  fc.integer(),
  fc.boolean(),
  someText,
  fc.integer({ min: 0, max: 7 }),
  maybe(someText),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  safe,
  huge,
  maybe(safe),
  long,
  maybe(moment),
  someDay,
  maybe(fc.boolean()),
  fc.constantFrom('new', 'bust', 'correct'),
  maybe(huge),
);

/** The rows that remain after some mutations, in key order: for each key the newest, unless it is a delete. */
export function survivors(of: Table, mutations: readonly Mutation[]): StoredRow[] {
  const kept: Mutation[] = [];
  for (const mutation of mutations) {
    const at = kept.findIndex(({ values }) => compareKeys(of, values, mutation.values) === 0);
    if (at < 0) kept.push(mutation);
    else if ((kept[at]?.version ?? 0) < mutation.version) kept[at] = mutation;
  }
  return kept
    .filter(({ deleted }) => deleted !== true)
    .sort((a, b) => compareKeys(of, a.values, b.values))
    .map(({ values, version }) => ({ values, version }));
}
