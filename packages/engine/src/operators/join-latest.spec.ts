import { expect } from 'chai';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { addTo, byUser, codeOf, looseSales, type Sale, sale, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  joinLatest,
  pipeline,
  type Pipeline,
  record,
  shardedFold,
  table,
  text,
} from '@stockafolio/core';
import { anySales } from '../../test/any-sales.js';
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
import { feed, newEngine } from '../../test/engines.js';

const Total = record('total', { count: int64(), last: int64() });
const totals = table(
  'totals',
  { partitionBy: ['user'] },
  { user: text(), visits: int64(), buys: int64(), last: int64() },
);
const sizes = table('sizes', { partitionBy: ['user'] }, { user: text(), count: int64(), last: int64() });
const count = (total: { count: number; last: number }, { id }: { id: number }): void => {
  total.count += 1;
  total.last = id;
};

interface Shape {
  readonly kind: 'inner' | 'outer';
  readonly expiresAfter?: number;
}

const anyShape: fc.Arbitrary<Shape> = fc.record(
  { kind: fc.constantFrom('inner', 'outer'), expiresAfter: fc.constantFrom(500, 4_000) },
  { requiredKeys: ['kind'] },
);

/** Visits and buys of each user; and, of the current totals, how many there are with how many of both. */
const joinOf = (shape: Shape): ReturnType<typeof joining> =>
  joining(({ visits, buys }) => {
    const joined = visits.pipe(
      foldByKey('visits', { key: ['user'], state: Total, fold: (total, each) => count(total, each) }),
      joinLatest(
        'both',
        buys.pipe(foldByKey('buys', { key: ['buyer'], state: Total, fold: (total, each) => count(total, each) })),
        shape,
      ),
    );
    return [
      into(
        totals,
        joined.pipe(
          map(({ key: [user], value: { left, right }, record: { record } }) => ({
            ...{ user, visits: left?.count ?? 0, buys: right?.count ?? 0, last: record.id },
          })),
        ),
      ),
      into(
        sizes,
        joined.pipe(
          foldByKey('sizes', {
            key: ({ key }) => key,
            state: Total,
            fold: (size, { value: { left, right }, record: { record } }) => {
              size.count += 1;
              size.last += (left?.count ?? 0) * 100 + (right?.count ?? 0);
              if (record.id % 13 === 5) throw new Error('this record is bad');
            },
            unfold: (size, { value: { left, right } }) => {
              size.count -= 1;
              size.last -= (left?.count ?? 0) * 100 + (right?.count ?? 0);
            },
          }),
        ),
      ),
    ];
  });

/** The same by its plain definition. */
function naive(arrivals: readonly Arrival[], order: readonly number[], { kind, expiresAfter = Infinity }: Shape) {
  const counts = { visits: new Map<string, number>(), buys: new Map<string, number>() };
  const held = new Map<string, { left: number; right: number; until: number }>();
  const rows = new Map<string, object>();
  const figures = new Map<string, { count: number; last: number }>();
  const letters: string[] = [];
  const isEmitted = ({ left, right }: { left: number; right: number }): boolean =>
    kind === 'outer' ? left + right > 0 : left * right > 0;
  new Order(arrivals, order).forEach(
    ({ id, user, time, watermark, isLeft }: Seen) => {
      const own = counts[isLeft ? 'visits' : 'buys'];
      const counted = (own.get(user) ?? 0) + 1;
      if (time + expiresAfter <= watermark) {
        own.set(user, counted);
        letters.push(`${id} both`);
        return true;
      }
      const was = held.get(user) ?? { left: 0, right: 0, until: Number.NEGATIVE_INFINITY };
      const now = { ...was, [isLeft ? 'left' : 'right']: counted, until: Math.max(was.until, time + expiresAfter) };
      if (isEmitted(now) && id % 13 === 5) {
        letters.push(`${id} `);
        return false;
      }
      own.set(user, counted);
      held.set(user, now);
      if (!isEmitted(now)) return true;
      rows.set(user, { user, visits: now.left, buys: now.right, last: id });
      const size = figures.get(user) ?? { count: 0, last: 0 };
      const [less, gone] = isEmitted(was) ? [was.left * 100 + was.right, 1] : [0, 0];
      figures.set(user, {
        count: size.count + 1 - gone,
        last: size.last + now.left * 100 + now.right - less,
      });
      return true;
    },
    (watermark) => {
      for (const [user, { until }] of held) if (until <= watermark) held.delete(user);
    },
  );
  return { rows: [...rows.values()], sizes: [...figures].map(([user, size]) => ({ user, ...size })), letters };
}

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function expectNaive(
  harness: ReturnType<typeof harnessOf>,
  arrivals: readonly Arrival[],
  order: readonly number[],
  shape: Shape,
): Promise<void> {
  const expected = naive(arrivals, order, shape);
  expect(sorted(await harness.rows(totals))).to.deep.equal(sorted(expected.rows));
  expect(sorted(await harness.rows(sizes))).to.deep.equal(sorted(expected.sizes));
  const letters = await harness.deadLetters();
  expect(letters.map(({ message, operator }) => `${String(JSON.parse(message).id)} ${operator}`).sort()).to.deep.equal(
    expected.letters.sort(),
  );
}

