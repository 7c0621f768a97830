import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { dozens, dozenTable } from './recent-sales.js';
import type { Sale } from './sales.js';

const noon = Date.UTC(2026, 0, 5, 12);
const sale = (n: number): Sale => ({
  ...{ shop: 'harbour', article: 'rye', category: 'bread', pieces: n, price: 3_5000, time: noon + n },
});

describe('recent sales', () => {
  it('are added up by the dozen', async () => {
    const harness = pipelineHarness<Sale>(dozens, { partitions: 1 });
    for (let n = 1; n <= 30; n++) harness.push(sale(n));
    await harness.commit();
    expect((await harness.rows(dozenTable)).map(({ index, pieces }) => [index, pieces])).to.deep.equal([
      [0, 78],
      [1, 222],
    ]);
  });
});
