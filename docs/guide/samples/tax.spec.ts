import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import type { Sale } from './sales.js';
import { shopTaxes, taxes } from './tax.js';

const sold = (category: Sale['category'], pieces: number, time: number): Sale => ({
  ...{ shop: 'east', article: 'a', category, pieces },
  ...{ price: 2_0000, time },
});

describe('taxes of shops', () => {
  it('are of the rates that were answered', async () => {
    const harness = pipelineHarness<Sale>(taxes);
    harness.push(sold('bread', 1, 1_000), sold('coffee', 2, 2_000));
    await harness.commit();
    expect(await harness.rows(shopTaxes)).to.deep.equal([{ shop: 'east', pieces: 3, tax: 1800 + 8400 }]);
  });
});
