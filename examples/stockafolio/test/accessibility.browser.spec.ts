import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { overflowOf, violationsOf } from './accessibility.js';
import { useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { accountOf, byDay, marketTrades, tradeOf } from './traded.js';

const pages = {
  ...{ firm: '/', 'a day to come': '/?day=2026-01-06', 'no such day': '/?day=2026-02-31' },
  ...{ symbols: '/symbols', user: '/u/u00', unknown: '/u/nobody', nothing: '/nowhere' },
  ...{ account: '/u/holder', statement: '/u/holder/statement' },
  ...{ 'a day of an account': '/u/holder?range=1D&measure=value' },
  ...{ symbol: '/u/u00/symbols/ZZZ', 'a symbol never traded': '/u/u00/symbols/NONE' },
};

describe('both pages, for everybody', () => {
  const browser = useBrowser();
  let market: LiveMarket;

  before(async () => {
    market = await liveMarket(
      [...marketTrades(2_000), tradeOf({ id: 's', user: 'u00', symbol: 'ZZZ', side: 'sell' }), ...accountOf('holder')],
      { closeAfter: 1_000, running: byDay },
    );
  });
  after(() => market?.close());

  const open = async (path: string, options: Parameters<typeof browser>[0]): Promise<Page> => {
    const page = await browser({ bypassCSP: true, ...options });
    await page.goto(market.url + path);
    await page.locator('.panel, .message').first().waitFor();
    return page;
  };
  for (const [name, path] of Object.entries(pages)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`axe finds nothing against WCAG 2.2 AA: ${name}, ${colorScheme}`, async () => {
        const page = await open(path, { colorScheme });
        expect(await violationsOf(page)).to.deep.equal([]);
        for (const table of await page.getByRole('button', { name: 'Table' }).all()) await table.click();
        expect(await violationsOf(page), 'with tables').to.deep.equal([]);
        const explain = page.locator('.explain').first();
        if ((await explain.count()) > 0) {
          await explain.click();
          await page.locator('.explanation:popover-open').waitFor();
          expect(await violationsOf(page), 'with an explanation').to.deep.equal([]);
          await page.keyboard.press('Escape');
        }
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await violationsOf(page), 'on a phone').to.deep.equal([]);
      });
    }
  }

  it('fit every width from a phone to a wide screen', async () => {
    for (const path of Object.values(pages)) {
      const page = await open(path, {});
      for (const width of [320, 360, 390, 768, 1024, 1440, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflowOf(page), `${path} at ${width}`).to.equal(0);
      }
    }
  });

  it('move nothing for those who asked for it', async () => {
    const page = await open('/', { reducedMotion: 'reduce' });
    expect(await page.evaluate(() => document.getAnimations().length)).to.equal(0);
    const other = await open('/', { reducedMotion: 'no-preference' });
    await other.locator('.status-live').waitFor();
    expect(await other.evaluate(() => document.getAnimations().length)).to.be.greaterThan(0);
  });

  it('can be used by keyboard: the first stop skips to the figures, and every control has a name and shows its focus', async () => {
    const page = await open('/u/u00', {});
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).to.equal('Skip to the figures');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('main');
    await page.goto(`${market.url}/u/u00`);
    await page.reload();
    await page.locator('.panel').first().waitFor();
    const seen = new Set<string>();
    for (let n = 0; n < 120; n++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement) || element === document.body) return undefined;
        const outline = getComputedStyle(element).outlineStyle;
        return { name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '', outline };
      });
      if (focused === undefined) break;
      expect(focused.outline, focused.name).to.not.equal('none');
      seen.add(focused.name);
    }
    for (const name of ['Dark theme', 'Loop through users', 'Pause', 'Holdings as CSV', 'Holdings, table']) {
      expect([...seen]).to.include(name);
    }
  });

  it('keep the theme that was chosen', async () => {
    const page = await open('/', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark theme' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('dark');
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('dark');
    await page.getByRole('button', { name: 'Light theme' }).waitFor();
  });
});
