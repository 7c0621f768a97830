import { minutes, seconds } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { articles, bestShops, categoryDays, largeSales, shopMinutes, type Sale } from './sales.js';
import { shops } from './shops.js';

// #region maker
const noon = Date.UTC(2026, 0, 5, 12);

const sale = (of: Partial<Sale>): Sale => ({
  shop: 'harbour',
  article: 'rye',
  category: 'bread',
  pieces: 1,
  price: 3_5000, // 3.50 dollars, in units of 1e-4
  time: noon,
  ...of,
});
// #endregion maker

describe('shops', () => {
  // #region first
  it('adds up the articles of a shop', async () => {
    const harness = pipelineHarness<Sale>(shops);
    harness.push(sale({ pieces: 2 }), sale({ pieces: 3 }));
    await harness.commit();
    expect(await harness.rows(articles)).to.deep.equal([
      { shop: 'harbour', article: 'rye', pieces: 5, turnover: 17_5000 },
    ]);
  });
  // #endregion first

  // #region late
  it('closes a minute 5 seconds after its end, and updates it when a sale is late', async () => {
    const harness = pipelineHarness<Sale>(shops);
    const pieces = async (): Promise<number[]> => {
      await harness.commit();
      return (await harness.rows(shopMinutes)).map((row) => row.pieces);
    };
    harness.push(sale({}), sale({ time: noon + seconds(64) }));
    expect(await pieces()).to.deep.equal([]);
    harness.push(sale({ time: noon + seconds(65) }));
    expect(await pieces()).to.deep.equal([1]);
    harness.push(sale({ pieces: 4 }));
    expect(await pieces()).to.deep.equal([5]);
  });

  it('dead-letters a sale that arrives even later, for the window only', async () => {
    const harness = pipelineHarness<Sale>(shops);
    harness.push(sale({ time: noon + minutes(12) }), sale({}));
    await harness.commit();
    const [letter] = await harness.deadLetters();
    expect(letter).to.include({ operator: 'shop-minutes', code: 'ERR_LATE_RECORD' });
    expect((await harness.rows(articles)).map((row) => row.pieces)).to.deep.equal([2]);
  });
  // #endregion late

  // #region restart
  it('reaches the same rows when it is killed in between', async () => {
    const harness = pipelineHarness<Sale>(shops);
    harness.push(sale({ pieces: 2 }));
    await harness.checkpoint();
    harness.push(sale({ pieces: 3 }));
    await harness.restart();
    await harness.commit();
    await harness.zombies();
    expect((await harness.rows(articles)).map((row) => row.pieces)).to.deep.equal([5]);
  });
  // #endregion restart

  it('keeps large sales unchanged, ranks the shops, and writes a part of a category in each shard', async () => {
    const harness = pipelineHarness<Sale>(shops);
    harness.push(sale({ pieces: 100 }), sale({ shop: 'station', pieces: 7 }), sale({ shop: 'museum', pieces: 1 }));
    await harness.commit();
    expect((await harness.rows(largeSales)).map((row) => row.pieces)).to.deep.equal([100]);
    expect((await harness.rows(categoryDays)).reduce((sum, row) => sum + row.pieces, 0)).to.equal(108);
    expect((await harness.rows(bestShops)).map((row) => row.day)).to.include('2026-01-05');
  });
});
