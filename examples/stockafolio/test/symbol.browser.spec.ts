import { formatMoney } from '@stockafolio/core';
import { formatRow } from '@stockafolio/core/ports';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { positions } from '../src/tables.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { OPENING, tradeOf } from './traded.js';

const FRIDAY = OPENING - 3 * 86_400_000;
const MINUTE = 60_000;

describe('the page of a symbol', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[];

  before(async () => {
    market = await liveMarket([
      tradeOf({ id: 'f1', time: FRIDAY, price: 100_0000, quantity: 8 }),
      tradeOf({ id: 'f2', time: FRIDAY + MINUTE, symbol: 'KO', price: 50_0000, quantity: 4 }),
      tradeOf({ id: 'm1', time: OPENING, price: 101_0000, quantity: 2.5 }),
      tradeOf({ id: 'm2', time: OPENING + 12 * MINUTE, price: 103_0000, quantity: 3, side: 'sell' }),
      tradeOf({ id: 'm3', time: OPENING + 25 * MINUTE, price: 104_1234, user: 'bob' }),
      tradeOf({ id: 'c1', time: FRIDAY + 1, user: 'closed' }),
      tradeOf({ id: 'c2', time: OPENING + 1, user: 'closed', side: 'sell', price: 102_0000 }),
      tradeOf({ id: 'd1', user: '..', symbol: '..' }),
    ]);
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
    await page.locator('.tiles, .message').first().waitFor();
  };
  const tile = (label: string) => page.locator('.tile', { has: page.getByText(label, { exact: true }) });
  const amount = (label: string): Promise<string | null> =>
    tile(label).locator('.tile-figure data').getAttribute('value');
  /** A position as `tables get` prints it. */
  const printed = async (user: string, symbol: string): Promise<Readonly<Record<string, unknown>>> => {
    const found = await market.tables.get(positions, [user, symbol]);
    return JSON.parse(formatRow(positions, found?.values ?? [])) as Readonly<Record<string, unknown>>;
  };

  it('shows the position that `tables get` prints, at the latest price', async () => {
    await open('/u/ann/symbols/IBM');
    const { quantity, cost, realized } = await printed('ann', 'IBM');
    expect(quantity).to.equal(7.5);
    expect(await tile('Shares').locator('.tile-figure').innerText()).to.equal(String(quantity));
    expect(await amount('Realized P&L')).to.equal(realized);
    expect(await tile('Average cost').locator('.tile-detail data').getAttribute('value')).to.equal(cost);
    const [value, paid] = [781_0000n - 745n, BigInt(String(cost).replace('.', ''))];
    expect(await amount('Last price')).to.equal('104.1234');
    expect(await amount('Market value')).to.equal('780.9255');
    expect(await amount('Unrealized P&L')).to.equal(formatMoney(value - paid));
    // 8 held at a close of 100; 2.5 bought at 101, 3 sold at 103.
    expect(await amount('Day’s P&L')).to.equal(formatMoney(value - 800_0000n - 252_5000n + 309_0000n));
    expect(await tile('Last price').innerText()).to.contain('+4.12% since the close of Jan 2');
    expect(await tile('Market value').innerText()).to.contain('79.61% of the portfolio');
    const trades = page.locator('.trades tbody tr');
    expect(await trades.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-trade')))).to.deep.equal([
      ...['m2', 'm1', 'f1'],
    ]);
  });

  it('charts the day, the week and the year, with its trades, and follows the market', async () => {
    await open('/u/ann/symbols/IBM');
    const chart = page.getByRole('region', { name: 'Price' }).getByRole('img');
    await page.getByRole('img', { name: /\$104\.1234 at 09:55, 2 trades marked/ }).waitFor();
    expect(await chart.getAttribute('aria-label')).to.contain('open 09:30');
    const reader = page.getByRole('region', { name: 'Price' }).getByRole('slider');
    await reader.focus();
    await page.keyboard.press('Home');
    expect(await reader.getAttribute('aria-valuetext')).to.equal(
      // Somebody else's trade is the newest of these ten minutes.
      'New York 09:30, Price $102.00, Your trades bought 2.5',
    );
    await page.keyboard.press('ArrowRight');
    expect(await reader.getAttribute('aria-valuetext'))
      .to.contain('09:42')
      .and.contain('sold 3');
    expect(await page.getByRole('region', { name: 'Price' }).locator('.u-legend').innerText()).to.contain('$103.00');
    for (const [span, points] of [
      ['Week', 4],
      ['Year', 2],
    ] as const) {
      await page.getByRole('button', { name: span }).click();
      await page.getByRole('img', { name: /3 trades marked/ }).waitFor();
      expect(await reader.getAttribute('aria-valuemax'), span).to.equal(String(points - 1));
    }
    await page.getByRole('button', { name: 'Day', exact: true }).click();
    await market.trade(tradeOf({ id: 'm4', time: OPENING + 40 * MINUTE, price: 105_0000, quantity: 1 }));
    await page.getByRole('img', { name: /\$105\.00 at 10:10, 3 trades marked/ }).waitFor();
    await page.locator('[data-trade="m4"]').waitFor();
    expect(await tile('Shares').locator('.tile-figure').innerText()).to.equal('8.5');
  });

  it('is opened from the holdings, the map and the trades, and leads back', async () => {
    for (const link of ['.holdings a', '.treemap a', '.trades a']) {
      await open('/u/ann');
      await page.locator(link, { hasText: 'KO' }).click();
      await page.waitForURL('**/u/ann/symbols/KO');
      await page.getByRole('heading', { level: 1, name: 'KO' }).waitFor();
      await page.getByText('was not traded on this day').waitFor();
      await page.getByRole('link', { name: 'Portfolio of ann' }).click();
      await page.getByRole('heading', { level: 1, name: 'User ann' }).waitFor();
    }
  });

  it('shows a closed position, says so of one that never was, and shows it when it begins', async () => {
    await open('/u/closed/symbols/IBM');
    expect(await tile('Shares').innerText()).to.contain('all are closed');
    expect(await amount('Realized P&L')).to.equal('20.0000');
    expect(await amount('Day’s P&L')).to.equal('20.0000');
    await open('/u/closed/symbols/NEW');
    await page.getByRole('heading', { name: 'No trades of this symbol' }).waitFor();
    await market.trade(tradeOf({ id: 'n1', user: 'closed', symbol: 'NEW', time: OPENING + 41 * MINUTE }));
    await page.locator('[data-trade="n1"]').waitFor();
  });

  it('opens whatever user and symbol are called', async () => {
    await open('/u/=..');
    await page.locator('.holdings a', { hasText: '..' }).click();
    await page.getByRole('heading', { level: 1, name: '..', exact: true }).waitFor();
    await page.locator('[data-trade="d1"]').waitFor();
    await page.reload();
    await page.locator('[data-trade="d1"]').waitFor();
  });
});
