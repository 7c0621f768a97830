import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { articleTotals, categories, categoryPieces, chain } from './chain.js';
import type { Sale } from './sales.js';

const sold = (shop: string, article: string, pieces: number, time: number): Sale => ({
  ...{ shop, article, category: 'bread', pieces },
  ...{ price: 2_0000, time },
});
const day = [sold('east', 'rye', 2, 1_000), sold('west', 'rye', 3, 2_000), sold('north', 'bun', 4, 3_000)];

describe('figures of the whole chain', () => {
  it('are of all shops', async () => {
    const harness = pipelineHarness<Sale>(chain);
    harness.push(...day);
    await harness.commit();
    expect(await harness.rows(articleTotals)).to.deep.equal([
      { article: 'bun', pieces: 4, turnover: 8_0000 },
      { article: 'rye', pieces: 5, turnover: 10_0000 },
    ]);
  });

  it('are of records whose shape was changed before', async () => {
    const harness = pipelineHarness<Sale>(categories);
    harness.push(...day);
    await harness.commit();
    expect(await harness.rows(categoryPieces)).to.deep.equal([{ category: 'bread', pieces: 9 }]);
  });
});
