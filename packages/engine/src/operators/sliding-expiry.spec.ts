import { expect } from 'chai';
import fc from 'fast-check';
import { addTo, byItem, byUser, codeOf, looseSales, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, latestByKey, pipeline, type Pipeline, shardedFold } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { anyDisturbances, expectSameInBatches, pushDisturbed } from '../../test/disturbed.js';
import { feed, newEngine } from '../../test/engines.js';

const AFTER = 5_000;
const OUT_OF_ORDER = 3_000;

/** Sums of users and items that are forgotten five seconds after their last sale. */
const visits: Pipeline = pipeline('visits', { looseSales }, ({ looseSales }) => [
  into(byUser, looseSales.pipe(foldByKey('users', { key: ['user'], state: Sum, fold: addTo, expiresAfter: AFTER }))),
  into(byItem, looseSales.pipe(shardedFold('items', { key: ['item'], state: Sum, fold: addTo, expiresAfter: AFTER }))),
]);

interface Visit extends Sum {
  readonly last: number;
}

/** By the plain definition: the last sums of each key, and how many records came too late. */
function expected(records: readonly Sale[], keyOf: (s: Sale) => string): { readonly rows: unknown[]; late: number } {
  const alive = new Map<string, Visit>();
  const rows = new Map<string, Sum>();
  let [watermark, late] = [Number.NEGATIVE_INFINITY, 0];
  for (const each of records) {
    if (each.time + AFTER <= watermark) {
      late++;
      watermark = Math.max(watermark, each.time - OUT_OF_ORDER);
      continue;
    }
    const key = keyOf(each);
    const { amount, count, last } = alive.get(key) ?? { amount: 0, count: 0, last: Number.NEGATIVE_INFINITY };
    const sum = { amount: amount + each.amount, count: count + 1 };
    alive.set(key, { ...sum, last: Math.max(last, each.time) });
    rows.set(key, sum);
    watermark = Math.max(watermark, each.time - OUT_OF_ORDER);
    for (const [other, visit] of alive) if (visit.last + AFTER <= watermark) alive.delete(other);
  }
  return { rows: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)), late };
}

const anySales = fc
  .array(
    fc.record({
      ...{ user: fc.constantFrom('ann', 'bob', 'cid'), item: fc.constantFrom('tea', 'rum') },
      ...{ amount: fc.integer({ min: 1, max: 9 }), back: fc.nat(9_000) },
      step: fc.oneof(fc.constant(0), fc.nat(2_000), fc.nat(12_000)),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let start = 0;
    return steps.map(({ step, back, ...facts }) => sale({ ...facts, time: (start += step) + 9_000 - back }));
  });

describe('expiresAfter', () => {
  it('forgets a key after its last record, and begins it anew, at any kill', async () => {
    await fc.assert(
      fc.asyncProperty(anySales, anyDisturbances, async (records, between) => {
        const harness = pipelineHarness<Sale>(visits, { partitions: 1 });
        await pushDisturbed(harness, records, between);
        await harness.commit();
        const users = expected(records, ({ user }) => user);
        const items = expected(records, ({ item }) => item);
        expect((await harness.rows(byUser)).map(({ user, ...sum }) => [user, sum])).to.deep.equal(users.rows);
        expect((await harness.rows(byItem)).map(({ item, amount, count }) => [item, { amount, count }])).to.deep.equal(
          items.rows,
        );
        expect(await harness.deadLetters()).to.have.length(users.late + items.late);
      }),
      { numRuns: 100 },
    );
  });

  it('makes the same states, versions and rows of batches of records as of single ones', () => {
    fc.assert(
      fc.property(fc.array(anySales, { maxLength: 3 }), (some) => expectSameInBatches(visits, some)),
      { numRuns: 60 },
    );
  });

  it('bounds the state by the keys that are active, however many pass by', () => {
    const engine = newEngine(visits);
    feed(
      engine,
      Array.from({ length: 2_000 }, (_, n) => sale({ user: `u${n}`, item: `i${n}`, time: n * 1_000 })),
    );
    for (const { state } of engine.operators) {
      let keys = 0;
      state.forEachLive(() => keys++);
      expect(keys).to.equal((AFTER + OUT_OF_ORDER) / 1_000);
    }
  });

  it('is a duration, and excludes a fixed time; latestByKey has it too', async () => {
    const made = (options: { expiresAfter?: number; expires?: () => number }): Pipeline =>
      pipeline('made', { sales }, ({ sales }) => [
        into(byItem, sales.pipe(latestByKey('f', { key: ['item'], state: Sum, fold: addTo, ...options }))),
      ]);
    for (const expiresAfter of [0, -1, 0.5, Number.NaN])
      expect(await codeOf(() => made({ expiresAfter }))).to.equal('ERR_PIPELINE_INVALID');
    expect(await codeOf(() => made({ expiresAfter: 1, expires: () => 1 }))).to.equal('ERR_PIPELINE_INVALID');
    expect(made({ expiresAfter: 7 }).plan.operators[0]?.settings).to.deep.equal({ key: 'item', expiresAfter: 7 });
    const harness = pipelineHarness<Sale>(made({ expiresAfter: 1_000 }), { partitions: 1 });
    harness.push(sale({ amount: 5 }), sale({ item: 'rum', time: 5_000 }));
    expect(harness.engines[0]?.operators[0]?.state.size).to.equal(1);
  });
});
