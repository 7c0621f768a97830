import { filter, map, merge, type Observable } from 'rxjs';
import {
  bigMoney,
  boolean,
  date,
  distinctByKey,
  double,
  foldByKey,
  int32,
  int64,
  into,
  joinWithin,
  money,
  oneOf,
  optional,
  type Pipeline,
  pipeline,
  processByKey,
  record,
  repartition,
  shard,
  shardedFold,
  split,
  stream,
  table,
  type Table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { type Sale, Sale as SaleSchema, sales as ofSales } from './sales.js';

/** All that was seen of a key, in order. */
const Seen = record('seen', { all: text(), count: int64(), last: timestamp() });

/** What goes on behind most repartitions. */
const Part = record('part', { item: text(), user: text(), amount: int64(), time: timestamp() });
type Part = Pick<Sale, 'item' | 'user' | 'amount' | 'time'>;

const Other = record('other', { name: text(), size: int64(), at: timestamp() });

const Every = record('every', {
  ...{ item: text(), small: int32(), large: int64(), part: double(), price: money(), sum: bigMoney() },
  ...{ at: timestamp(), day: date(), is: boolean(), side: oneOf('buy', 'sell') },
  ...{ note: optional(text()), much: optional(bigMoney()), day2: optional(date()) },
});

const refunds = stream('refunds', SaleSchema, { key: (s) => s.user, time: (s) => s.time });
const anywhere = stream('sales', SaleSchema, { keyedBy: 'nothing', time: (s) => s.time });

const seenTable = (name: string): Table =>
  table(name, { partitionBy: ['key'] }, { key: text(), ...Seen.fields }) as unknown as Table;

const partOf = ({ item, user, amount, time }: Part): Part => ({ item, user, amount, time });

interface Noted {
  readonly key: readonly [string] | readonly [string, string];
  readonly what: string;
  readonly time: number;
}

/** Notes each record with its key. */
const seen =
  <T>(
    name: string,
    key: (record: T) => string | readonly [string, string],
    what: (record: T) => string,
    time: (record: T) => number,
  ) =>
  (records: Observable<T>) =>
    records.pipe(
      map((each): Noted => {
        const parts = key(each);
        return { key: typeof parts === 'string' ? [parts] : parts, what: what(each), time: time(each) };
      }),
      foldByKey(name, {
        key: (noted: Noted) => noted.key,
        state: Seen,
        fold: (state, noted: Noted) => {
          state.all += `${noted.what} `;
          state.count += 1;
          state.last = noted.time;
        },
      }),
    );

const seenParts = (name: string, by: 'item' | 'user') =>
  seen<Part>(
    name,
    (each) => each[by],
    ({ user, item, amount }) => `${user}${item}${amount}`,
    ({ time }) => time,
  );

const rows = map(
  ({ key, value }: { readonly key: readonly unknown[]; readonly value: Readonly<Record<string, unknown>> }) => ({
    key: key.join('|'),
    ...value,
  }),
);

const put = (name: string, flow: Observable<unknown>) =>
  into(seenTable(name), (flow as Observable<never>).pipe(rows) as never);

const byItem = { key: 'item', schema: SaleSchema, time: ({ time }: Sale) => time } as const;

const reads = ['user', 'item', 'amount', 'time'] as const;

/** Pipelines with repartitions of all shapes; each puts what it has seen into tables named `t0`, `t1`. */
export const repartitioned: Readonly<Record<string, () => Pipeline>> = {
  'the same key twice': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put('t0', sales.pipe(repartition('a', 'item'), repartition('b', 'item'), seenParts('f', 'item'))),
    ]),
  'and back': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put('t0', sales.pipe(repartition('a', 'item'), repartition('b', 'user'), seenParts('f', 'user'))),
    ]),
  'only some fields are read': () =>
    pipeline(
      'p',
      { sales: ofSales },
      ({ sales }) => [put('t0', sales.pipe(repartition('a', 'item'), seenParts('f', 'item')))],
      { reads },
    ),
  'other fields than are read': () =>
    pipeline(
      'p',
      { sales: ofSales },
      ({ sales }) => [
        put(
          't0',
          sales.pipe(
            map(({ item, amount, time }) => ({ name: item, size: amount, at: time })),
            repartition('a', { key: 'name', schema: Other, time: ({ at }) => at }),
            repartition('b', 'name'),
            seen(
              'f',
              ({ name }) => name,
              ({ size }) => String(size),
              ({ at }) => at,
            ),
          ),
        ),
      ],
      { reads },
    ),
  'a key of two parts': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          repartition('a', ['item', 'user']),
          seen(
            'f',
            ({ item, user }) => [item, user] as const,
            ({ amount }) => String(amount),
            ({ time }) => time,
          ),
        ),
      ),
    ]),
  'a key by a function, of crc32': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put('t0', sales.pipe(repartition('a', { key: (s) => s.item, partitioner: 'crc32' }), seenParts('f', 'item'))),
    ]),
  'a partitioner of its own': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          repartition('a', { key: 'item', partitioner: (key, count) => (key[0] ?? 0) % count }),
          seenParts('f', 'item'),
        ),
      ),
    ]),
  'fields of all types': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          map(({ item, amount, time }) => ({
            ...{ item, small: amount, large: 2 ** 52 + amount, part: amount / 3, price: amount * 7 },
            ...{
              sum: 10n ** 24n + BigInt(amount),
              at: time,
              day: new Date(time).toISOString().slice(0, 10),
              is: amount % 2 === 0,
            },
            side: amount % 2 === 0 ? ('buy' as const) : ('sell' as const),
            ...(amount % 3 === 0 ? {} : { note: `"${amount}\\`, much: -(10n ** 20n), day2: '2026-02-03' }),
          })),
          repartition('a', { key: 'item', schema: Every, time: ({ at }) => at }),
          seen(
            'f',
            ({ item }) => item,
            (every) => JSON.stringify(every, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
            ({ at }) => at,
          ),
        ),
      ),
    ]),
  'changed by functions, and some fail': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          filter(({ amount }) => amount % 4 !== 0),
          map((each) => {
            if (each.amount === 5) throw new Error('5 fails');
            return { ...partOf(each), amount: each.amount * 2 };
          }),
          repartition('a', { key: 'item', schema: Part, time: ({ time }) => time }),
          map((each) => {
            if (each.amount === 14) throw new Error('14 fails');
            return each;
          }),
          seenParts('f', 'item'),
        ),
      ),
    ]),
  'behind a join of two streams': () =>
    pipeline('p', { sales: ofSales, refunds }, ({ sales, refunds: back }) => [
      put(
        't0',
        sales.pipe(
          joinWithin('j', back, {
            ...{ before: 2_000, after: 1_000, allowedLateness: 500, kind: 'left' },
            ...{ key: ({ user }: Sale) => [user] as const, otherKey: ({ user }: Sale) => [user] as const },
            left: { state: Part, select: partOf },
            right: { state: Part, select: partOf },
          }),
          map(({ left, right }) => ({ ...partOf(left), amount: left.amount * 100 + (right?.amount ?? 0) })),
          repartition('a', { key: 'item', schema: Part, time: ({ time }) => time, outOfOrderness: 4_000 }),
          seenParts('f', 'item'),
        ),
      ),
    ]),
  'two streams merged': () =>
    pipeline('p', { sales: ofSales, refunds }, ({ sales, refunds: back }) => [
      put('t0', merge(sales, back).pipe(repartition('a', byItem), seenParts('f', 'item'))),
    ]),
  'behind windows that are final': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          tumblingWindow('w', {
            ...{ size: 2_000, allowedLateness: 500, key: ({ user }: Sale) => [user] as const, state: Seen },
            fold: (state, { item, amount, time }: Sale) => {
              state.all += `${item}${amount}`;
              state.count += 1;
              state.last = time;
            },
          }),
          whenFinal(),
          map(({ key: [user], window: { end }, value: { all, count } }) => ({
            ...{ user: `${user}${all}`, item: String(count), amount: count, time: end },
          })),
          repartition('a', { key: 'item', schema: Part, time: ({ time }) => time }),
          seenParts('f', 'item'),
        ),
      ),
    ]),
  'windows of all partitions, behind it': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => [
      put(
        't0',
        sales.pipe(
          repartition('a', 'item'),
          tumblingWindow('w', {
            ...{ size: 2_000, allowedLateness: 500, key: ({ item }: Sale) => [item] as const, state: Seen },
            fold: (state, { user, amount, time }: Sale) => {
              state.all += `${user}${amount} `;
              state.count += 1;
              state.last = time;
            },
          }),
          whenFinal(),
          map(({ key: [item], window: { end }, value: { all } }) => ({
            ...{ user: `${item}:${all}`, item: String(end), amount: end, time: end },
          })),
          repartition('b', { key: 'item', schema: Part, time: ({ time }) => time }),
          seenParts('f', 'item'),
        ),
      ),
    ]),
  'behind timers': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => {
      const { all } = processByKey('p0', sales, {
        key: ({ user }: Sale): readonly [string] => [user],
        ...{ state: Seen, timers: ['quiet'], outputs: { all: Part } },
        onRecord: (state, { item, amount }: Sale, { time, timers }) => {
          state.all = item;
          state.count += amount;
          state.last = time;
          timers.quiet.set(time + 1_500);
        },
        onTimer: ({ all: item, count }, { time }, { key: [user], emit }) => {
          emit.all({ item, user, amount: count, time });
        },
      });
      return [
        put(
          't0',
          all.pipe(
            repartition('a', { key: 'item', schema: Part, time: ({ time }) => time, outOfOrderness: 1_500 }),
            seenParts('f', 'item'),
          ),
        ),
      ];
    }),
  'parts that are put together again': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => {
      const { odd, rest } = split(sales, { odd: ({ amount }) => amount % 2 === 1 });
      return [
        put(
          't0',
          merge(odd.pipe(repartition('a', byItem)), rest.pipe(repartition('b', byItem))).pipe(seenParts('f', 'item')),
        ),
        put('t1', odd.pipe(seenParts('g', 'user'))),
      ];
    }),
  'two that are joined': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => {
      const { odd, rest } = split(sales, { odd: ({ amount }) => amount % 2 === 1 });
      return [
        put(
          't0',
          odd.pipe(
            repartition('a', byItem),
            joinWithin('j', rest.pipe(repartition('b', byItem)), {
              ...{ before: 3_000, after: 1_000, allowedLateness: 500, kind: 'outer' },
              ...{ key: ({ item }: Sale) => [item] as const, otherKey: ({ item }: Sale) => [item] as const },
              left: { state: Part, select: partOf },
              right: { state: Part, select: partOf },
            }),
            map(({ left, right }) => ({
              ...partOf((left ?? right) as Part),
              amount: (left?.amount ?? 0) * 100 + (right?.amount ?? 0),
            })),
            repartition('c', { key: 'user', schema: Part, time: ({ time }) => time, outOfOrderness: 5_000 }),
            seenParts('f', 'user'),
          ),
        ),
      ];
    }),
  'a stream before and behind it': () =>
    pipeline('p', { sales: ofSales }, ({ sales }) => {
      const back = sales.pipe(
        repartition('a', 'item'),
        distinctByKey('d', { key: ({ item, amount }: Sale) => [item, amount] as const, within: 5_000 }),
        repartition('b', { ...byItem, key: 'user' }),
      );
      return [
        put(
          't0',
          sales.pipe(
            joinWithin('j', back, {
              ...{ before: 2_000, after: 500, allowedLateness: 500, kind: 'left' },
              ...{ key: ({ user }: Sale) => [user] as const, otherKey: ({ user }: Sale) => [user] as const },
              left: { state: Part, select: partOf },
              right: { state: Part, select: partOf },
            }),
            map(({ left, right }) => ({ ...partOf(left), amount: left.amount * 100 + (right?.amount ?? 0) })),
            seenParts('f', 'user'),
          ),
        ),
        put('t1', sales.pipe(seenParts('g', 'user'))),
      ];
    }),
  'a stream that is keyed by nothing': () =>
    pipeline('p', { sales: anywhere }, ({ sales }) => [
      put('t0', sales.pipe(repartition('a', 'user'), seenParts('f', 'user'))),
      into(
        table('t1', { partitionBy: ['item'], clusterBy: ['shard'] }, { item: text(), shard: shard(), ...Seen.fields }),
        sales.pipe(
          shardedFold('s', {
            ...{ key: ['item'] as const, state: Seen },
            fold: (state, { amount, time }: Sale) => {
              state.count += amount;
              state.last = time;
            },
          }),
        ),
      ),
    ]),
};
