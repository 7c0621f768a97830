import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { marketTrades } from './traded.js';

describe('the map of the market', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;

  before(async () => {
    market = await liveMarket(marketTrades(2_000));
  });
  after(() => market?.close());

  it('has the symbols of the table below it, and leads to the row of each', async () => {
    page = await browser();
    const complaints = complaintsOf(page);
    await page.goto(`${market.url}/symbols`);
    const map = page.getByRole('group', { name: /^Map of the market/ });
    await map.locator('a').first().waitFor();
    const rows = page.getByRole('region', { name: 'Symbols traded' }).locator('tbody th b');
    const drawn = await map.locator('a').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-symbol')));
    expect(drawn).to.include.members(await rows.allInnerTexts());
    const symbol = drawn[0] ?? '';
    await map.locator('a').first().click();
    await page.waitForURL(/find=/);
    await page.waitForFunction(() => document.querySelectorAll('.symbols tbody th b').length < 5);
    expect(await rows.allInnerTexts()).to.include(symbol);
    expect(await map.locator('a').count()).to.equal(drawn.length);
    expect(complaints).to.deep.equal([]);
  });
});
