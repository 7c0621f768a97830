import { formatMoney } from '@stockafolio/core';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { accountLine, accountRows, symbolsOf } from '../src/figures/account-line.js';
import { closesOf } from '../src/figures/day-closes.js';
import { beforeRange, performance, type Performance } from '../src/figures/performance.js';
import { generateTrades } from '../src/generator/trade-generator.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { byDay, tradeOf } from './traded.js';

/** The eighth session, in which all trades end. */
const LAST = '2026-01-12';
const SESSION = 6.5 * 3_600;

describe('the performance on a user’s page', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];

  before(async function () {
    this.timeout(60_000);
    const start = Date.UTC(2025, 11, 31, 14, 30);
    const trades = generateTrades({ ...{ trades: 4_000, users: 20, seed: 5, start }, rate: 4_000 / (7.6 * SESSION) });
    market = await liveMarket(
      [{ id: 'd', user: 'u01', kind: 'deposit', amount: 50_000_000_0000, time: start - 1 }, ...trades.next(4_000)],
      { running: byDay },
    );
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
    await panel().locator('.results').waitFor();
  };
  const panel = () => page.getByRole('region', { name: 'Performance' });
  const shown = async (name: string): Promise<string | null> =>
    panel()
      .locator('.results > div', { has: page.getByText(name, { exact: true }) })
      .locator('data')
      .getAttribute('value');

  /** By the tables and the laws alone. */
  const expected = async (user: string, range: '1W' | '1M' | 'YTD' | 'ALL'): Promise<Performance> => {
    const rows = await accountRows(market.tables, user);
    const closes = new Map(
      await Promise.all(symbolsOf(rows).map(async (each) => [each, await closesOf(market.tables, each)] as const)),
    );
    const { days, hasCash } = accountLine(rows, closes, LAST);
    return performance(days, beforeRange(range, LAST), () => undefined, hasCash);
  };
  const moneyOf = (amount: number | undefined): string => formatMoney(amount ?? Number.NaN);

  it('is profit by default, of a month: what the tables and the laws give', async () => {
    for (const user of ['u00', 'u01']) {
      await open(`/u/${user}`);
      const { points, timeWeighted, moneyWeighted } = await expected(user, '1M');
      const last = points.at(-1);
      expect(await shown('Profit')).to.equal(moneyOf(last?.profit));
      expect(await shown('Value')).to.equal(moneyOf(last?.value));
      expect(await shown('Invested')).to.equal(moneyOf(last?.invested));
      if (timeWeighted.kind === 'rate') expect(Number(await shown('Return'))).to.be.closeTo(timeWeighted.rate, 1e-12);
      if (moneyWeighted.kind === 'rate') {
        expect(Number(await shown('XIRR, a year'))).to.be.closeTo(moneyWeighted.rate, 1e-12);
      }
      expect(await panel().innerText()).to.match(
        user === 'u01' ? /^(?!.*Only trades are known)/s : /Only trades are known/,
      );
    }
  });

  it('has ranges and figures to choose, which are in the address', async () => {
    await open('/u/u01?range=1W');
    expect(await shown('Profit')).to.equal(moneyOf((await expected('u01', '1W')).points.at(-1)?.profit));
    await panel().getByRole('button', { name: 'YTD' }).click();
    await panel().getByRole('button', { name: 'Return' }).click();
    await page.waitForURL(/range=YTD/);
    await page.waitForURL(/measure=return/);
    const ofYear = await expected('u01', 'YTD');
    await panel()
      .locator(`data[value="${moneyOf(ofYear.points.at(-1)?.profit)}"]`)
      .waitFor();
    await page.reload();
    await panel().locator('.results').waitFor();
    expect(await panel().getByRole('button', { name: 'YTD' }).getAttribute('aria-pressed')).to.equal('true');
    expect(await shown('Profit')).to.equal(moneyOf(ofYear.points.at(-1)?.profit));
  });

  it('can be read at any day by keyboard, with the market beside it, and never falls to 0 at its end', async () => {
    await open('/u/u01?range=ALL&measure=value');
    const { points } = await expected('u01', 'ALL');
    const reader = panel().getByRole('slider');
    await reader.focus();
    for (const [key, point] of [
      ['End', points.at(-1)],
      ['ArrowLeft', points.at(-2)],
      ['Home', points[0]],
      ['ArrowRight', points[1]],
    ] as const) {
      await page.keyboard.press(key);
      const text = (await reader.getAttribute('aria-valuetext')) ?? '';
      const dollars = `$${Math.round(Number(formatMoney(point?.value ?? 0))).toLocaleString('en-US')}`;
      expect(text, key).to.contain(`Value ${dollars},`);
      if (point !== points[0]) expect(text).to.contain('S&P 500 $').and.contain('Invested $50,000,000');
    }
  });

  it('follows the tables', async () => {
    await open('/u/u01?range=ALL');
    await market.trade(tradeOf({ id: 'x', user: 'u01', quantity: 1, time: Date.UTC(2026, 0, 12, 20, 59) }));
    await page.reload();
    await panel().locator('.results').waitFor();
    expect(await shown('Profit')).to.equal(moneyOf((await expected('u01', 'ALL')).points.at(-1)?.profit));
  });

  it('fits on a phone, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await open('/u/u01', { viewport: { width: 360, height: 780 }, hasTouch: true, colorScheme });
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll('.results data, .area-day button, .area-day canvas')]
          .filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            const parent = element.closest('.results > div')?.getBoundingClientRect();
            return left < 0 || right > innerWidth || (parent !== undefined && right > parent.right + 1);
          })
          .map((element) => element.outerHTML.slice(0, 80)),
      );
      expect(outside).to.deep.equal([]);
    }
  });
});

describe('the performance, of a pipeline without results by day', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  before(async () => (market = await liveMarket([tradeOf({ id: '1' })])));
  after(() => market?.close());

  it('is the day alone, and how to get more', async () => {
    const page = await browser();
    await page.goto(`${market.url}/u/ann`);
    const day = page.getByRole('region', { name: 'Market value over the day' });
    await day.getByText('--app @stockafolio/example/with-days').waitFor();
    await day.locator('canvas').waitFor();
  });
});
