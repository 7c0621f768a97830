import { minutes } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { alarms, dozens, dozenTable, rushAlarms } from './recent-sales.js';
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

  it('are too many if more than a hundred pieces are sold within five minutes', async () => {
    const harness = pipelineHarness<Sale>(alarms, { partitions: 1 });
    const at = (minute: number, pieces: number): Sale => ({ ...sale(pieces), time: noon + minutes(minute) });
    harness.push(at(0, 60), at(4, 40), at(4.9, 1), at(5, 59), at(5.1, 1));
    await harness.commit();
    expect((await harness.rows(rushAlarms)).map(({ time, pieces }) => [(time - noon) / 60_000, pieces])).to.deep.equal([
      [4.9, 101],
      [5.1, 101],
    ]);
  });
});
