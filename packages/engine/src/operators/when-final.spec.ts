import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map, merge, type Observable } from 'rxjs';
import { addTo, byItem, byUser, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  type FinalWindow,
  foldByKey,
  hoppingWindow,
  type Infer,
  int32,
  int64,
  into,
  pipeline,
  type Pipeline,
  record,
  type RowOf,
  shard,
  shardedFold,
  table,
  text,
  timestamp,
  topByKey,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { operatorFunction, type OperatorKind } from '@stockafolio/engine/operator';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';

const OUT_OF_ORDER = 3_000;
const LATENESS = 1_000;
const SMALL = { size: 2_000, step: 1_000 };
const LARGE = 4_000;

const Story = record('story', { windows: int64(), most: int64(), order: text({ max: 100_000 }) });
const stories = table('stories', { partitionBy: ['user'] }, { user: text(), ...Story.fields });
const smallWindows = table(
  'small_windows',
  { partitionBy: ['user'], clusterBy: ['end', 'item'] },
  { user: text(), end: timestamp(), item: text(), amount: int64() },
);
const largeWindows = table(
  'large_windows',
  { partitionBy: ['user'], clusterBy: ['start'] },
  { user: text(), start: timestamp(), amount: int64(), count: int64() },
);
const ranks = table(
  'ranks',
  { partitionBy: ['rank'], clusterBy: ['shard'] },
  { rank: int32(), shard: shard(), user: text(), amount: int64() },
);

/** Final values of a user that are further apart in time than this are of two visits. */
const GAP = 1_500;
const Visit = record('visit', { begun: timestamp(), last: timestamp() });
const visits = table('visits', { partitionBy: ['user'], clusterBy: ['begun'] }, { user: text(), begun: timestamp() });

/** An operator with timers: it sees whether time moves on between final values that come at once. */
const visitKind: OperatorKind<
  FinalWindow<readonly [string, string], unknown>,
  RowOf<typeof visits>,
  undefined,
  Infer<typeof Visit>
> = {
  name: 'visits',
  start(_, { state, fields, moment, select, emit, timers }) {
    const due = timers();
    return {
      process({ key: [user] }) {
        const slot = select([user]);
        if (fields.begun === 0) {
          fields.begun = moment.time;
          emit({ user, begun: moment.time });
        }
        fields.last = moment.time;
        due.move(moment.time + GAP, slot, moment.record);
      },
      advance: (watermark) => due.take(watermark, (slot) => state.remove(slot)),
      restored() {
        state.forEachLive((slot) => {
          state.at(slot);
          due.add(fields.last + GAP, slot, -1);
        });
      },
    };
  },
};

/** Final values into every kind of operator, through functions, and from windows of windows. */
const all: Pipeline = pipeline('all', { looseSales }, ({ looseSales }) => {
  const small = looseSales.pipe(
    hoppingWindow('small', { ...SMALL, allowedLateness: LATENESS, key: ['user', 'item'], state: Sum, fold: addTo }),
    whenFinal(),
  );
  const large = small.pipe(
    tumblingWindow('large', {
      ...{ size: LARGE, key: ({ key: [user] }) => [user], state: Sum },
      fold: (sum, { value }) => {
        sum.amount += value.amount;
        sum.count += 1;
      },
    }),
  );
  return [
    into(
      stories,
      small.pipe(
        foldByKey('stories', {
          key: ({ key: [user] }) => [user],
          state: Story,
          fold: (story, { window, key: [, item], value }) => {
            story.windows += 1;
            story.most = Math.max(story.most, value.amount);
            story.order += ` ${window.end}${item}`;
          },
        }),
      ),
    ),
    into(
      smallWindows,
      small.pipe(map(({ window: { end }, key: [user, item], value: { amount } }) => ({ user, end, item, amount }))),
    ),
    into(largeWindows, large.pipe(map(({ window: { start }, key: [user], value }) => ({ user, start, ...value })))),
    into(
      byUser,
      large.pipe(
        whenFinal(),
        filter(({ value }) => value.count > 0),
        foldByKey('larges', {
          key: ({ key }) => key,
          state: Sum,
          fold: (sum, { value }) => {
            sum.amount += value.amount;
            sum.count += 1;
          },
        }),
      ),
    ),
    into(
      visits,
      small.pipe(
        operatorFunction(visitKind, 'visits', { key: ({ key: [user] }) => [user], state: Visit, options: undefined }),
      ),
    ),
    into(
      ranks,
      small.pipe(
        topByKey('ranks', {
          ...{ k: 2, by: 'amount', key: ({ key: [user] }) => [user], state: Sum },
          fold: (sum, { value }) => void (sum.amount += value.amount),
        }),
        map(({ rank, key: [user], value: { amount } }) => ({ rank, user, amount })),
      ),
    ),
    into(
      byItem,
      looseSales.pipe(
        tumblingWindow('items', { size: 1_000, key: ['item'], state: Sum, fold: addTo }),
        whenFinal(),
        shardedFold('items-of-seconds', {
          key: ({ key: [item] }) => [item],
          state: Sum,
          fold: (sum, { value }) => {
            sum.amount += value.amount;
            sum.count += 1;
          },
        }),
      ),
    ),
  ];
});

interface Window {
  readonly end: number;
  readonly key: readonly string[];
  amount: number;
}

/** The windows of records by the plain definition, in order of end and key, and the watermark after them. */
function windowsOf(
  records: readonly Sale[],
  { size, step, lateness }: { size: number; step: number; lateness: number },
  keyOf: (s: Sale) => readonly string[],
): { readonly windows: readonly Window[]; readonly watermark: number } {
  const found = new Map<string, Window>();
  let watermark = Number.NEGATIVE_INFINITY;
  for (const each of records) {
    for (let end = Math.floor(each.time / step) * step + size; end > each.time; end -= step) {
      if (end + lateness <= watermark) continue;
      const id = JSON.stringify([end, ...keyOf(each)]);
      const window = found.get(id) ?? { end, key: keyOf(each), amount: 0 };
      window.amount += each.amount;
      found.set(id, window);
    }
    watermark = Math.max(watermark, each.time - OUT_OF_ORDER);
  }
  const windows = [...found.values()].sort((a, b) => a.end - b.end || (a.key.join() < b.key.join() ? -1 : 1));
  return { windows, watermark };
}

/** The rows that records make, one partition, after windows were emitted because no more arrive. */
function expected(records: readonly Sale[]): Record<string, unknown[]> {
  const { windows, watermark } = windowsOf(records, { ...SMALL, lateness: LATENESS }, (s) => [s.user, s.item]);
  const finals = windows.filter(({ end }) => end + LATENESS <= watermark);
  const users = [...new Set(finals.map(({ key }) => key[0] ?? ''))].sort();
  const large = new Map<string, { user: string; start: number; amount: number; count: number }>();
  for (const { end, key, amount } of finals) {
    const start = Math.floor((end - 1) / LARGE) * LARGE;
    const user = key[0] ?? '';
    const sum = large.get(`${user} ${start}`) ?? { user, start, amount: 0, count: 0 };
    sum.amount += amount;
    sum.count += 1;
    large.set(`${user} ${start}`, sum);
  }
  const largeFinals = [...large.values()].filter(({ start }) => start + LARGE <= watermark - LATENESS);
  const of = (user: string): readonly Window[] => finals.filter(({ key }) => key[0] === user);
  const items = windowsOf(records, { size: 1_000, step: 1_000, lateness: 0 }, (s) => [s.item]);
  const itemFinals = items.windows.filter(({ end }) => end <= items.watermark);
  const sums = users.map((user) => ({ user, amount: of(user).reduce((sum, { amount }) => sum + amount, 0) }));
  return {
    stories: users.map((user) => ({
      user,
      windows: of(user).length,
      most: Math.max(0, ...of(user).map(({ amount }) => amount)),
      order: of(user)
        .map(({ end, key }) => ` ${end}${key[1]}`)
        .join(''),
    })),
    small_windows: users.flatMap((user) =>
      of(user).map(({ end, key, amount }) => ({ user, end, item: key[1], amount })),
    ),
    large_windows: [...large.values()].sort((a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.start - b.start)),
    by_user: users.flatMap((user) => {
      const mine = largeFinals.filter((window) => window.user === user);
      return mine.length === 0
        ? []
        : [{ user, amount: mine.reduce((sum, { amount }) => sum + amount, 0), count: mine.length }];
    }),
    visits: users.flatMap((user) =>
      of(user)
        .map(({ end }) => end - 1)
        .filter((time, n, times) => n === 0 || time - (times[n - 1] ?? 0) >= GAP)
        .map((begun) => ({ user, begun })),
    ),
    ranks: sums
      .sort((a, b) => b.amount - a.amount || (a.user < b.user ? -1 : 1))
      .slice(0, 2)
      .map((sum, n) => ({ rank: n + 1, shard: 0, ...sum })),
    by_item: [...new Set(itemFinals.map(({ key }) => key[0] ?? ''))].sort().map((item) => {
      const mine = itemFinals.filter(({ key }) => key[0] === item);
      return {
        ...{ item, shard: 0, count: mine.length },
        amount: mine.reduce((sum, { amount }) => sum + amount, 0),
      };
    }),
  };
}

async function rowsOf(harness: PipelineHarness<Sale>): Promise<Record<string, unknown[]>> {
  return {
    stories: await harness.rows(stories),
    small_windows: await harness.rows(smallWindows),
    large_windows: await harness.rows(largeWindows),
    by_user: await harness.rows(byUser),
    visits: await harness.rows(visits),
    ranks: await harness.rows(ranks),
    by_item: await harness.rows(byItem),
  };
}

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cid'),
  item: fc.constantFrom('tea', 'rum'),
  amount: fc.integer({ min: 1, max: 9 }),
  time: fc.nat(5_000),
});

