import { int64, into, minutes, pipeline, table, text, timestamp } from '@stockafolio/core';
import { pipelineHarness, runOperatorContract } from '@stockafolio/testing';
import { expect } from 'chai';
import { lulls } from './lulls.js';
import { sales, type Sale } from './sales.js';

const quiet = table('quiet', { partitionBy: ['shop'] }, { shop: text(), since: timestamp(), sales: int64() });
const sale = (n: number, shop: string): Sale => ({
  ...{ shop, article: 'rye', category: 'bread', pieces: 1, price: 3_5000, time: minutes(n) },
});

describe('lulls', () => {
  it('emits a shop that has sold nothing for a while, once', async () => {
    const quietly = pipeline('quiet', { sales }, ({ sales }) => [into(quiet, sales.pipe(lulls('lulls', minutes(3))))]);
    const harness = pipelineHarness<Sale>(quietly, { partitions: 1 });
    harness.push(sale(0, 'harbour'), sale(2, 'harbour'), sale(4, 'market'));
    await harness.commit();
    expect(await harness.rows(quiet)).to.deep.equal([]);
    harness.push(sale(6, 'market'));
    await harness.commit();
    expect(await harness.rows(quiet)).to.deep.equal([{ shop: 'harbour', since: minutes(2), sales: 2 }]);
  });
});

// #region contract
runOperatorContract('lulls', {
  stream: sales,
  records: Array.from({ length: 40 }, (_, n) => sale(n, ['harbour', 'market', 'station'][(n >> 2) % 3] ?? '')),
  table: quiet,
  rows: (sales) => sales.pipe(lulls('lulls', minutes(3))),
});
// #endregion contract
