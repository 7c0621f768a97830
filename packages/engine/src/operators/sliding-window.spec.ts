import { expect } from 'chai';
import fc from 'fast-check';
import { map } from 'rxjs';
import type { Sale } from '@stockafolio/conformance';
import { addTo, byUser, codeOf, looseSales, sale, sales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  type Mutable,
  optional,
  pipeline,
  type Pipeline,
  record,
  slidingWindow,
  table,
  text,
  timestamp,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

const SIZE = 2_000;
const LATENESS = 500;
const OUT_OF_ORDER = 3_000;
const merge = (into: Mutable<Sum>, later: Sum): void => {
  into.amount += later.amount;
  into.count += later.count;
};
const options = { size: SIZE, key: (s: Sale) => [s.user] as const, state: Sum, fold: addTo, merge };
const figures = table(
  'figures',
  { partitionBy: ['user'], clusterBy: ['item'] },
  { user: text(), item: text(), time: timestamp(), amount: int64(), count: int64() },
);

/** One row for each record, whose item is its number. */
const made = (from = looseSales): Pipeline =>
  pipeline('figures', { from }, ({ from }) => [
    into(
      figures,
      from.pipe(
        slidingWindow('w', { ...options, allowedLateness: LATENESS }),
        map(({ key: [user], record: { item, time }, value }) => ({ user, item, time, ...value })),
      ),
    ),
  ]);

/** The figures by their definition, and how many records are late. */
function figuresOf(records: readonly Sale[]): { readonly rows: unknown[]; readonly late: number } {
  const kept: Sale[] = [];
  const rows: unknown[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  for (const each of records) {
    const { user, item, time } = each;
    if (time + LATENESS >= watermark) {
      kept.push(each);
      const inside = kept.filter((other) => other.user === user && other.time > time - SIZE && other.time <= time);
      const amount = inside.reduce((sum, other) => sum + other.amount, 0);
      rows.push({ user, item, time, amount, count: inside.length });
    }
    watermark = Math.max(watermark, time - OUT_OF_ORDER);
  }
  return { rows, late: records.length - rows.length };
}

const anySales = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob'), amount: fc.integer({ min: 1, max: 9 }) },
      ...{ step: fc.oneof(fc.nat(900), fc.constantFrom(0, SIZE)), back: fc.oneof(fc.constant(0), fc.nat(4_000)) },
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let start = 4_000;
    return steps.map(({ step, back, ...facts }, n) =>
      sale({ ...facts, item: `${n + 100}`, time: (start += step) - back }),
    );
  });

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('slidingWindow', () => {
  it('emits for each record the figure of the records of its key up to it, without one that is exactly as old', async () => {
    const at = {
      a: (time: number): Sale => sale({ time, amount: 1 }),
      b: (time: number): Sale => sale({ user: 'bob', time, amount: 10 }),
    };
    const seen = await trace(sales, marbles('a(aa)b-a~aa|', at), (s) => s.pipe(slidingWindow('w', options)));
    expect(seen.map(({ at, value: { key, value } }) => [at, ...key, value.count])).to.eql([
      ['a', 'ann', 1],
      ['a', 'ann', 2],
      ['a', 'ann', 3],
      ['b', 'bob', 1],
      ['a', 'ann', 1],
      ['a', 'ann', 2],
      ['a', 'ann', 2],
    ]);
  });

  it('gives a record out of order the figure of its own time, and changes none that was emitted', async () => {
    const seen = await trace(
      looseSales,
      marbles('abcd', {
        a: () => sale({ time: 1_000, amount: 1 }),
        b: () => sale({ time: 2_500, amount: 10 }),
        c: () => sale({ time: 2_000, amount: 100 }),
        d: () => sale({ time: 3_500, amount: 1_000 }),
      }),
      (s) => s.pipe(slidingWindow('w', options)),
    );
    expect(seen.map(({ at, value: { value } }) => [at, value.amount])).to.eql([
      ['a', 1],
      ['b', 11],
      ['c', 101],
      ['d', 1_110],
    ]);
  });

  it('makes the figures of its definition, and says which records are late, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(made(), { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const { rows, late } = figuresOf(records);
        expect(sorted(await harness.rows(figures))).to.deep.equal(sorted(rows));
        expect((await harness.deadLetters()).map(({ operator, code }) => [operator, code])).to.deep.equal(
          Array.from({ length: late }, () => ['w', 'ERR_LATE_RECORD']),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 3 }), fc.constantFrom(sales, looseSales), (some, from) =>
        expectSameInBatches(made(from), some),
      ),
      { numRuns: 100 },
    );
  });

  it('merges moments in the order of time, with fields that are absent', async () => {
    const Ends = record('ends', { first: optional(int64()), last: optional(int64()), order: text() });
    const seen = await trace(
      looseSales,
      marbles('abcd', {
        a: () => sale({ time: 1_000, amount: 1 }),
        b: () => sale({ time: 2_500, amount: 0 }),
        c: () => sale({ time: 2_000, amount: 3 }),
        d: () => sale({ time: 3_500, amount: 4 }),
      }),
      (s) =>
        s.pipe(
          slidingWindow('w', {
            ...{ size: 3_000, key: ['user'], state: Ends },
            fold: (ends, { amount }) => {
              ends.order += `${amount}`;
              if (amount === 0) return;
              ends.first ??= amount;
              ends.last = amount;
            },
            merge: (ends, later) => {
              ends.order += later.order;
              ends.first ??= later.first;
              ends.last = later.last ?? ends.last;
            },
          }),
        ),
    );
    expect(seen.map(({ value: { value } }) => `${value.order}: ${value.first} to ${value.last}`)).to.eql([
      '1: 1 to 1',
      '10: 1 to 1',
      '13: 1 to 3',
      '1304: 1 to 4',
    ]);
  });

  it('accepts a record that is as far behind the watermark as allowed, with all that its window holds', async () => {
    const harness = pipelineHarness<Sale>(made(sales), { partitions: 1 });
    harness.push(
      ...[
        sale({ item: 'a', time: 1 }),
        sale({ item: 'b', time: 2_499 }),
        sale({ user: 'bob', item: 'c', time: 2_500 }),
      ],
      ...[sale({ item: 'd', time: 2_000 }), sale({ item: 'e', time: 1_999 })],
    );
    await harness.commit();
    expect((await harness.rows(figures)).map(({ item, count }) => [item, count])).to.eql([
      ['a', 1],
      ['b', 1],
      ['d', 2],
      ['c', 1],
    ]);
    expect((await harness.deadLetters()).map(({ offset }) => offset)).to.eql([4]);
  });

  it('is a stream: it goes straight into a table of the latest figures, and into other operators', async () => {
    const most = table('most', { partitionBy: ['user'] }, { user: text(), most: int64() });
    const both = pipeline('both', { sales }, ({ sales }) => {
      const recent = sales.pipe(slidingWindow('w', options));
      return [
        into(byUser, recent),
        into(
          most,
          recent.pipe(
            foldByKey('most', {
              ...{ key: ({ key }) => key, state: record('most', { most: int64() }) },
              fold: (state, { value }) => void (state.most = Math.max(state.most, value.amount)),
            }),
          ),
        ),
      ];
    });
    const harness = pipelineHarness<Sale>(both, { partitions: 1 });
    harness.push(sale({ amount: 5 }), sale({ time: 1_000, amount: 5 }), sale({ time: 9_000, amount: 2 }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 2, count: 1 }]);
    expect(await harness.rows(most)).to.eql([{ user: 'ann', most: 10 }]);
  });

  it('slides over final values of windows', async () => {
    const minutes = pipeline('minutes', { sales }, ({ sales }) => [
      into(
        byUser,
        sales.pipe(
          tumblingWindow('seconds', { size: 1_000, key: ['user'], state: Sum, fold: addTo }),
          whenFinal(),
          slidingWindow('w', {
            ...{ size: 2_000, key: ({ key: [user] }) => [user], state: Sum, merge },
            fold: (sum, { value }) => {
              sum.amount += value.amount;
              sum.count += 1;
            },
          }),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(minutes, { partitions: 1 });
    for (let n = 0; n < 5; n++) harness.push(sale({ time: n * 1_000, amount: 10 ** n }));
    await harness.commit();
    expect(await harness.rows(byUser)).to.eql([{ user: 'ann', amount: 1_100, count: 2 }]);
  });

  it('keeps no moment that no record can need any more', () => {
    const engine = newEngine(made());
    feed(
      engine,
      Array.from({ length: 300 }, (_, n) => sale({ user: `user ${n % 50}`, item: `${n}`, time: n * 500 })),
    );
    // 5,500 milliseconds of moments, each of another key.
    expect(engine.states.size).to.equal(2 * (5_500 / 500));
  });

  it('rejects what is no size, lateness or merge, and a key that is not partitioned', async () => {
    for (const size of [0, -1, 1.5, Number.NaN])
      expect(await codeOf(() => slidingWindow('w', { ...options, size }))).to.equal('ERR_PIPELINE_INVALID');
    const with_ = (more: object, from = sales): Pipeline =>
      pipeline('with', { from }, ({ from }) => [into(byUser, from.pipe(slidingWindow('w', { ...options, ...more })))]);
    for (const wrong of [{ allowedLateness: -1 }, { merge: undefined }, { merge: async () => Promise.resolve() }])
      expect(await codeOf(() => with_(wrong))).to.equal('ERR_PIPELINE_INVALID');
    const byItem = pipelineHarness<Sale>(with_({ key: (s: Sale) => [s.item] }), { partitions: 1 });
    expect(await codeOf(() => byItem.push(sale()))).to.equal('ERR_KEY_NOT_PARTITIONED');
  });
});
