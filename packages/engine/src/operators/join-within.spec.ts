import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map } from 'rxjs';
import { looseSales, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  type Joined,
  joinWithin,
  type JoinKind,
  pipeline,
  type Pipeline,
  record,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { expectSameInBatches } from '../../test/disturbed.js';
import {
  anyArrivals,
  anyFirmDisturbances,
  anyJoinDisturbances,
  type Arrival,
  harnessOf,
  joining,
  mergedOrder,
  Order,
  pushArrival,
  pushJoined,
  type Seen,
  versionedRows,
} from '../../test/joining.js';
import { anySales } from '../../test/any-sales.js';
import { feed, newEngine } from '../../test/engines.js';
import { observed } from '../../test/observed.js';

const pairs = table(
  'pairs',
  { partitionBy: ['user'], clusterBy: ['visit', 'buy'] },
  { user: text(), visit: int64(), buy: int64(), time: timestamp() },
);
const bySecond = table(
  'by_second',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), pairs: int64() },
);
const numbers = table('numbers', { partitionBy: ['user'] }, { user: text(), pairs: int64() });
const Count = record('count', { pairs: int64() });
const SIZE = 2_000;
const NONE = -1;
const Part = record('part', { id: int64() });

const toPair = ({
  key: [user],
  left,
  right,
  time,
}: Joined<readonly [string], { readonly id: number } | undefined, { readonly id: number } | undefined>): Pair => ({
  ...{ user, visit: left?.id ?? NONE, buy: right?.id ?? NONE, time },
});

interface Shape {
  readonly before: number;
  readonly after: number;
  readonly allowedLateness: number;
  readonly kind: JoinKind;
}

const anyShape: fc.Arbitrary<Shape> = fc.record({
  before: fc.constantFrom(0, 500, 3_000),
  after: fc.constantFrom(0, 700, 3_000),
  allowedLateness: fc.constantFrom(0, 0, 1_500),
  kind: fc.constantFrom('inner', 'left', 'right', 'outer'),
});

/** A pair that no operator behind the join accepts. */
const isBad = (left: number, right: number): boolean => (left + 2 * right) % 23 === 5;

/** Every pair is a row, is counted by user, and by second of its event time in windows whose final values are rows. */
function joinOf(shape: Shape): ReturnType<typeof joining> {
  return joining(({ visits, buys }) => {
    const joined = visits.pipe(
      joinWithin('joined', buys, { ...shape, key: ['user'], otherKey: ['buyer'] }),
      map(toPair),
    );
    return [
      into(pairs, joined),
      into(
        numbers,
        joined.pipe(
          foldByKey('numbers', {
            key: ({ user }) => [user],
            state: Count,
            fold: (count, { visit, buy }) => {
              count.pairs += 1;
              if (isBad(visit, buy)) throw new Error('this pair is bad');
            },
          }),
        ),
      ),
      into(
        bySecond,
        joined.pipe(
          tumblingWindow('seconds', {
            size: SIZE,
            key: ({ user }) => [user],
            state: Count,
            fold: (count) => void (count.pairs += 1),
          }),
          whenFinal(),
          map(({ window: { start }, key: [user], value }) => ({ user, start, ...value })),
        ),
      ),
    ];
  });
}

interface Pair {
  readonly user: string;
  readonly visit: number;
  readonly buy: number;
  readonly time: number;
}

