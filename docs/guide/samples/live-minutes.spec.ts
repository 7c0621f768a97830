import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { live, liveMinutes } from './live-minutes.js';
import type { Sale } from './sales.js';

const sale = (pieces: number): Sale => ({
  ...{ shop: 'harbour', article: 'rye', category: 'bread', pieces, price: 3_5000, time: Date.UTC(2026, 0, 5, 12) },
});

describe('live minutes', () => {
  it('are in the table before they end', async () => {
    const harness = pipelineHarness<Sale>(live, { partitions: 1 });
    for (const sum of [4, 8]) {
      harness.push(sale(1), sale(3));
      await harness.commit();
      expect((await harness.rows(liveMinutes)).map(({ pieces }) => pieces)).to.deep.equal([sum]);
    }
  });
});
