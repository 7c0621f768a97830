import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { firmFigures } from '../src/figures/firm-figures.js';
import { formatMoney } from '@stockafolio/core';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { DAY, marketTrades, OPENING, tradeOf } from './traded.js';

const TRADES = 4_000;
const CLOSED = 3_000;

describe('the firm’s page', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[];

  before(async function () {
    const before = marketTrades(500, 20, 3).map((t) => ({ ...t, id: `b${t.id}`, time: t.time - 3 * 86_400_000 }));
    market = await liveMarket([...before, ...marketTrades(TRADES)], { closeAfter: 500 + CLOSED });
  });
  after(() => market?.close());
  beforeEach(async () => {
    page = await browser();
    complaints = complaintsOf(page);
    await page.goto(market.url);
    await page.getByRole('heading', { name: 'Top traders' }).waitFor();
  });
  afterEach(() => expect(complaints).to.deep.equal([]));

  const panel = (name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name, exact: true });
  const amounts = (name: string, column: number): Promise<string[]> =>
    panel(name)
      .first()
      .locator(`tbody tr > :nth-child(${column}) data`)
      .evaluateAll((found) => found.map((data) => (data as HTMLDataElement).value));
  const names = (name: string): Promise<string[]> => panel(name).first().locator('tbody th').allInnerTexts();

  it('shows the figures that are in the tables', async () => {
    const firm = await firmFigures(market.tables, DAY);
    const tiles = page.locator('.tiles');
    expect(await tiles.locator('data').first().getAttribute('value')).to.equal(formatMoney(firm.total.value));
    expect(await tiles.innerText()).to.contain(firm.total.trades.toLocaleString('en-US'));
    expect(await names('Top traders')).to.deep.equal(firm.traders.slice(0, 20).map(({ user }) => user));
    expect(await amounts('Top traders', 3)).to.deep.equal(
      firm.traders.slice(0, 20).map(({ value }) => formatMoney(value)),
    );
    expect((await names('Most traded symbols')).map((text) => text.split('\n')[0])).to.deep.equal(
      firm.symbols.slice(0, 20).map(({ symbol }) => symbol),
    );
    expect(await amounts('Most traded symbols', 3)).to.deep.equal(
      firm.symbols.slice(0, 20).map(({ value }) => formatMoney(value)),
    );
    const moves = await panel('Biggest moves').first().locator('tbody tr > :nth-child(4)').allInnerTexts();
    const sizes = moves.map((text) => Math.abs(Number(text.replace('%', ''))));
    expect(sizes).to.have.length(20);
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => b - a));
  });

  it('ranks the traders by value, shares or trades, and opens the one that is clicked', async () => {
    await panel('Top traders').first().getByRole('button', { name: 'Trades' }).click();
    const counts = await panel('Top traders').first().locator('tbody tr > :nth-child(5)').allInnerTexts();
    const trades = counts.map((text) => Number(text.replaceAll(',', '')));
    expect(trades).to.deep.equal([...trades].sort((a, b) => b - a));
    const first = (await names('Top traders'))[0] ?? '';
    await page.getByRole('link', { name: first, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: `User ${first}` }).waitFor();
    expect(new URL(page.url()).pathname).to.equal(`/u/${first}`);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'The firm' }).waitFor();
  });

  it('shows the sectors as a ring, and as a table for those who cannot see it', async () => {
    const firm = await firmFigures(market.tables, DAY);
    const sectors = panel('Most traded sectors');
    expect(await sectors.getByRole('img').getAttribute('aria-label')).to.contain(firm.sectors[0]?.sector);
    await sectors.getByRole('button', { name: 'Table' }).click();
    const rows = sectors.locator('tbody tr');
    expect(await rows.locator('th').allInnerTexts()).to.deep.equal(firm.sectors.map(({ sector }) => sector));
    expect(
      await rows.locator('data').evaluateAll((found) => found.map((data) => (data as HTMLDataElement).value)),
    ).to.deep.equal(firm.sectors.map(({ value }) => formatMoney(value)));
  });

  it('draws the minutes of the day, with the opening and the close', async () => {
    const firm = await firmFigures(market.tables, DAY);
    const most = Math.max(...firm.minutes.map(({ trades }) => trades));
    const chart = panel('Trades and value by minute').getByRole('img');
    const label = await chart.getAttribute('aria-label');
    expect(label).to.contain(`: ${most}`).and.contain('open 09:30').and.contain('close 16:00');
    expect(await chart.locator('canvas').count()).to.equal(1);
  });

  it('shows the close beside the live figures, each with what it is exact up to', async () => {
    const close = panel('The close beside the live figures').first();
    const all = close.locator('tbody tr').first();
    expect(await all.locator('td').allInnerTexts()).to.satisfy(
      (cells: string[]) => cells[3] === CLOSED.toLocaleString('en-US'),
    );
    expect((await all.locator('td').allInnerTexts())[1]).to.equal(TRADES.toLocaleString('en-US'));
    const times = await close
      .locator('thead time')
      .evaluateAll((found) => found.map((t) => t.getAttribute('datetime')));
    expect(times).to.have.length(2);
    expect(Date.parse(times[1] ?? '')).to.be.below(Date.parse(times[0] ?? ''));
  });

  it('shows another day when it is chosen', async () => {
    const days = page.getByLabel('Day', { exact: true });
    await days.locator('option[value="2026-01-02"]').waitFor({ state: 'attached' });
    await days.selectOption('2026-01-02');
    await page.getByText('Fri, Jan 2, 2026', { exact: true }).first().waitFor();
    expect(new URL(page.url()).search).to.equal('?day=2026-01-02');
    expect(await page.locator('.tiles').innerText()).to.contain('500');
  });

  it('shows of a past day nothing of what goes on today: no rate, no lag, and not that it is live', async () => {
    await page.goto(`${market.url}/?day=2026-01-02`);
    await page.locator('.status-past').waitFor();
    const text = await page.locator('.tiles').innerText();
    expect(text).to.contain('is over');
    expect(text).to.not.match(/rate|newest trade|behind|ahead|lag/i);
    expect(await page.locator('.status').innerText()).to.equal('A past day');
    await page.goto(`${market.url}/?day=2026-01-06`);
    await page.getByText('has no trades yet').waitFor();
    expect(await page.locator('.tiles').innerText()).to.not.match(/rate|newest trade|behind/i);
  });

  for (const [what, path] of [
    ['a day that does not exist', '/?day=2026-02-31'],
    ['a day that is no day', '/?day=garbage'],
    ['no day at all', '/?day='],
    ['a day of no table', '/?day=9999-12-31'],
  ] as const) {
    it(`for ${what} says what is wrong, and how to go on`, async () => {
      await page.goto(market.url + path);
      const message = page.locator('.message');
      await message.waitFor();
      expect(await message.innerText()).to.match(/day/i);
      await page.getByLabel('Day', { exact: true }).locator(`option[value="${DAY}"]`).waitFor({ state: 'attached' });
      await page.getByLabel('Day', { exact: true }).selectOption(DAY);
      await page.getByRole('heading', { name: 'Top traders' }).waitFor();
      await page.goto(market.url + path);
      await page.getByRole('link', { name: "To the firm's page" }).click();
      await page.getByRole('heading', { name: 'Top traders' }).waitFor();
      complaints = complaints.filter((line) => !line.includes('status of 400'));
    });
  }

  it('an address that cannot be read is a page too', async () => {
    for (const path of ['/u/%E0%A4%A', '/nowhere', `/u/${'x'.repeat(2_000)}`]) {
      await page.goto(market.url + path);
      await page.locator('.message').waitFor();
      await page.getByRole('link', { name: "To the firm's page" }).click();
      await page.getByRole('heading', { name: 'Top traders' }).waitFor();
    }
    complaints = complaints.filter((line) => !/status of 4(00|04|14)/.test(line));
  });

  it('shows a trade that is made while it is open, and that trades come', async () => {
    await market.trade(
      tradeOf({ id: 'giant', user: 'whale', quantity: 1_000_000, price: 900_0000, time: OPENING + 10_800_000 }),
    );
    await page.getByRole('link', { name: 'whale' }).waitFor();
    const [first] = await names('Top traders');
    expect(first).to.equal('whale');
    expect(await page.locator('.status').innerText())
      .to.contain('Live')
      .and.contain('Last updated');
  });
});