/** What a join makes of arrivals, by its plain definition: every two of them are compared. */
function naive(arrivals: readonly Arrival[], order: readonly number[], shape: Shape) {
  const { before, after, allowedLateness, kind } = shape;
  const kept: Seen[] = [];
  const met = new Set<number>();
  const given: Pair[] = [];
  const letters: string[] = [];
  const alone = (isLeft: boolean): boolean => kind === 'outer' || kind === (isLeft ? 'left' : 'right');
  const delay = { inner: 0, left: after, right: before, outer: Math.max(before, after) }[kind] + allowedLateness;
  let watermark = Number.NEGATIVE_INFINITY;
  new Order(arrivals, order).forEach(
    (seen) => {
      if (seen.time + allowedLateness < seen.watermark) {
        letters.push(`${seen.id} joined`);
        return true;
      }
      const partners = kept.filter(({ isLeft, user, time }) => {
        if (isLeft === seen.isLeft || user !== seen.user) return false;
        const [l, r] = isLeft ? [time, seen.time] : [seen.time, time];
        return l - before <= r && r <= l + after;
      });
      const found = partners.map((other): Pair => {
        const [visit, buy] = seen.isLeft ? [seen.id, other.id] : [other.id, seen.id];
        return { user: seen.user, visit, buy, time: Math.max(seen.time, other.time) };
      });
      if (found.some(({ visit, buy }) => isBad(visit, buy))) {
        letters.push(`${seen.id} `);
        return false;
      }
      kept.push(seen);
      if (partners.length > 0) [seen, ...partners].forEach(({ id }) => met.add(id));
      given.push(...found);
      return true;
    },
    (now) => {
      watermark = now;
      for (const { id, isLeft, user, time } of kept) {
        if (met.has(id) || !alone(isLeft) || time + delay >= now) continue;
        met.add(id);
        const pair = { user, visit: isLeft ? id : NONE, buy: isLeft ? NONE : id, time };
        if (isBad(pair.visit, pair.buy)) letters.push('(figure)');
        else given.push(pair);
      }
    },
  );
  const counts = new Map<string, number>();
  const windows = new Map<string, { user: string; start: number; pairs: number }>();
  for (const { user, time } of given) {
    counts.set(user, (counts.get(user) ?? 0) + 1);
    const start = Math.floor(time / SIZE) * SIZE;
    if (start + SIZE > watermark - delay) continue;
    const window = windows.get(`${user} ${start}`) ?? { user, start, pairs: 0 };
    window.pairs += 1;
    windows.set(`${user} ${start}`, window);
  }
  return { pairs: given, counts, windows: [...windows.values()], letters, watermark };
}

