import { readFile } from 'node:fs/promises';
import { formatMoney } from '@stockafolio/core';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { portfolioFigures, type PortfolioFigures } from '../src/figures/portfolio-figures.js';
import { sharesOf } from '../src/quantity.js';
import type { Trade } from '../src/trade.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { marketTrades, OPENING, tradeOf } from './traded.js';

const BIG = 4_000;
const LATER = OPENING + 10_900_000;
const EVIL = '<img src=x onerror=alert(1)>';

/** A user with thousands of holdings, of invented symbols. */
const bigUser = (): Trade[] =>
  Array.from({ length: BIG }, (_, n) =>
    tradeOf({ id: `big${n}`, user: 'big', symbol: `S${n}`, quantity: n + 1, price: 10_0000, time: OPENING + n }),
  );

describe('the user’s page', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[];

  before(async () => {
    market = await liveMarket([
      ...marketTrades(3_000),
      ...bigUser(),
      tradeOf({ id: 's1', user: 'shorty', side: 'sell' }),
      tradeOf({ id: 'd1', user: 'done' }),
      tradeOf({ id: 'd2', user: 'done', side: 'sell', time: OPENING + 1 }),
      tradeOf({ id: 'e1', user: EVIL }),
      tradeOf({ id: 'p1', user: 'paused' }),
      // Long and short almost cancel out: the net cost is a cent.
      tradeOf({ id: 'h1', user: 'hedged', quantity: 100, price: 100_0000 }),
      tradeOf({ id: 'h2', user: 'hedged', symbol: 'AAPL', side: 'sell', quantity: 100, price: 99_9999 }),
      tradeOf({ id: 'h3', user: 'other', symbol: 'AAPL', price: 90_0000, time: OPENING + 2 }),
      tradeOf({ id: 'o1', user: '..', symbol: 'DOT' }),
      tradeOf({ id: 'o2', user: '.', symbol: 'ONEDOT' }),
    ]);
  });
  after(() => market?.close());
  const open = async (user: string): Promise<void> => {
    page = await browser();
    complaints = complaintsOf(page);
    await page.goto(`${market.url}/u/${encodeURIComponent(user)}`);
    await page.locator('.tiles, .message').first().waitFor();
  };
  afterEach(() => expect(complaints).to.deep.equal([]));

  const figures = async (user: string): Promise<PortfolioFigures> => {
    const found = await portfolioFigures(market.tables, user);
    if (found === undefined) throw new Error(`no user ${user}`);
    return found;
  };
  const symbols = (): Promise<string[]> => page.locator('.holdings tbody tr[data-symbol] b').allInnerTexts();
  const tile = (label: string): Promise<string | null> =>
    page
      .locator('.tile', { has: page.getByText(label, { exact: true }) })
      .locator('data')
      .getAttribute('value');

  it('shows the figures that are in the tables', async () => {
    await open('u00');
    const user = await figures('u00');
    for (const [label, amount] of [
      ['Market value', user.marketValue],
      ['Day’s P&L', user.day.gain ?? 0n],
      ['Unrealized P&L', user.unrealized],
      ['Realized P&L', user.realized],
      ['Net cost', user.cost],
      ['Traded', user.value],
    ] as const) {
      expect(await tile(label), label).to.equal(formatMoney(amount));
    }
    expect(await page.locator('.tiles').innerText()).to.contain(
      Number(sharesOf(user.volume)).toLocaleString('en-US', { maximumFractionDigits: 8 }),
    );
    const [first] = user.holdings;
    const row = page.locator(`tr[data-symbol="${first?.symbol}"]`);
    const amounts = await row
      .locator('data')
      .evaluateAll((found) => found.map((data) => (data as HTMLDataElement).value));
    expect(amounts.slice(1)).to.deep.equal(
      [first?.price, first?.marketValue, first?.unrealized, first?.dayGain?.gain].map((units) =>
        formatMoney(units ?? 0),
      ),
    );
    expect(await row.innerText())
      .to.contain(first?.name)
      .and.contain(first?.sector);
    const trades = await page
      .locator('.trades tbody tr')
      .evaluateAll((rows) => rows.map((r) => r.getAttribute('data-trade')));
    expect(trades.slice(0, 8)).to.deep.equal(user.latest.map(({ id }) => id));
  });

  it('shows the sectors as a ring and as a table, and the value over the day', async () => {
    await open('u00');
    const user = await figures('u00');
    const sectors = page.getByRole('region', { name: 'Sectors' });
    await sectors.getByRole('button', { name: 'Table' }).click();
    expect(await sectors.locator('tbody th').allInnerTexts()).to.deep.equal(user.sectors.map(({ sector }) => sector));
    const label = await page
      .getByRole('region', { name: 'Market value over the day' })
      .getByRole('img')
      .getAttribute('aria-label');
    expect(label)
      .to.match(/^Market value over the day; -?\$[\d,]+ at \d\d:\d\d/)
      .and.contain('open 09:30');
  });

  it('sorts, searches and filters the holdings', async () => {
    await open('u00');
    const { holdings } = await figures('u00');
    expect(await symbols()).to.deep.equal(
      [...holdings].sort((a, b) => Number((b.marketValue ?? 0n) - (a.marketValue ?? 0n))).map((h) => h.symbol),
    );
    const header = page.getByRole('region', { name: 'Holdings, table' }).getByRole('columnheader', { name: 'Symbol' });
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).to.equal('ascending');
    const sorted = holdings.map(({ symbol }) => symbol).sort();
    expect(await symbols()).to.deep.equal(sorted);
    await header.getByRole('button').click();
    expect(await symbols()).to.deep.equal([...sorted].reverse());
    const [one] = holdings;
    await page.getByLabel('Search holdings by symbol or name').fill(one?.name.toLowerCase() ?? '');
    expect(await symbols()).to.include(one?.symbol);
    await page.getByLabel('Search holdings by symbol or name').fill('');
    await page.getByLabel('Sector', { exact: true }).selectOption(one?.sector ?? '');
    expect((await symbols()).sort()).to.deep.equal(
      holdings
        .filter(({ sector }) => sector === one?.sector)
        .map(({ symbol }) => symbol)
        .sort(),
    );
    await page.getByLabel('Sector', { exact: true }).selectOption('');
    await page.getByLabel('Long or short').selectOption('short');
    expect((await symbols()).sort()).to.deep.equal(
      holdings
        .filter(({ quantity }) => quantity < 0)
        .map(({ symbol }) => symbol)
        .sort(),
    );
  });

  it('draws of thousands of holdings only those that are seen', async () => {
    await open('big');
    await page.locator('.holdings tbody tr[data-symbol]').first().waitFor();
    expect(await page.locator('.holdings').getAttribute('aria-rowcount')).to.equal(String(BIG + 1));
    expect((await symbols())[0]).to.equal(`S${BIG - 1}`);
    for (const place of [0, 0.5, 1]) {
      await page
        .locator('.holdings-box')
        .evaluate((box, part) => void (box.scrollTop = part * box.scrollHeight), place);
      const wanted = place === 0 ? `S${BIG - 1}` : place === 1 ? 'S0' : `S${BIG / 2}`;
      await page.locator(`tr[data-symbol="${wanted}"]`).waitFor();
      expect(await page.locator('.holdings tbody tr').count()).to.be.below(60);
    }
    expect(await page.locator('tr[data-symbol="S0"]').getAttribute('aria-rowindex')).to.equal(String(BIG + 1));
  });

  it('shows a trade that is made while it is open; not while it is paused', async () => {
    await open('paused');
    await page.locator('[data-trade="p1"]').waitFor();
    await market.trade(tradeOf({ id: 'p2', user: 'paused', time: LATER }));
    await page.locator('[data-trade="p2"]').waitFor();
    await page.locator('tr[data-symbol="IBM"]', { hasText: '20' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await market.trade(tradeOf({ id: 'p3', user: 'paused', time: LATER + 1 }));
    await page.getByText('1 new').waitFor();
    expect(await page.locator('[data-trade="p3"]').count()).to.equal(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('[data-trade="p3"]').waitFor();
    await page.locator('tr[data-symbol="IBM"]', { hasText: '30' }).waitFor();
  });

  it('says so of a user with only short positions, with none, and of nobody', async () => {
    await open('shorty');
    expect(await page.locator('tr[data-symbol="IBM"]').innerText())
      .to.contain('short')
      .and.contain('-10');
    expect((await tile('Market value'))?.startsWith('-')).to.equal(true);
    await open('done');
    await page.getByText('Nothing is held at the moment.').waitFor();
    await page.getByText('Nothing to divide yet.').waitFor();
    await open('nobody');
    await page.getByRole('heading', { name: 'No trades' }).waitFor();
    await market.trade(tradeOf({ id: 'n1', user: 'nobody', time: LATER + 5 }));
    await page.locator('[data-trade="n1"]').waitFor();
  });

  it('shows a hostile id as text', async () => {
    await open(EVIL);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).to.equal(`User ${EVIL}`);
    expect(await page.locator('img[src="x"]').count()).to.equal(0);
    await page.keyboard.press('/');
    await page.keyboard.type('<img');
    const users = page.getByRole('group', { name: 'Users' }).getByRole('option');
    await users.filter({ hasText: EVIL }).waitFor();
    expect(await users.first().innerText()).to.equal(EVIL);
    await page.keyboard.press('Escape');
    await open('"><script>alert(1)</script>');
    await page.getByRole('heading', { name: 'No trades' }).waitFor();
    expect(await page.locator('script:not([src])').count()).to.equal(0);
  });

  it('says what part of its gross cost a portfolio has gained, and of nothing no part', async () => {
    await open('hedged');
    const { unrealized, grossCost, cost } = await figures('hedged');
    expect([cost < 10_000n, grossCost > 100_000_000n]).to.deep.equal([true, true]);
    const detail = (): Promise<string> =>
      page.locator('.tile', { has: page.getByText('Unrealized P&L', { exact: true }) }).innerText();
    const part = ((Number(unrealized) / Number(grossCost)) * 100).toFixed(2);
    expect(await detail()).to.contain(`+${part}% of cost, long and short`);
    await open('done');
    expect(await detail())
      .to.contain('nothing with a price is held')
      .and.not.contain('%');
  });

  it('of a user who is called by dots alone opens, by a link, by search and again', async () => {
    for (const [user, symbol] of [
      ['..', 'DOT'],
      ['.', 'ONEDOT'],
    ] as const) {
      await open('u00');
      await page.keyboard.press('/');
      await page.keyboard.type(user);
      await page.getByRole('option', { name: user, exact: true }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: `User ${user}`, exact: true }).waitFor();
      await page.locator(`tr[data-symbol="${symbol}"]`).waitFor();
      await page.reload();
      await page.locator(`tr[data-symbol="${symbol}"]`).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Trades as CSV' }).click(),
      ]);
      expect(await readFile(await download.path(), 'utf8')).to.contain(`,${symbol},`);
    }
  });

  it('finds a user by keyboard alone', async () => {
    await open('u00');
    await page.keyboard.press('/');
    await page.keyboard.type('u1');
    const box = page.getByRole('combobox', { name: /^Find/ });
    await page.getByRole('group', { name: 'Users' }).getByRole('option', { name: 'u10' }).waitFor();
    await box.press('ArrowDown');
    const active = await box.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).innerText()).to.equal('u11');
    await box.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'User u11' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('no-such-user');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No trades' }).waitFor();
  });

  it('loops through users until it is told to stop', async () => {
    await open('u00');
    await page.getByRole('button', { name: 'Loop through users' }).click();
    await page.waitForURL((url) => url.pathname !== '/u/u00');
    await page.locator('.tiles').waitFor();
    await page.getByRole('button', { name: 'Stop the loop' }).click();
    expect(await page.getByRole('button', { name: 'Loop through users' }).getAttribute('aria-pressed')).to.equal(
      'false',
    );
  });

  it('gives holdings and trades as CSV', async () => {
    await open('u00');
    const { holdings } = await figures('u00');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Holdings as CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(download.suggestedFilename()).to.equal('holdings.csv');
    expect(lines.slice(1).map((line) => line.split(',')[0])).to.deep.equal(holdings.map(({ symbol }) => symbol));
  });
});
