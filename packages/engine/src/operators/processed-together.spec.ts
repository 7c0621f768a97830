import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map } from 'rxjs';
import { addTo, byItem, bySecond, byUser, looseSales, type Sale, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  hoppingWindow,
  int32,
  int64,
  into,
  latestByKey,
  pipeline,
  type Pipeline,
  shard,
  shardedFold,
  table,
  text,
  topByKey,
} from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { feed, feedAll, newEngine, shown, stateOf } from '../../test/engines.js';

const best = table(
  'best',
  { partitionBy: ['item'], clusterBy: ['rank', 'shard'] },
  { item: text(), rank: int32(), shard: shard(), user: text(), amount: int64() },
);

const latest = table(
  'latest',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), count: int64() },
);

const kinds = table('kinds', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });

/** A fold that throws for sales of 9. */
function touchy(sum: { amount: number; count: number }, s: Sale): void {
  addTo(sum, s);
  if (s.amount === 9) throw new Error('nine');
}

/** Every keyed operator, alone and after another: with keys that may be invalid, that expire, and folds that throw. */
const all: Pipeline = pipeline('all', { looseSales }, ({ looseSales }) => {
  const sums = looseSales.pipe(foldByKey('sums', { key: (s) => [s.user], state: Sum, fold: addTo }));
  const pairs = looseSales.pipe(
    foldByKey('pairs', {
      key: (s) => (s.amount === 8 ? ([s.user] as unknown as [string, string]) : [s.user, s.item]),
      state: Sum,
      fold: touchy,
    }),
  );
  return [
    into(byUser, sums),
    into(
      byItem,
      looseSales.pipe(
        shardedFold('items', {
          key: (s) => [`${s.item}-${Math.floor(s.time / 1_000)}`],
          state: Sum,
          fold: addTo,
          expires: (s) => (s.amount === 7 ? Number.NaN : (Math.floor(s.time / 1_000) + 2) * 1_000),
        }),
      ),
    ),
    into(
      kinds,
      pairs.pipe(
        filter(({ value }) => value.count % 2 === 1),
        foldByKey('kinds', { key: (u) => [u.key[0]], state: Sum, fold: (sum, u) => void (sum.count += u.value.count) }),
      ),
    ),
    into(
      best,
      pairs.pipe(
        topByKey('best', {
          ...{ k: 2, by: 'amount', group: (u) => [u.key[1]], key: (u) => [u.key[0]], state: Sum },
          fold: (sum, u) => void (sum.amount += u.record.amount),
        }),
        map(({ group: [item], rank, key: [user], value: { amount } }) => ({ item, rank, user, amount })),
      ),
    ),
    into(
      latest,
      looseSales.pipe(
        latestByKey('latest', { key: (s) => [s.item], state: Sum, fold: (sum, s) => void (sum.amount = s.amount) }),
      ),
    ),
    into(
      bySecond,
      looseSales.pipe(
        hoppingWindow('seconds', {
          ...{ size: 1_000, step: 500, allowedLateness: 1_000, key: (s) => [s.item], state: Sum },
          fold: touchy,
        }),
        map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
      ),
    ),
  ];
});

const anySale: fc.Arbitrary<Sale> = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cid'),
  item: fc.constantFrom('tea', 'rum'),
  amount: fc.integer({ min: -2, max: 9 }),
  time: fc.nat(2_000),
});

/** Batches of sales whose times advance, some by little and some by much. */
const batches = fc
  .array(fc.tuple(fc.nat(3_000), fc.array(anySale, { minLength: 1, maxLength: 20 })), { maxLength: 6 })
  .map((some) => {
    let start = 0;
    return some.map(([step, sales]) => {
      start += step;
      return sales.map((s) => ({ ...s, time: s.time + start }));
    });
  });

/** Writes rows by their keys, as tables do: the same row may be written again. */
function write(rows: readonly Mutation[], into: Map<string, string>): void {
  for (const { table: to, values, version } of rows) {
    into.set(shown([to.name, values.slice(0, to.keyLength)]), shown([values, version]));
  }
}

describe('records that are processed together', () => {
  it('have the same rows, dead letters, versions and states as one by one, at each commit', () => {
    fc.assert(
      fc.property(batches, (some) => {
        const [single, together] = [newEngine(all), newEngine(all)];
        const [ofSingle, ofTogether] = [new Map<string, string>(), new Map<string, string>()];
        for (const batch of some) {
          feed(single, batch);
          feedAll(together, batch);
          expect(shown(together.position)).to.equal(shown(single.position));
          expect(stateOf(together)).to.eql(stateOf(single));
          write(single.commit(), ofSingle);
          write(together.commit(), ofTogether);
          expect([...ofTogether].sort()).to.eql([...ofSingle].sort());
        }
      }),
      { numRuns: 40 },
    );
  });

  it('have in partial commits the rows of a whole one, each of at most the given number of keys', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 5 }), (some, most) => {
        const [whole, parted] = [newEngine(all), newEngine(all)];
        for (const engine of [whole, parted]) feedAll(engine, some.flat());
        const rows = whole.commit().map(({ table: { name }, values }) => shown([name, values]));
        const parts = [...parted.commitInParts(most)]
          .flat()
          .map(({ table: { name }, values }) => shown([name, values]));
        expect(parts.sort()).to.eql(rows.sort());
        expect(parted.commit()).to.eql([]);
      }),
      { numRuns: 20 },
    );
  });
});
