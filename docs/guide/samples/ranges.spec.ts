import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { priceRanges, ranges } from './ranges.js';
import type { Sale } from './sales.js';

describe('ranges', () => {
  it('has the lowest and the highest price of an article, also after a restart', async () => {
    const harness = pipelineHarness<Sale>(ranges);
    const at = (price: number): Sale => ({
      ...{ shop: 'harbour', article: 'rye', category: 'bread', pieces: 1, price, time: price },
    });
    harness.push(at(3_5000));
    await harness.checkpoint();
    harness.push(at(3_2000), at(3_9000));
    await harness.restart();
    await harness.commit();
    expect(await harness.rows(priceRanges)).to.deep.equal([
      { shop: 'harbour', article: 'rye', low: 3_2000, high: 3_9000 },
    ]);
  });
});
