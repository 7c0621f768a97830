import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { compareClose } from '../src/commands/compare-close.js';
import { firmFigures } from '../src/figures/firm-figures.js';
import { portfolio } from '../src/pipeline.js';
import { userTotals } from '../src/tables.js';
import { overflowOf, violationsOf } from './accessibility.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { DAY, marketTrades, OPENING, traded, tradeOf } from './traded.js';

const TRADES = 2_000;
const CLOSED = 1_500;

describe('the page of the close', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];

  before(async () => {
    market = await liveMarket(marketTrades(TRADES), { closeAfter: CLOSED });
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
    await page.locator('.panel').first().waitFor();
  };
  const table = (name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name, exact: true });
  const badge = (): ReturnType<Page['locator']> => page.locator('.twin-badge');

  it('says that nothing was compared yet, on the pages of the firm and of the pipeline', async () => {
    for (const path of ['/', '/pipeline', '/close']) {
      await open(path);
      await badge().waitFor();
      expect(await badge().innerText()).to.contain('not compared yet');
    }
  });

  it('shows each figure of the close, its live twin, the difference, and the rows that both come from', async () => {
    await open(`/close?day=${DAY}`);
    const firm = await firmFigures(market.tables, DAY);
    const figures = table('The figures of the close, table');
    const all = await figures.locator('tbody tr').first().locator('td').allInnerTexts();
    expect(all.slice(3)).to.deep.equal(['2,000', '1,500', '500']);
    const [sector] = firm.sectors;
    await figures.getByRole('button', { name: sector?.sector ?? '' }).click();
    const rows = table(`Rows of ${sector?.sector}`);
    await rows.waitFor();
    const keys = await rows.locator('tbody th').allInnerTexts();
    expect(keys[0]).to.contain(`${DAY}, ${sector?.sector}, `);
    await page.getByRole('button', { name: 'Symbols' }).click();
    await figures.getByRole('button', { name: firm.symbols[0]?.symbol ?? '', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).to.equal('/close');
  });

  it('shows what a comparison has found, and that it is older once more was written', async () => {
    await compareClose(portfolio, market.tables, market.tables, Date.now());
    await open('/');
    await badge().getByText('equal', { exact: true }).waitFor();
    await badge().click();
    await page.getByRole('heading', { level: 1, name: 'The close' }).waitFor();
    await table('Compared tables').getByText('trades_by_user').waitFor();

    const { tables: expected } = await traded(marketTrades(TRADES));
    for await (const { values } of expected.scanAll(userTotals, { limit: 1 }))
      await expected.write([{ table: userTotals, values: values.slice(0, 1), version: 2 ** 52, deleted: true }]);
    await compareClose(portfolio, market.tables, expected, Date.now());
    await market.trade(tradeOf({ id: 'since', time: OPENING + 10_800_000 }));
    await open('/close');
    await page.locator('.twin-differs').waitFor();
    await table('Differences, table').getByText('extra').first().waitFor();
    await page.locator('.twin-facts').getByText('1 message since').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds against WCAG 2.2 AA, and fits a phone, ${colorScheme}`, async () => {
      await open(`/close?day=${DAY}`, { bypassCSP: true, colorScheme });
      await table('The figures of the close, table').getByRole('button').first().click();
      await page.locator('.area-twin-rows table').waitFor();
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await violationsOf(page)).to.deep.equal([]);
        expect(await overflowOf(page), `at ${width}`).to.equal(0);
      }
    });
  }
});
