import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf, type Sale, sale, sales } from '@stockafolio/conformance';
import { int64, into, latestByKey, pipeline, record, shard, table, text, timestamp } from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';

const Last = record('last', { amount: int64(), time: timestamp() });

const lastSales = table(
  'last_sales',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), time: timestamp() },
);

const options = {
  key: (s: Sale) => [s.item] as const,
  state: Last,
  fold: (last: { amount: number; time: number }, s: Sale): void => {
    last.amount = s.amount;
    last.time = s.time;
  },
};

const latest = pipeline('latest', { sales }, ({ sales }) => [
  into(lastSales, sales.pipe(latestByKey('last', options))),
]);

describe('latestByKey', () => {
  it('keeps the record of the latest event time; of equal times the later record', async () => {
    const anySale: fc.Arbitrary<Sale> = fc.record({
      user: fc.constant('ann'),
      item: fc.constantFrom('tea', 'rum'),
      amount: fc.nat(1_000),
      time: fc.integer({ min: -20, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anySale, { maxLength: 30 }), fc.nat(30), async (all, cut) => {
        const harness = pipelineHarness<Sale>(latest, { partitions: 1 });
        harness.push(...all.slice(0, cut));
        await harness.checkpoint();
        harness.push(...all.slice(cut));
        await harness.restart();
        await harness.commit();
        const wanted = ['rum', 'tea'].flatMap((item) => {
          const best = all.reduce<Sale | undefined>(
            (a, b) => (b.item !== item || (a !== undefined && a.time > b.time) ? a : b),
            undefined,
          );
          return best === undefined ? [] : [{ item, amount: best.amount, time: best.time }];
        });
        const rows = await harness.rows(lastSales);
        expect(rows.map(({ item, amount, time }) => ({ item, amount, time }))).to.eql(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('emits the current state, for older records too, without its own hidden fields', async () => {
    const script = marbles('--a-b', { a: (time) => sale({ amount: 1, time }), b: () => sale({ amount: 2, time: 5 }) });
    const seen = await trace(sales, script, (sales) => sales.pipe(latestByKey('last', options)));
    expect(seen.map(({ value }) => value.value)).to.eql([
      { amount: 1, time: 2_000 },
      { amount: 1, time: 2_000 },
    ]);
  });

  it('rejects a table without a shard column', async () => {
    const whole = table('whole', { partitionBy: ['item'] }, { item: text(), amount: int64(), time: timestamp() });
    const wrong = (): unknown =>
      pipeline('wrong', { sales }, ({ sales }) => [into(whole, sales.pipe(latestByKey('last', options)) as never)]);
    expect(await codeOf(wrong)).to.equal('ERR_SHARD_MISSING');
  });
});