/** Sales whose times advance, some by little and some by much; many are late for some windows. */
const anySales = fc
  .array(fc.tuple(fc.oneof(fc.constant(0), fc.nat(4_000), fc.nat(20_000)), anySale), { maxLength: 40 })
  .map((steps) => {
    let start = 0;
    return steps.map(([step, each]) => ({ ...each, time: each.time + (start += step) }));
  });

describe('whenFinal', () => {
  it('gives each window out once, in order of end and key, whatever commits, lulls and kills come in between', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(all, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        harness.idle();
        await harness.commit();
        expect(await rowsOf(harness)).to.deep.equal(expected(records));
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    const batches = fc.array(anySales, { maxLength: 4 });
    fc.assert(
      fc.property(batches, (some) => expectSameInBatches(all, some)),
      { numRuns: 60 },
    );
  });

  it('dead-letters a final value that fails, and nothing else of its window', async () => {
    const failing = pipeline('failing', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('seconds', { size: 1_000, key: ['user'], state: Sum, fold: addTo }),
          whenFinal(),
          foldByKey('sums', {
            key: ({ key }) => key,
            state: Sum,
            fold: (sum, { value }) => {
              sum.amount += value.amount;
              if (value.amount === 13) throw new Error('thirteen');
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(failing, { partitions: 1 });
    harness.push(sale({ amount: 13 }), sale({ time: 1_000, amount: 2 }), sale({ user: 'bob', time: 5_000 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.deep.equal([{ user: 'ann', amount: 2, count: 0 }]);
    const letters = await harness.deadLetters();
    expect(letters.map(({ operator, offset }) => [operator, offset])).to.deep.equal([['seconds (figure)', 1]]);
    expect(letters[0]?.cause).to.include('thirteen');
  });

  it('lets no operator fold what still changes: windows and rankings are refused when the plan is made', async () => {
    const window = tumblingWindow<Sale, readonly [string], typeof Sum.fields>('seconds', {
      ...{ size: 1_000, key: (s) => [s.user] as const, state: Sum, fold: addTo },
    });
    const count = foldByKey<unknown, readonly [string], typeof Sum.fields>('counts', {
      ...{ key: () => ['ann'] as const, state: Sum, fold: (sum) => void (sum.count += 1) },
    });
    const made = (changing: (from: Observable<Sale>) => Observable<unknown>): Pipeline =>
      pipeline('made', { sales }, ({ sales }) => [into(byUser, changing(sales).pipe(count))]);
    const top = topByKey<Sale, readonly [string], typeof Sum.fields>('top', {
      ...{ k: 1, by: 'amount', key: (s) => [s.user] as const, state: Sum, fold: addTo },
    });
    for (const changing of [
      (from: Observable<Sale>) => from.pipe(window),
      (from: Observable<Sale>) =>
        from.pipe(
          window,
          map(({ value }) => value),
        ),
      (from: Observable<Sale>) =>
        from.pipe(
          top,
          filter(({ rank }) => rank === 1),
        ),
    ]) {
      expect(await codeOf(() => made(changing))).to.equal('ERR_PIPELINE_INVALID');
    }
    expect(() => made((from) => from.pipe(window))).to.throw(/'counts' cannot fold what operator 'seconds'/);
    expect(() =>
      pipeline('direct', { sales }, ({ sales }) => [into(byUser, sales.pipe(whenFinal() as never) as never)]),
    ).to.throw(/whenFinal\(\) is not directly behind a window operator/);
    // Where flows are merged, only the engine can see it.
    const merged = made((from) => merge(from, from.pipe(window)));
    const harness = pipelineHarness<Sale>(merged, { partitions: 1 });
    expect(await codeOf(() => harness.push(sale(), sale({ time: 5_000 })))).to.equal('ERR_PIPELINE_INVALID');
  });

  it('of parts of windows goes only into figures that are parts themselves', async () => {
    const parts = (): Pipeline =>
      pipeline('parts', { sales }, ({ sales }) => [
        into(
          table('by_text', { partitionBy: ['item'] }, { item: text(), ...Sum.fields }),
          sales.pipe(
            tumblingWindow('seconds', { size: 1_000, key: (s) => [s.item], state: Sum, fold: addTo }),
            whenFinal(),
            foldByKey('sums', { key: ({ key }) => key, state: Sum, fold: (sum) => void (sum.count += 1) }),
          ),
        ),
      ]);
    const harness = pipelineHarness<Sale>(parts(), { partitions: 1 });
    expect(await codeOf(() => harness.push(sale(), sale({ time: 5_000 })))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });
});
