import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import type { Sale } from './sales.js';
import { shopSizes, sizes } from './shop-sizes.js';

const sale = (facts: Partial<Sale>): Sale => ({
  ...{ shop: 'harbour', article: 'rye', category: 'bread', pieces: 1, price: 3_5000, time: Date.UTC(2026, 0, 5, 12) },
  ...facts,
});

describe('shop sizes', () => {
  it('count each shop once, in the size that it has now', async () => {
    const harness = pipelineHarness<Sale>(sizes, { partitions: 1 });
    harness.push(sale({}), sale({ shop: 'station' }), sale({ pieces: 400 }), sale({}));
    await harness.commit();
    expect((await harness.rows(shopSizes)).map(({ size, shops }) => [size, shops])).to.deep.equal([
      ['large', 1],
      ['small', 1],
    ]);
  });
});
