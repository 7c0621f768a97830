import { expect } from 'chai';
import fc from 'fast-check';
import { filter, map } from 'rxjs';
import { addTo, bySecond, byUser, looseSales, sale, type Sale, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  hoppingWindow,
  int64,
  into,
  pipeline,
  type Pipeline,
  split,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { feed, mixed, newEngine, rowsOf, stateOf, feedAll } from '../../test/engines.js';

const ofItems = table('of_items', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });

const ofTimes = table(
  'of_times',
  { partitionBy: ['time'], clusterBy: ['item'] },
  { time: timestamp(), item: text(), amount: int64() },
);

/** Operators after operators, directly and through functions, and windows that emit late records immediately. */
const chained: Pipeline = pipeline('chained', { sales: looseSales }, ({ sales }) => {
  const items = sales.pipe(
    foldByKey('items', { key: (s) => [s.user, s.item], state: Sum, fold: addTo, expires: (s) => s.time + 9_000 }),
  );
  return [
    into(
      ofItems,
      items.pipe(foldByKey('users', { key: (u) => [u.key[0]], state: Sum, fold: (sum, u) => addTo(sum, u.record) })),
    ),
    into(ofTimes, sales.pipe(map(({ time, item, amount }) => ({ time, item, amount })))),
    into(
      byUser,
      sales.pipe(
        filter((s) => s.item !== 'rum'),
        map((s) => {
          if (s.amount === 13) throw new Error('thirteen');
          return { user: s.user, amount: s.amount, count: 1 };
        }),
      ),
    ),
    into(
      bySecond,
      sales.pipe(
        hoppingWindow('seconds', {
          ...{ size: 4_000, step: 2_000, allowedLateness: 4_000, key: (s) => [s.item], state: Sum, fold: addTo },
        }),
        map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
      ),
    ),
  ];
});

/** Operators behind branches of a stream: mostly all records of a batch are in one, sometimes few or none. */
const parted: Pipeline = pipeline('parted', { sales: looseSales }, ({ sales }) => {
  const { rum, drinks } = split(sales, {
    rum: ({ item, amount }) => item === 'rum' && amount > 9,
    drinks: ({ amount }) => {
      if (amount === 13) throw new Error('thirteen');
      return amount > -4;
    },
  });
  const { ale } = split(drinks, { ale: ({ item }) => item === 'ale' });
  return [
    into(ofItems, drinks.pipe(foldByKey('drinks', { key: ['user'], state: Sum, fold: addTo }))),
    into(byUser, ale.pipe(foldByKey('ale', { key: ['user'], state: Sum, fold: addTo }))),
    into(ofTimes, rum.pipe(map(({ time, item, amount }) => ({ time, item, amount })))),
    into(
      bySecond,
      drinks.pipe(
        hoppingWindow('seconds', {
          ...{ size: 4_000, step: 2_000, allowedLateness: 4_000, key: (s) => [s.item], state: Sum, fold: addTo },
        }),
        map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
      ),
    ),
  ];
});

/** Times that mostly advance, so that some batches are complete, and sometimes go back or jump. */
const steps = fc.array(
  fc.record({
    user: fc.constantFrom('ann', 'bob', 'cid'),
    item: fc.constantFrom('tea', 'rum', 'ale'),
    amount: fc.oneof(
      { weight: 40, arbitrary: fc.integer({ min: -5, max: 12 }) },
      { weight: 1, arbitrary: fc.constant(13) },
    ),
    later: fc.oneof(
      { weight: 60, arbitrary: fc.nat(20) },
      { weight: 1, arbitrary: fc.integer({ min: -9_000, max: 9_000 }) },
    ),
  }),
  { minLength: 1, maxLength: 400, size: 'max' },
);

function salesOf(all: readonly (Omit<Sale, 'time'> & { readonly later: number })[]): Sale[] {
  let time = 20_000;
  return all.map(({ later, ...each }) => ({ ...each, time: (time = Math.max(0, time + later)) }));
}

describe('PartitionEngine.pushAll', () => {
  for (const made of [mixed, chained, parted]) {
    it(`has the same states, rows and dead letters of '${made.name}' as push, record by record`, async () => {
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40, size: 'max' }),
          async (all, cuts) => {
            const records = salesOf(all);
            const single = newEngine(made);
            const together = newEngine(made);
            const writes: [Mutation[][], Mutation[][]] = [[], []];
            for (let from = 0, n = 0; from < records.length; n++) {
              const some = records.slice(from, from + (cuts[n] ?? 400));
              feed(single, some);
              feedAll(together, some);
              expect(together.position).to.eql(single.position);
              expect(stateOf(together)).to.eql(stateOf(single));
              writes[0].push([...single.commit()]);
              writes[1].push([...together.commit()]);
              from += some.length;
            }
            single.flush();
            together.flush();
            writes[0].push([...single.commit()]);
            writes[1].push([...together.commit()]);
            expect(together.setAside).to.equal(single.setAside);
            expect(await rowsOf(together, writes[1])).to.eql(await rowsOf(single, writes[0]));
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('passes a batch through one operator after the other, up to the record that closes a window', () => {
    const seen: string[] = [];
    const noting = pipeline('noting', { sales: looseSales }, ({ sales }) =>
      ['a', 'b'].map((name, n) =>
        into(
          n === 0 ? byUser : ofItems,
          sales.pipe(
            foldByKey(name, {
              ...{ key: (s) => [s.user], state: Sum, expires: (s) => (s.user === 'bob' ? 9_000 : 3_000) },
              fold: (sum, s) => {
                seen.push(`${name}${s.time}`);
                addTo(sum, s);
              },
            }),
          ),
        ),
      ),
    );
    const engine = newEngine(noting);
    feedAll(engine, [sale({ time: 1 })]);
    seen.length = 0;
    feedAll(engine, [sale({ time: 2 }), sale({ time: 3 }), sale({ user: 'bob', time: 6_000 })]);
    expect(seen).to.eql(['a2', 'a3', 'a6000', 'b2', 'b3', 'b6000']);
    expect(engine.commit().map(({ table: { name } }) => name)).to.eql(['by_user', 'of_items', 'by_user', 'of_items']);
    feedAll(engine, [sale({ time: 6_001 })]);
    expect(engine.setAside, 'in both, the key expired with the previous record').to.equal(2);
  });
});