const sorted = <T>(rows: readonly T[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function expectNaive(
  harness: ReturnType<typeof harnessOf>,
  arrivals: readonly Arrival[],
  order: readonly number[],
  shape: Shape,
): Promise<void> {
  const expected = naive(arrivals, order, shape);
  expect(sorted(await harness.rows(pairs))).to.deep.equal(sorted(expected.pairs));
  expect(sorted(await harness.rows(numbers))).to.deep.equal(
    sorted([...expected.counts].map(([user, count]) => ({ user, pairs: count }))),
  );
  expect(sorted(await harness.rows(bySecond))).to.deep.equal(sorted(expected.windows));
  const letters = (await harness.deadLetters()).map(({ message, operator }) =>
    operator === 'joined (figure)' ? '(figure)' : `${String(JSON.parse(message).id)} ${operator}`,
  );
  // Of several figures that fail at one offset, one is dead-lettered.
  const whole = (all: readonly string[]): string[] => all.filter((each) => each !== '(figure)').sort();
  expect(whole(letters)).to.deep.equal(whole(expected.letters));
  expect(letters.includes('(figure)')).to.equal(expected.letters.includes('(figure)'));
}

describe('joinWithin', () => {
  it('makes what a nested loop makes of the records in the order of the merge, at any kill and commit', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, anyFirmDisturbances, async (arrivals, shape, between) => {
        const { made } = joinOf(shape);
        const [harness, plain] = [harnessOf(made), harnessOf(made)];
        await pushJoined(harness, arrivals, between);
        await expectNaive(harness, arrivals, mergedOrder(arrivals, made), shape);
        await pushJoined(plain, arrivals);
        expect(await versionedRows(harness, made)).to.deep.equal(await versionedRows(plain, made));
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same of them in whatever order lulls have let them pass', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, anyJoinDisturbances, async (arrivals, shape, between) => {
        const { made, order } = joinOf(shape);
        const harness = harnessOf(made);
        await pushJoined(harness, arrivals, between);
        await expectNaive(harness, arrivals, order(), shape);
      }),
      { numRuns: 150 },
    );
  });

  it('gives pairs of `outer` to `inner`, and what it gives with exchanged sides', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, async (arrivals, shape) => {
        const rowsOf = async (made: Pipeline): Promise<Pair[]> => {
          const harness = harnessOf(made);
          await pushJoined(harness, arrivals);
          return await harness.rows(pairs);
        };
        const join = (options: Shape): Pipeline =>
          joining(({ visits, buys }) => [
            into(
              pairs,
              visits.pipe(joinWithin('joined', buys, { ...options, key: ['user'], otherKey: ['buyer'] }), map(toPair)),
            ),
          ]).made;
        const exchanged = joining(({ visits, buys }) => [
          into(
            pairs,
            buys.pipe(
              joinWithin('joined', visits, {
                ...{ before: shape.after, after: shape.before, allowedLateness: shape.allowedLateness },
                ...{ kind: 'outer', key: ['buyer'], otherKey: ['user'] },
              }),
              map(({ left, right, ...pair }) => toPair({ ...pair, left: right, right: left })),
            ),
          ),
        ]).made;
        const outer = await rowsOf(join({ ...shape, kind: 'outer' }));
        const inner = await rowsOf(join({ ...shape, kind: 'inner' }));
        expect(inner).to.deep.equal(outer.filter(({ visit, buy }) => visit !== NONE && buy !== NONE));
        expect(await rowsOf(exchanged)).to.deep.equal(outer);
      }),
      { numRuns: 50 },
    );
  });

  it('emits pairs when the later record comes, and records without one in the order of time, key and side', async () => {
    const given: unknown[] = [];
    const { made } = joining(({ visits, buys }) => {
      const joined = visits.pipe(
        joinWithin('joined', buys, { before: 100, after: 300, kind: 'outer', key: ['user'], otherKey: ['buyer'] }),
      );
      observed(joined, ({ key: [user], left, right, time }) => given.push([user, left?.id, right?.id, time]));
      return [into(pairs, joined.pipe(map(toPair)))];
    });
    const harness = harnessOf(made);
    const push = (isLeft: boolean, user: string, id: number, time: number): void =>
      pushArrival(harness, { isLeft, user, id, time });
    push(false, 'bob', 1, 1_000);
    push(true, 'ann', 2, 1_000);
    push(true, 'bob', 3, 1_101);
    push(false, 'ann', 4, 1_300);
    push(false, 'ann', 5, 1_301);
    push(false, 'cid', 6, 1_101);
    push(true, 'cid', 7, 1_601);
    push(true, 'cid', 8, 1_601);
    await harness.commit();
    expect(given).to.deep.equal([['ann', 2, 4, 1_300]]);
    push(true, 'dan', 9, 2_400);
    await harness.commit();
    await harness.checkpoint();
    await harness.restart();
    expect(given.splice(0)).to.deep.equal([
      ['ann', 2, 4, 1_300],
      ['bob', undefined, 1, 1_000],
    ]);
    push(true, 'dan', 10, 2_602);
    await harness.commit();
    expect(given.splice(0)).to.deep.equal([
      ['bob', 3, undefined, 1_101],
      ['cid', undefined, 6, 1_101],
      ['ann', undefined, 5, 1_301],
    ]);
    push(true, 'dan', 11, 60_000);
    await harness.commit();
    expect(given).to.deep.equal([
      ['cid', 7, undefined, 1_601],
      ['cid', 8, undefined, 1_601],
      ['dan', 9, undefined, 2_400],
      ['dan', 10, undefined, 2_602],
    ]);
  });

  it('keeps every record of one time and key, and no more than the interval holds', () => {
    const joined = pipeline('self', { sales }, ({ sales }) => {
      const others = sales.pipe(filter(({ amount }) => amount > 0));
      const pairsOfSales = sales.pipe(
        joinWithin('joined', others, {
          ...{ before: 1_000, after: 2_000, key: ['user'], otherKey: ['user'], kind: 'left' },
          right: { state: Sum, select: ({ amount }) => ({ amount, count: 1 }) },
        }),
      );
      return [
        into(
          numbers,
          pairsOfSales.pipe(
            foldByKey('numbers', { key: ({ key }) => key, state: Count, fold: (count) => void (count.pairs += 1) }),
          ),
        ),
      ];
    });
    const engine = newEngine(joined);
    feed(
      engine,
      Array.from({ length: 300 }, () => sale({ time: 7 })),
    );
    expect(engine.commit().map(({ values }) => values)).to.deep.equal([['ann', 90_000]]);
    feed(
      engine,
      Array.from({ length: 200_000 }, (_, n) => sale({ user: `u${n}`, time: 10_000 + n })),
    );
    const [state] = engine.operators.map((operator) => operator.state);
    expect(state?.size).to.equal(2_001);
    expect(engine.states.size - (engine.operators[1]?.state.size ?? 0)).to.equal(2_001 + 2_001 + 1_001);
    feed(engine, [sale({ user: 'last', amount: 0, time: 1_000_000 })]);
    feed(engine, [sale({ user: 'last', amount: 0, time: 2_000_000 })]);
    expect(state?.size).to.equal(1);
  }).timeout(60_000);

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(anyShape, fc.array(anySales, { maxLength: 3 }), (shape, batches) =>
        expectSameInBatches(
          pipeline('self', { looseSales }, ({ looseSales }) => [
            into(
              pairs,
              looseSales.pipe(
                joinWithin('joined', looseSales.pipe(filter(({ item }) => item === 'tea')), {
                  ...{ ...shape, key: ['user'], otherKey: ['user'] },
                  left: { state: Part, select: ({ amount }) => ({ id: amount }) },
                  right: { state: Part, select: ({ amount }) => ({ id: amount }) },
                }),
                map(toPair),
              ),
            ),
          ]),
          batches,
        ),
      ),
      { numRuns: 50 },
    );
  });
});