describe('joinLatest', () => {
  it('gives the latest values of both sides, which unfold as one figure, at any kill and commit', async () => {
    await fc.assert(
      fc.asyncProperty(anyArrivals, anyShape, anyFirmDisturbances, async (arrivals, shape, between) => {
        const { made } = joinOf(shape);
        const [harness, plain] = [harnessOf(made), harnessOf(made)];
        await pushJoined(harness, arrivals, between);
        await expectNaive(harness, arrivals, mergedOrder(arrivals, made), shape);
        await pushJoined(plain, arrivals);
        expect(await versionedRows(harness, made)).to.deep.equal(await versionedRows(plain, made));
      }),
      { numRuns: 200 },
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
      { numRuns: 200 },
    );
  });

  /** Of one stream: the sum of all sales, beside that of large ones; each pair counts once. */
  const ofOne = (expiresAfter?: number): Pipeline =>
    pipeline('one', { looseSales }, ({ looseSales }) => {
      const sums = (name: string, least: number): ReturnType<typeof sumsOf> =>
        sumsOf(looseSales, name, ({ amount }) => amount >= least);
      return [
        into(
          byUser,
          sums('all', 0).pipe(
            joinLatest('both', sums('large', 5), expiresAfter === undefined ? {} : { expiresAfter }),
            foldByKey('numbers', {
              key: ({ key }) => key,
              state: Sum,
              fold: (sum, { value: { left, right } }) => addTo(sum, { amount: left.amount - right.amount } as Sale),
              unfold: (sum, { value: { left, right } }) => {
                sum.amount -= left.amount - right.amount;
                sum.count -= 1;
              },
            }),
          ),
        ),
      ];
    });
  const sumsOf = (flow: Observable<Sale>, name: string, isIn: (sale: Sale) => boolean) =>
    flow.pipe(
      foldByKey(name, {
        key: ['user'],
        state: Sum,
        fold: (sum, each: Sale) => (isIn(each) ? addTo(sum, each) : undefined),
      }),
    );

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.constantFrom(undefined, 2_000), fc.array(anySales, { maxLength: 3 }), (expiresAfter, batches) =>
        expectSameInBatches(ofOne(expiresAfter), batches),
      ),
      { numRuns: 50 },
    );
  });

  it('unfolds the figure that a record has changed on both sides', () => {
    const engine = newEngine(ofOne());
    feed(engine, [sale({ amount: 7 }), sale({ amount: 2 }), sale({ amount: 9 })]);
    expect(engine.commit().map(({ values }) => values)).to.deep.equal([['ann', 2, 1]]);
  });

  it('forgets keys some time after their last change', () => {
    const engine = newEngine(ofOne(1_000));
    feed(
      engine,
      Array.from({ length: 10_000 }, (_, n) => sale({ user: `u${n}`, time: n * 10 })),
    );
    const both = engine.operators.find(({ layout: { name } }) => name === 'both');
    expect(both?.state.size).to.equal((1_000 + 3_000) / 10);
  });

  it('joins any flow whose records have a key, if it is stated what is kept', async () => {
    const { made } = joining(({ visits, buys }) => [
      into(
        totals,
        visits.pipe(
          map(({ user, id }) => ({ key: [user] as const, id })),
          joinLatest('both', buys.pipe(map(({ buyer, id }) => ({ key: [buyer] as const, id }))), {
            left: { state: Total, select: ({ id }) => ({ count: id, last: 0 }) },
            right: { state: Total, select: ({ id }) => ({ count: 0, last: id }) },
          }),
          map(({ key: [user], value: { left, right } }) => ({ user, visits: left.count, buys: right.last, last: 0 })),
        ),
      ),
    ]);
    const harness = harnessOf(made);
    pushArrival(harness, { isLeft: true, user: 'ann', id: 3, time: 1 });
    pushArrival(harness, { isLeft: false, user: 'ann', id: 4, time: 2 });
    await harness.commit();
    expect(await harness.rows(totals)).to.deep.equal([{ user: 'ann', visits: 3, buys: 4, last: 0 }]);
  });

  it('is refused where it does not know what a figure is, or whose it is', async () => {
    const join = (key: 'user' | 'item') =>
      pipeline('p', { looseSales }, ({ looseSales }) => {
        const sums = sumsOf(looseSales, 'sums', () => true);
        const parts = looseSales.pipe(shardedFold('parts', { key: [key], state: Sum, fold: addTo }));
        return [
          into(
            byUser,
            sums.pipe(
              joinLatest('both', parts),
              map(({ key: [user], value: { left } }) => ({ user, ...left })),
            ),
          ),
        ];
      });
    const engine = newEngine(join('item'));
    expect(await codeOf(() => feed(engine, [sale()]))).to.equal('ERR_KEY_NOT_PARTITIONED');
    const mapped = (): unknown =>
      pipeline('p', { looseSales }, ({ looseSales }) => {
        const sums = sumsOf(looseSales, 'sums', () => true);
        return [
          into(
            byUser,
            sums.pipe(
              joinLatest('both', sums.pipe(map((each) => each))),
              map(() => sale() as never),
            ),
          ),
        ];
      });
    expect(mapped).to.throw("what to keep of 'right'").with.property('code', 'ERR_PIPELINE_INVALID');
  });
});
