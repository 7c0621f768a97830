import { minutes } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { rushes, rushTable } from './rushes.js';
import type { Sale } from './sales.js';

const noon = Date.UTC(2026, 0, 5, 12);
const sale = (minute: number, shop = 'harbour'): Sale => ({
  ...{ shop, article: 'rye', category: 'bread', pieces: 1, price: 3_5000, time: noon + minutes(minute) },
});

describe('rushes', () => {
  it('are one if a late sale lies between them, and the row of the second is removed', async () => {
    const harness = pipelineHarness<Sale>(rushes, { partitions: 1 });
    const rows = async (): Promise<unknown> => {
      await harness.commit();
      return (await harness.rows(rushTable)).map(({ start, end, sales }) => [
        ...[(start - noon) / minutes(1), (end - noon) / minutes(1), sales],
      ]);
    };
    harness.push(sale(0), sale(1), sale(4), sale(8, 'station'));
    expect(await rows()).to.deep.equal([
      [0, 3, 2],
      [4, 6, 1],
    ]);
    harness.push(sale(2.5));
    expect(await rows()).to.deep.equal([[0, 6, 4]]);
  });
});
