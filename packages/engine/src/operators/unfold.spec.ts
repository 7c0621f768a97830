import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import { addTo, byItem, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  into,
  type Mutable,
  pipeline,
  type Pipeline,
  shard,
  shardedFold,
  table,
  text,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';

const bySize = table(
  'by_size',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), ...Sum.fields },
);

/** A class of amounts, so that figures move from key to key as they grow and shrink. */
const sizeOf = (amount: number): string => (amount < 0 ? 'short' : amount < 10 ? 'small' : 'large');
function add(sum: Mutable<Sum>, amount: number): void {
  sum.amount += amount;
  sum.count += 1;
  if (amount === 13) throw new Error('thirteen');
}

function takeOut(sum: Mutable<Sum>, amount: number): void {
  sum.amount -= amount;
  sum.count -= 1;
}

/** Holdings by user and item; of these, sums by user and by size of the holding; of the users', by size again. */
const all: Pipeline = pipeline('all', { sales }, ({ sales }) => {
  const holdings = sales.pipe(foldByKey('holdings', { key: ['user', 'item'], state: Sum, fold: addTo }));
  const users = holdings.pipe(
    foldByKey('users', {
      key: ({ key: [user] }) => [user],
      state: Sum,
      fold: (sum, { value }) => add(sum, value.amount),
      unfold: (sum, { value }) => takeOut(sum, value.amount),
    }),
  );
  return [
    into(byUser, users),
    into(
      byItem,
      holdings.pipe(
        shardedFold('sizes', {
          key: ({ value }) => [sizeOf(value.amount)],
          state: Sum,
          fold: (sum, { value }) => add(sum, value.amount),
          unfold: (sum, { value }) => takeOut(sum, value.amount),
        }),
      ),
    ),
    into(
      bySize,
      users.pipe(
        shardedFold('user-sizes', {
          key: ({ value }) => [sizeOf(value.amount)],
          state: Sum,
          fold: (sum, { value }) => add(sum, value.amount),
          unfold: (sum, { value }) => takeOut(sum, value.amount),
        }),
      ),
    ),
  ];
});

const grouped = (figures: readonly { readonly group: string; readonly amount: number }[]): Map<string, Sum> => {
  const groups = new Map<string, Sum>();
  for (const { group, amount } of figures) {
    const sum = groups.get(group) ?? { amount: 0, count: 0 };
    groups.set(group, { amount: sum.amount + amount, count: sum.count + 1 });
  }
  return groups;
};

/** By the plain definition: sums over the last values of the figures. Groups that are empty again remain, with zeros. */
function expected(records: readonly Sale[]): Record<string, readonly (readonly [string, Sum])[]> {
  const holdings = new Map<string, { user: string; amount: number }>();
  const seen = { sizes: new Set<string>(), userSizes: new Set<string>() };
  const usersNow = (): Map<string, Sum> =>
    grouped([...holdings.values()].map(({ user, amount }) => ({ group: user, amount })));
  for (const { user, item, amount } of records) {
    const before = holdings.get(`${user} ${item}`);
    const holding = { user, amount: (before?.amount ?? 0) + amount };
    holdings.set(`${user} ${item}`, holding);
    const total = usersNow().get(user)?.amount;
    // A user's total is undone first: without this holding it is another figure for a moment.
    const without = before === undefined ? undefined : (total ?? 0) - holding.amount;
    if (holding.amount === 13 || total === 13 || without === 13) {
      // The record is rolled back everywhere.
      if (before === undefined) holdings.delete(`${user} ${item}`);
      else holdings.set(`${user} ${item}`, before);
      continue;
    }
    seen.sizes.add(sizeOf(holding.amount));
    if (without !== undefined) seen.userSizes.add(sizeOf(without));
    seen.userSizes.add(sizeOf(total ?? 0));
  }
  const users = usersNow();
  const sizes = grouped([...holdings.values()].map(({ amount }) => ({ group: sizeOf(amount), amount })));
  const userSizes = grouped([...users.values()].map(({ amount }) => ({ group: sizeOf(amount), amount })));
  const rows = (groups: ReadonlyMap<string, Sum>, names: Iterable<string>): [string, Sum][] =>
    [...names].sort().map((name) => [name, groups.get(name) ?? { amount: 0, count: 0 }]);
  return {
    users: rows(users, users.keys()),
    sizes: rows(sizes, seen.sizes),
    userSizes: rows(userSizes, seen.userSizes),
  };
}

const anySales = fc.array(
  fc
    .record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cid'), item: fc.constantFrom('tea', 'rum', 'ale') },
      amount: fc.integer({ min: -9, max: 9 }),
    })
    .map((facts) => sale(facts)),
  { maxLength: 40 },
);

describe('folds with unfold', () => {
  it('hold the last value of each figure, at any kill, whatever records fail', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(all, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const rows = async (of: typeof byItem | typeof bySize): Promise<unknown[]> =>
          (await harness.rows(of)).map(({ item, amount, count }) => [item, { amount, count }]);
        expect({
          users: (await harness.rows(byUser)).map(({ user, ...sum }) => [user, sum]),
          sizes: await rows(byItem),
          userSizes: await rows(bySize),
        }).to.deep.equal(expected(records));
      }),
      { numRuns: 100 },
    );
  });

  it('make the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 3 }), (some) => expectSameInBatches(all, some)),
      { numRuns: 50 },
    );
  });

  it('stand directly behind a fold, which alone knows earlier values', async () => {
    const behindMap = (): Pipeline =>
      pipeline('mapped', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            foldByKey('holdings', { key: ['user', 'item'], state: Sum, fold: addTo }),
            map((figure) => figure),
            foldByKey('users', {
              key: ({ key: [user] }) => [user],
              state: Sum,
              fold: (sum, { value }) => add(sum, value.amount),
              unfold: (sum, { value }) => takeOut(sum, value.amount),
            }),
          ),
        ),
      ]);
    expect(await codeOf(behindMap)).to.equal('ERR_PIPELINE_INVALID');
    expect(behindMap).to.throw(/'users' has unfold, but is not directly behind foldByKey/);
  });

  it('are not what they were without unfold: the comparison of plans says so', () => {
    const [, users] = all.plan.operators;
    expect(users?.settings).to.include({ unfold: 'yes' });
  });
});
