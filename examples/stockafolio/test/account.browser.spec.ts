import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { accountFigures } from '../src/figures/account-figures.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { accountOf, marketTrades, OPENING } from './traded.js';

describe('the account on the user’s page', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let complaints: string[] = [];

  before(async () => {
    market = await liveMarket([...marketTrades(500), ...accountOf('holder')]);
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));
  const open = async (user: string): Promise<Page> => {
    const page = await browser();
    complaints = complaintsOf(page);
    await page.goto(`${market.url}/u/${user}`);
    await page.locator('.tiles').first().waitFor();
    return page;
  };

  it('shows cash by currency as the tables have it, and what happened', async () => {
    const page = await open('holder');
    await page.locator('.area-account').waitFor();
    for (const { currency, cash } of await accountFigures(market.tables, 'holder')) {
      const shown = page.locator(`.currency[data-currency=${currency}] .cash data`);
      expect(Number(await shown.getAttribute('value'))).to.equal(Number(cash) / 10_000);
    }
    const events = await page.locator('.events tbody tr').allInnerTexts();
    expect(events.map((text) => text.replace(/\s+/g, ' '))).to.have.length(5);
    expect(events[1]).to.match(/dividend KO[^]*\+\$0\.48/);
    expect(await page.locator('.currency[data-currency=USD]').innerText()).to.match(/Commissions\s+-\$1\.50/);
  });

  it('follows what happens', async () => {
    const page = await open('holder');
    await page.locator('.area-account').waitFor();
    await market.send({ id: 'late', user: 'holder', time: OPENING + 10, kind: 'interest', amount: 1_2500 });
    await page.locator('tr[data-event=late]').waitFor();
    expect(await page.locator('.currency[data-currency=USD]').innerText()).to.match(/Interest\s+\$1\.25/);
  });

  it('is not there where only trades are known', async () => {
    const page = await open('u00');
    await page.locator('.holdings, .cards').first().waitFor();
    expect(await page.locator('.area-account').count()).to.equal(0);
  });
});
