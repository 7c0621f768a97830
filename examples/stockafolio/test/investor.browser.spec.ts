import { formatMoney } from '@stockafolio/core';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { portfolioFigures, type PortfolioFigures } from '../src/figures/portfolio-figures.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { DAY, marketTrades, OPENING, tradeOf } from './traded.js';

const FRIDAY = OPENING - 3 * 86_400_000;
const LATER = OPENING + 10_900_000;

describe('what an investor sees', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[];

  before(async () => {
    // Friday has other prices than Monday, so that every close differs from Monday's first price.
    const friday = marketTrades(2_000, 20, 3).map((trade) => ({
      ...trade,
      ...{ id: `f${trade.id}`, time: trade.time - (OPENING - FRIDAY), price: trade.price + 1_0000 },
    }));
    market = await liveMarket([
      ...friday,
      ...marketTrades(3_000, 20),
      tradeOf({ id: 'o1', user: 'old', symbol: 'OLDEST', time: OPENING - 40 * 86_400_000, price: 10_0000 }),
      tradeOf({ id: 'o2', user: 'bob', symbol: 'OLDEST', price: 12_0000 }),
    ]);
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (user: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(`${market.url}/u/${user}`);
    await page.locator('.tiles').waitFor();
  };
  const figures = async (user: string): Promise<PortfolioFigures> => {
    const found = await portfolioFigures(market.tables, user, 8, DAY);
    if (found === undefined) throw new Error(`no user ${user}`);
    return found;
  };
  const tile = (label: string) => page.locator('.tile', { has: page.getByText(label, { exact: true }) });

  it('is the day’s P&L in dollars and per cent since the close, which adds up where it is explained', async () => {
    await open('u00');
    const { day } = await figures('u00');
    expect(day.fromClose).to.be.greaterThan(5);
    expect(await tile('Day’s P&L').locator('data').getAttribute('value')).to.equal(formatMoney(day.gain ?? 0n));
    const part = ((Number(day.gain) / Number(day.atStake)) * 100).toFixed(2);
    expect(await tile('Day’s P&L').innerText())
      .to.contain(`${part}%`)
      .and.contain('since the close of Jan 2');
    const button = page.getByRole('button', { name: 'About: Day’s P&L' });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Day’s P&L' });
    await dialog.waitFor();
    const [now, before, bought, sold, gain] = await dialog
      .locator('data')
      .evaluateAll((found) => found.map((data) => BigInt((data as HTMLDataElement).value.replace('.', ''))));
    expect([now, before, bought, sold, gain]).to.deep.equal([day.now, day.before, day.bought, day.sold, day.gain]);
    expect(gain).to.equal((now ?? 0n) - (before ?? 0n) - (bought ?? 0n) + (sold ?? 0n));
    expect(await dialog.innerText())
      .to.contain(`From ${day.trades} trades of the day`)
      .and.match(/Exact up to \d\d:\d\d:\d\d in New York, Mon, Jan 5, 2026/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await button.evaluate((element) => element === document.activeElement), 'the focus is back').to.equal(true);
  });

  it('explains every figure of every tile', async () => {
    for (const path of ['/u/u00', '/']) {
      await open('u00');
      await page.goto(market.url + path);
      await page.locator('.tile').first().waitFor();
      const labels = await page.locator('.tile dt > span').allInnerTexts();
      expect(labels.length).to.be.greaterThan(4);
      for (const label of labels) {
        await page.getByRole('button', { name: `About: ${label}`, exact: true }).click();
        const opened = page.locator('.explanation:popover-open', { hasText: 'From ' });
        expect((await opened.innerText()).length, label).to.be.greaterThan(60);
        await page.keyboard.press('Escape');
      }
    }
  });

  it('is told where no close is known', async () => {
    await open('old');
    expect(await tile('Day’s P&L').locator('data').getAttribute('value')).to.equal('0.0000');
    expect(await tile('Day’s P&L').innerText()).to.contain('since the day’s first prices: no close is known');
  });

  it('is a map of the holdings, from sectors to symbols, by pointer and by keyboard', async () => {
    await open('u00');
    const { holdings, sectors } = await figures('u00');
    const map = page.getByRole('group', { name: /^Map of holdings/ });
    const shown = await map.locator('a').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-symbol')));
    expect(shown.sort()).to.deep.equal(holdings.map(({ symbol }) => symbol).sort());
    const areas = await map
      .locator('a')
      .evaluateAll((cells) =>
        cells.map((cell) => [cell.getAttribute('data-symbol'), cell.clientWidth * cell.clientHeight] as const),
      );
    const largest = [...areas].sort((a, b) => b[1] - a[1])[0];
    expect(holdings.slice(0, 3).map(({ symbol }) => symbol)).to.include(largest?.[0]);
    const [first] = sectors;
    await map.getByRole('button', { name: new RegExp(`^${first?.sector}`) }).click();
    const ofSector = holdings.filter(({ sector }) => sector === first?.sector);
    await page
      .getByRole('region', { name: 'Holdings' })
      .getByText(`${ofSector.length} of ${holdings.length}`)
      .waitFor();
    expect(await map.locator('a').count()).to.equal(ofSector.length);
    const within = (): Promise<boolean> => page.evaluate(() => document.activeElement?.closest('.treemap') !== null);
    expect(await within(), 'the focus stays in the map').to.equal(true);
    await page.getByRole('region', { name: 'Map of holdings' }).getByRole('button', { name: 'All sectors' }).click();
    await map.getByRole('button').first().waitFor();
    expect(await within()).to.equal(true);
    await page
      .getByRole('region', { name: 'Sectors' })
      .getByRole('button', { name: first?.sector ?? '' })
      .click();
    expect(await map.locator('a').count()).to.equal(ofSector.length);
    // One stop for Tab; from there by arrow keys.
    expect(await map.locator('[tabindex="0"]').count()).to.equal(1);
    await map.locator('[tabindex="0"]').focus();
    await page.keyboard.press('End');
    const symbol = await page.evaluate(() => document.activeElement?.getAttribute('data-symbol'));
    expect(ofSector.map((holding) => holding.symbol)).to.include(symbol);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: symbol ?? '', exact: true }).waitFor();
  });

  it('is a list of cards on a phone, with nothing outside of the screen', async () => {
    await open('u00', { viewport: { width: 360, height: 780 }, hasTouch: true });
    const { holdings } = await figures('u00');
    const cards = page.getByRole('list', { name: 'Holdings' }).getByRole('listitem');
    expect(await cards.count()).to.equal(Math.min(10, holdings.length));
    const [first] = [...holdings].sort((a, b) => Number((b.marketValue ?? 0n) - (a.marketValue ?? 0n)));
    const card = cards.first();
    const values = await card.locator('data').evaluateAll((all) => all.map((data) => (data as HTMLDataElement).value));
    expect(values).to.deep.equal([first?.marketValue, first?.unrealized].map((n) => formatMoney(n ?? 0)));
    await card.locator('.sparkline polyline[points*=","]').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: /more of/ }).click();
    expect(await cards.count()).to.equal(Math.min(20, holdings.length));
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('.tile-figure, .tile-detail, .card data, .card a, .plot canvas, .cell')]
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 0 && (left < 0 || right > innerWidth);
        })
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(outside).to.deep.equal([]);
    await page.getByLabel('Sort by').selectOption('symbol');
    expect(await cards.first().locator('b').innerText()).to.equal(holdings.map(({ symbol }) => symbol).sort()[0]);
    await cards.first().click();
    await page.waitForURL('**/symbols/**');
  });

  it('is a chart whose every moment can be read by keyboard, and which never shows a minute that is not over', async () => {
    await open('u00');
    const reader = page.getByRole('region', { name: 'Market value over the day' }).getByRole('slider');
    await reader.focus();
    await page.keyboard.press('End');
    const { marketValue } = await figures('u00');
    const whole = Math.round(Number(formatMoney(marketValue))).toLocaleString('en-US');
    expect((await reader.getAttribute('aria-valuetext'))?.replace('-', '')).to.contain(whole.replace('-', ''));
    await page.keyboard.press('Home');
    expect(await reader.getAttribute('aria-valuetext')).to.contain('09:30');

    await page.goto(market.url);
    const minutes = page.getByRole('region', { name: 'Trades and value by minute' }).getByRole('slider');
    await minutes.focus();
    const last = await minutes.getAttribute('aria-valuetext');
    // One trade of a new minute: it is not drawn before that minute is over.
    await market.trade(tradeOf({ id: 'l1', user: 'late', time: LATER + 60_000 }));
    await page.locator('.tile', { hasText: 'Trades' }).locator('.tile-figure', { hasText: '3,002' }).waitFor();
    await page.keyboard.press('End');
    expect(await minutes.getAttribute('aria-valuetext')).to.not.contain('Trades 1,');
    await market.trade(tradeOf({ id: 'l2', user: 'late', time: LATER + 3 * 60_000 }));
    await page.locator('.tile', { hasText: 'Trades' }).locator('.tile-figure', { hasText: '3,003' }).waitFor();
    await page.keyboard.press('End');
    expect(await minutes.getAttribute('aria-valuetext'), `after ${last}`).to.contain('Trades 1,');
  });
});
