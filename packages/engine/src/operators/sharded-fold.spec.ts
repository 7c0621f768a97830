import { expect } from 'chai';
import fc from 'fast-check';
import { map, merge, NEVER } from 'rxjs';
import { addTo, byItem, byUser, codeOf, type Sale, sale, sales, Sum } from '@stockafolio/conformance';
import { int64, into, pipeline, shardedFold, table, text } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

const items = pipeline('items', { sales }, ({ sales }) => [
  into(byItem, sales.pipe(shardedFold('items', { key: (s) => [s.item], state: Sum, fold: addTo }))),
]);

const wholeByItem = table(
  'whole_by_item',
  { partitionBy: ['item'] },
  { item: text(), amount: int64(), count: int64() },
);

describe('shardedFold', () => {
  it('keeps a part of the figure in every partition; the parts add up to the whole', async () => {
    const anySale: fc.Arbitrary<Sale> = fc.record({
      user: fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme-ascii' }),
      item: fc.constantFrom('tea', 'rum', 'ale'),
      amount: fc.integer({ min: -9, max: 9 }),
      time: fc.nat(10_000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySale, { maxLength: 50 }),
        fc.integer({ min: 1, max: 6 }),
        async (all, partitions) => {
          const harness = pipelineHarness<Sale>(items, { partitions });
          harness.push(...all.slice(0, 20));
          await harness.checkpoint();
          harness.push(...all.slice(20));
          await harness.restart();
          await harness.commit();
          const sums: Record<string, number> = {};
          for (const { item, amount } of await harness.rows(byItem)) sums[item] = (sums[item] ?? 0) + amount;
          const wanted: Record<string, number> = {};
          for (const { item, amount } of all) wanted[item] = (wanted[item] ?? 0) + amount;
          expect(sums).to.eql(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('writes the number of the partition into the shard column', () => {
    const harness = pipelineHarness<Sale>(items, { partitions: 7 });
    harness.push(sale({ user: 'ann' }), sale({ user: 'bob' }), sale({ user: 'cid' }));
    for (const { partition, ...engine } of harness.engines.map((e) => ({ partition: e.partition, rows: e.commit() }))) {
      for (const { values } of engine.rows) expect(values[1]).to.equal(partition);
    }
  });

  it('rejects a table without a shard column, directly or through other operators', async () => {
    const straight = (): unknown =>
      pipeline('straight', { sales }, ({ sales }) => [
        into(wholeByItem, sales.pipe(shardedFold('items', { key: ['item'], state: Sum, fold: addTo })) as never),
      ]);
    expect(await codeOf(straight)).to.equal('ERR_SHARD_MISSING');
    const through = (): unknown =>
      pipeline('through', { sales }, ({ sales }) => [
        into(
          byUser,
          sales.pipe(
            shardedFold('items', { key: ['item'], state: Sum, fold: addTo }),
            map(({ key: [user], value }) => ({ user, ...value })),
          ),
        ),
      ]);
    expect(await codeOf(through)).to.equal('ERR_SHARD_MISSING');
    const merged = pipeline('merged', { sales }, ({ sales }) => [
      into(
        byUser,
        merge(NEVER, sales.pipe(shardedFold('items', { key: ['item'], state: Sum, fold: addTo }))).pipe(
          map(({ key: [user], value }) => ({ user, ...value })),
        ),
      ),
    ]);
    const harness = pipelineHarness<Sale>(merged);
    expect(await codeOf(() => harness.push(sale()))).to.equal('ERR_SHARD_MISSING');
  });

  it('lets other branches of the same record write to tables without a shard', async () => {
    const both = pipeline('both', { sales }, ({ sales }) => [
      into(byItem, sales.pipe(shardedFold('items', { key: (s) => [s.item], state: Sum, fold: addTo }), map(unkeyed))),
      into(byUser, sales.pipe(map(({ user, amount }) => ({ user, amount, count: 1 })))),
    ]);
    const harness = pipelineHarness<Sale>(both);
    harness.push(sale());
    await harness.commit();
    expect(await harness.rows(byUser)).to.have.length(1);
    expect(await harness.rows(byItem)).to.have.length(1);
  });
});

function unkeyed({ key: [item], value }: { key: readonly [string]; value: { amount: number; count: number } }): {
  item: string;
  amount: number;
  count: number;
} {
  return { item, ...value };
}
