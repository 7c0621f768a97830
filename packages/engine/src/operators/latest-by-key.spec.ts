import { expect } from 'chai';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { codeOf, Sale, sale, sales } from '@stockafolio/conformance';
import {
  int64,
  into,
  latestByKey,
  pipeline,
  type Pipeline,
  record,
  shard,
  stream,
  table,
  type Table,
  text,
  timestamp,
} from '@stockafolio/core';
import { marbles, pipelineHarness, trace } from '@stockafolio/testing';

const Last = record('last', { amount: int64(), time: timestamp() });

const lastSales = table(
  'last_sales',
  { partitionBy: ['item'], clusterBy: ['shard'] },
  { item: text(), shard: shard(), amount: int64(), time: timestamp() },
);

const lastSalesOf = table(
  'last_sales_of',
  { partitionBy: ['user'], clusterBy: ['shard'] },
  { user: text(), shard: shard(), amount: int64(), time: timestamp() },
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

  describe('with a key that begins with the stream’s own', () => {
    const named = stream('sales', Sale, { key: 'user', time: (s) => s.time });
    const both = stream('sales', Sale, { key: ['user', 'item'], time: (s) => s.time });
    const byFunction = sales;
    const whole = table(
      'whole',
      { partitionBy: ['user'], clusterBy: ['item'] },
      { user: text(), item: text(), amount: int64(), time: timestamp() },
    );
    const { state, fold } = options;
    const made = (of: typeof named, pick: (s: Observable<Sale>) => Observable<unknown>): Pipeline =>
      pipeline('latest', { of }, ({ of }) => [into<Table, unknown>(whole, pick(of) as never)]);
    const pair = latestByKey<Sale, never, typeof state.fields, readonly ['user', 'item']>('last', {
      ...{ key: ['user', 'item'], state, fold },
    });

    it('needs no shard column, because one partition holds all of it', async () => {
      for (const of of [named, both]) {
        const harness = pipelineHarness<Sale>(made(of, pair));
        const users = ['ann', 'bob', 'cid', 'dan'];
        harness.push(...users.map((user, n) => sale({ user, amount: n, time: 9 })));
        harness.push(...users.map((user) => sale({ user, amount: 50, time: 8 })));
        harness.push(sale({ user: 'dan', amount: 60, time: 9 }));
        await harness.commit();
        const rows = await harness.rows(whole);
        expect(rows.map(({ user, amount }) => [user, amount])).to.eql([
          ['ann', 0],
          ['bob', 1],
          ['cid', 2],
          ['dan', 60],
        ]);
      }
    });

    it('needs one where that is not known: a key or a stream with a function, other records than the stream’s', async () => {
      const turned = latestByKey<Sale, never, typeof state.fields, readonly ['item', 'user']>('last', {
        ...{ key: ['item', 'user'], state, fold },
      });
      const computed = latestByKey('last', { key: (s: Sale) => [s.user, s.item] as const, state, fold });
      const nothing = stream('sales', Sale, { keyedBy: 'nothing', time: (s) => s.time });
      for (const [of, pick] of [
        [byFunction, pair],
        [named, turned],
        [named, computed],
        [nothing, pair],
        [named, (s: Observable<Sale>) => pair(s.pipe(map((each) => each)))],
      ] as const)
        expect(await codeOf(() => made(of as typeof named, pick))).to.equal('ERR_SHARD_MISSING');
    });

    it('may have one all the same', async () => {
      const sharded = pipeline('latest', { named }, ({ named }) => [
        into(lastSalesOf, named.pipe(latestByKey('last', { key: ['user'], state, fold }))),
      ]);
      const harness = pipelineHarness<Sale>(sharded, { partitions: 1 });
      harness.push(sale({ amount: 4, time: 1 }), sale({ amount: 5, time: 0 }));
      await harness.commit();
      expect(await harness.rows(lastSalesOf)).to.eql([{ user: 'ann', shard: 0, amount: 4, time: 1 }]);
    });
  });

  it('rejects a table without a shard column', async () => {
    const whole = table('whole', { partitionBy: ['item'] }, { item: text(), amount: int64(), time: timestamp() });
    const wrong = (): unknown =>
      pipeline('wrong', { sales }, ({ sales }) => [into(whole, sales.pipe(latestByKey('last', options)) as never)]);
    expect(await codeOf(wrong)).to.equal('ERR_SHARD_MISSING');
  });
});
