import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { firmFigures } from '../src/figures/firm-figures.js';
import { allQuotes } from '../src/figures/quotes.js';
import { formatMoney } from '@stockafolio/core';
import { violationsOf } from './accessibility.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { DAY, marketTrades } from './traded.js';

describe('the shell of the pages', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];

  before(async () => {
    market = await liveMarket(marketTrades(3_000));
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
    await page.locator('.panel, .message').first().waitFor();
  };
  const option = (name: string): ReturnType<Page['getByRole']> => page.getByRole('option', { name });
  const symbols = (): Promise<string[]> =>
    page.locator('tr[data-symbol]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-symbol') ?? ''));
  /** The address shows a setting a moment after it was chosen. */
  const search = (text: string): Promise<void> => page.waitForURL((url) => url.search === text);

  describe('the palette', () => {
    it('opens with /, goes to symbols, sectors and pages by keyboard alone, and gives the focus back', async () => {
      await open('/');
      const [first] = (await firmFigures(market.tables, DAY)).symbols;
      await page.getByRole('button', { name: 'Find a user or symbol' }).focus();
      await page.keyboard.press('/');
      await page.keyboard.type(first?.symbol.toLowerCase() ?? '');
      await option(first?.name ?? '').waitFor();
      await page.keyboard.press('Escape');
      expect(await page.evaluate(() => document.activeElement?.className)).to.contain('find');
      await page.keyboard.press('/');
      await page.keyboard.type(first?.symbol ?? '');
      await option(first?.name ?? '').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Symbols' }).waitFor();
      await page.locator(`tr[data-symbol="${first?.symbol}"]`).waitFor();
      expect(new URL(page.url()).search).to.equal(`?find=${first?.symbol}`);
      await page.keyboard.press('/');
      await page.keyboard.type('energ');
      await page.getByRole('group', { name: 'Sectors' }).getByRole('option', { name: 'Energy' }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\?sector=Energy$/);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('fir');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'The firm' }).waitFor();
    });

    it('does not take a / that is typed into a field, and can be kept from opening with it', async () => {
      await open('/symbols');
      await page.getByLabel('Search by symbol or name').focus();
      await page.keyboard.press('/');
      expect(await page.getByRole('dialog').count()).to.equal(0);
      expect(await page.getByLabel('Search by symbol or name').inputValue()).to.equal('/');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('do not open');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1 }).focus();
      await page.keyboard.press('/');
      expect(await page.getByRole('dialog').count()).to.equal(0);
      await page.reload();
      await page.getByRole('region', { name: 'Symbols traded' }).waitFor();
      await page.keyboard.press('/');
      expect(await page.getByRole('dialog').count()).to.equal(0);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      it(`has nothing that axe finds against WCAG 2.2 AA, ${colorScheme}`, async () => {
        await open('/', { bypassCSP: true, colorScheme });
        await page.keyboard.press('/');
        await page.getByRole('group', { name: 'Sectors' }).getByRole('option', { name: 'Energy' }).waitFor();
        expect(await violationsOf(page)).to.deep.equal([]);
      });
    }
  });

  it('lists all symbols of the day, with the figures of the tables', async () => {
    await open('/symbols');
    const firm = await firmFigures(market.tables, DAY);
    const quotes = await allQuotes(market.tables);
    const [first] = firm.symbols;
    expect(await page.locator('.symbols').getAttribute('aria-rowcount')).to.equal(String(firm.symbols.length + 1));
    const shown = await symbols();
    expect(shown).to.deep.equal(firm.symbols.slice(0, shown.length).map(({ symbol }) => symbol));
    const amounts = await page
      .locator(`tr[data-symbol="${first?.symbol}"] data`)
      .evaluateAll((found) => found.map((data) => (data as HTMLDataElement).value));
    expect(amounts).to.deep.equal([
      formatMoney(first?.value ?? 0),
      formatMoney(quotes.get(first?.symbol ?? '')?.price ?? 0),
    ]);
  });

  it('keeps sorts, filters and ranges in the address, where a reload, a link and the way back find them', async () => {
    await open('/symbols');
    await page.getByRole('button', { name: 'Trades' }).click();
    await page.getByLabel('Sector', { exact: true }).selectOption('Energy');
    await search('?sort=-trades&sector=Energy');
    const before = await symbols();
    await page.reload();
    await page.locator('tr[data-symbol]').first().waitFor();
    expect(await symbols()).to.deep.equal(before);
    await page.getByRole('button', { name: 'Trades' }).click();
    await search('?sort=trades&sector=Energy');
    expect(await symbols()).to.not.deep.equal(before);
    await page.getByRole('link', { name: 'Firm', exact: true }).click();
    await page.getByRole('button', { name: '30 min' }).click();
    await page.getByRole('button', { name: 'Shares', exact: true }).click();
    await page.getByRole('button', { name: 'Table' }).click();
    await search('?range=30min&traders=shares&sectors=table');
    await page.getByLabel('Day', { exact: true }).selectOption(DAY);
    await search(`?range=30min&traders=shares&sectors=table&day=${DAY}`);
    await page.locator('.panel').first().waitFor();
    for (const name of ['30 min', 'Shares', 'Table'])
      expect(await page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed'), name).to.equal('true');
    await page.goBack();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Symbols' }).waitFor();
    expect(new URL(page.url()).search).to.equal('?sort=trades&sector=Energy');
  });

  it('takes a setting that does not exist as the default', async () => {
    await open('/?range=forever&traders=none&sectors=%E0%A4');
    for (const name of ['Day', 'Value', 'Ring'])
      expect(await page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed'), name).to.equal('true');
  });

  it('is dark before the first paint for those who want that', async () => {
    page = await browser({ colorScheme: 'dark' });
    complaints = complaintsOf(page);
    // What has to be loaded later never comes: only what is there before the first paint decides.
    await page.route(/index-.*\.js$/, () => undefined);
    await page.goto(market.url, { waitUntil: 'commit' });
    await page.waitForFunction(() => document.documentElement.dataset['theme'] !== undefined);
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('dark');
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(12, 18, 23)');
  });

  it('prints on light paper, with all rows and without controls', async () => {
    await open('/symbols', { colorScheme: 'dark' });
    const { symbols: all } = await firmFigures(market.tables, DAY);
    await page.locator('tr[data-symbol]').first().waitFor();
    await page.evaluate(() => {
      addEventListener('beforeprint', () =>
        queueMicrotask(() =>
          setTimeout(() => {
            document.documentElement.dataset['printed'] = `${document.querySelectorAll('tr[data-symbol]').length}`;
          }),
        ),
      );
      dispatchEvent(new Event('beforeprint'));
    });
    await page.locator(`html[data-theme="light"][data-printed="${all.length}"]`).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.top').isVisible()).to.equal(false);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await page.locator('html[data-theme="dark"]').waitFor();
  });

  it('shows bars, dots and what is chosen in the colours that a system forces', async () => {
    await open('/', { forcedColors: 'active' });
    const bar = page.locator('.bar').first();
    const color = (element: typeof bar): Promise<string> =>
      element.evaluate((found) => getComputedStyle(found).backgroundColor);
    expect(await color(bar)).to.not.equal(await color(page.locator('.panel').first()));
    const outline = (name: string): Promise<string> =>
      page.getByRole('button', { name, exact: true }).evaluate((found) => getComputedStyle(found).outlineStyle);
    expect([await outline('Ring'), await outline('Table')]).to.deep.equal(['solid', 'none']);
  });

  it('writes numbers, and times beside New York’s, as it is done where the visitor is', async () => {
    await open('/', { locale: 'de-DE', timezoneId: 'Europe/Berlin' });
    const { total } = await firmFigures(market.tables, DAY);
    const tiles = (await page.locator('.tiles').innerText()).replaceAll('\u00a0', ' ');
    expect(tiles).to.contain(
      `${Number(total.value / 10_000n)
        .toLocaleString('de-DE')
        .slice(0, -1)}`,
    );
    expect(tiles)
      .to.contain('3.000')
      .and.match(/5\. Jan\.?, \d\d:\d\d:\d\d in Berlin/);
    const time = page.locator('.tile time').first();
    const at = new Date((await time.getAttribute('datetime')) ?? 0);
    expect(await time.innerText()).to.contain(at.toLocaleTimeString('en-GB', { timeZone: 'America/New_York' }));
    await open('/', { timezoneId: 'America/New_York' });
    expect(await page.locator('.tiles').innerText()).to.not.match(/:\d\d in /);
  });

  it('says so where a page cannot be loaded, and goes on elsewhere', async () => {
    page = await browser();
    const gone = complaintsOf(page);
    await page.goto(`${market.url}/symbols`);
    await page.getByRole('region', { name: 'Symbols traded' }).waitFor();
    await page.route(/firm-page-.*\.js$/, (route) => route.abort());
    await page.getByRole('link', { name: 'Firm', exact: true }).click();
    await page.getByRole('alert').getByText('This page has failed').waitFor();
    await page.getByRole('link', { name: 'Symbols' }).click();
    await page.getByRole('region', { name: 'Symbols traded' }).waitFor();
    expect(gone.length).to.be.greaterThan(0);
    complaints = [];
  });
});
