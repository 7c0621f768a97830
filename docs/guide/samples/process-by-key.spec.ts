import { minutes } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { busy, busyShops, calmShops, largeSales, sizes, smallSales } from './busy-shops.js';
import type { Sale } from './sales.js';
import { silences, silentShops } from './silences.js';

const sale = (minute: number, shop: string, of: Partial<Sale> = {}): Sale => ({
  ...{ shop, article: 'rye', category: 'bread', pieces: 1, price: 3_5000, time: minutes(minute) },
  ...of,
});

describe('processByKey in the guide', () => {
  it('finds shops that are silent for ten minutes', async () => {
    const harness = pipelineHarness<Sale>(silentShops, { partitions: 1 });
    harness.push(sale(0, 'harbour'), sale(2, 'harbour'), sale(12, 'market'));
    await harness.commit();
    expect(await harness.rows(silences)).to.deep.equal([]);
    harness.push(sale(13, 'market'));
    await harness.commit();
    expect(await harness.rows(silences)).to.deep.equal([{ shop: 'harbour', since: minutes(2), sales: 2 }]);
  });

  it('says when a shop becomes busy, and when it is calm again', async () => {
    const harness = pipelineHarness<Sale>(busy, { partitions: 1 });
    harness.push(sale(0, 'harbour', { pieces: 60 }), sale(5, 'harbour', { pieces: 40 }), sale(6, 'harbour'));
    harness.push(sale(0, 'market', { pieces: 60 }), sale(11, 'market', { pieces: 60 }), sale(12, 'harbour'));
    await harness.commit();
    expect(await harness.rows(busyShops)).to.deep.equal([{ shop: 'harbour', time: minutes(5) }]);
    expect(await harness.rows(calmShops)).to.deep.equal([]);
    harness.push(sale(17, 'market'));
    await harness.commit();
    expect(await harness.rows(calmShops)).to.deep.equal([{ shop: 'harbour', time: minutes(16) }]);
  });

  it('splits sales by their size', async () => {
    const harness = pipelineHarness<Sale>(sizes, { partitions: 1 });
    harness.push(sale(0, 'harbour', { pieces: 99 }), sale(1, 'harbour', { pieces: 100 }));
    await harness.commit();
    expect((await harness.rows(largeSales)).map(({ pieces }) => pieces)).to.deep.equal([100]);
    expect((await harness.rows(smallSales)).map(({ pieces }) => pieces)).to.deep.equal([99]);
  });
});
