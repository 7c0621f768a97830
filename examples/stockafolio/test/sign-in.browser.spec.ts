import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openLogin } from '../src/server/login/open-login.js';
import { violationsOf } from './accessibility.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { realProvider, SECRET, type RealProvider } from './real-provider.js';
import { tradeOf } from './traded.js';

describe('a sign-in at a real provider, in a real browser', () => {
  const browser = useBrowser();
  let provider: RealProvider;
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];

  before(async () => {
    provider = await realProvider();
    const login = await openLogin(provider.login, SECRET);
    const trades = [tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob' })];
    market = await liveMarket(trades, { login, sessions: { check: 1_000 } });
  });
  after(async () => {
    await market?.close();
    await provider?.close();
  });
  afterEach(() => {
    provider.disable('ann', false);
    // Browsers report refusals, and that the provider's pages want fonts from elsewhere.
    expect(complaints.filter((text) => !/status of 40[13]|NAME_NOT_RESOLVED/.test(text))).to.deep.equal([]);
  });

  const open = async (path: string, options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = [];
    await page.goto(market.url + path);
  };
  /** Signs in through the provider's own page. */
  const signIn = async (user: string): Promise<void> => {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.getByPlaceholder('Enter any login').fill(user);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.waitForURL(`${market.url}/**`);
    complaints = complaintsOf(page);
  };
  const menu = async (): Promise<string> => {
    await page.getByRole('button', { name: /^Account/ }).click();
    return page.getByRole('dialog', { name: 'Account' }).innerText();
  };

  it('lands a customer on the own page, who sees nothing else, and signs out here and there', async () => {
    await open('/');
    await signIn('ann');
    await page.locator('[data-trade="1"]').waitFor();
    expect(new URL(page.url()).pathname).to.equal('/u/ann');
    expect(await menu())
      .to.contain('Ann Investor')
      .and.contain('Customer')
      .and.contain('ann');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('navigation').count(), 'no pages of the firm').to.equal(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Trades as CSV' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).to.contain('IBM');
    for (const [path, says] of [
      ['/u/bob', 'this is for another user'],
      ['/symbols', 'this is for the firm'],
    ] as const) {
      await page.goto(market.url + path);
      await page.getByText(says).waitFor();
    }
    await page.goto(market.url);
    await page.locator('[data-trade="1"]').waitFor();
    const kept = await page.evaluate(() => [document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]);
    expect(kept[0], 'no script sees a cookie').to.equal('');
    expect(kept[1]).not.to.match(/eyJ|token/);
    await menu();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.getByRole('button', { name: /Yes/ }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goto(`${market.url}/u/ann`);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByPlaceholder('Enter any login').waitFor();
  });

  it('lands an operator on the firm’s page, and brings back to the page that was asked for', async () => {
    await open('/symbols');
    await signIn('olive');
    await page.getByRole('heading', { level: 1, name: 'Symbols' }).waitFor();
    await page.goto(`${market.url}/sign-in`);
    await page.getByRole('heading', { level: 1, name: 'The firm' }).waitFor();
    expect(await menu())
      .to.contain('Olive Operator')
      .and.contain('Operator of the firm');
    await page.goto(`${market.url}/u/bob`);
    await page.locator('[data-trade="2"]').waitFor();
  });

  it('tells who has no access what to do', async () => {
    await open('/');
    await signIn('guest');
    await page.getByText('neither a portfolio nor a role').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  it('ends in all tabs once it is revoked, and goes on in all of them after the next', async () => {
    await open('/u/ann');
    await signIn('ann');
    await page.locator('.status-live').waitFor();
    const tab = await page.context().newPage();
    await tab.goto(`${market.url}/u/ann/symbols/IBM`);
    await tab.locator('.status-live').waitFor();
    provider.disable('ann');
    for (const each of [page, tab]) await each.getByText('Your session has ended').waitFor();
    provider.disable('ann', false);
    await tab.getByRole('link', { name: 'Sign in' }).click();
    await tab.locator('.status-live').waitFor();
    expect(new URL(tab.url()).pathname).to.equal('/u/ann/symbols/IBM');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('.status-live').waitFor();
    await tab.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds against WCAG 2.2 AA, ${colorScheme}`, async () => {
      await open('/sign-in?why=rejected', { bypassCSP: true, colorScheme });
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      expect(await violationsOf(page)).to.deep.equal([]);
      await signIn('bob');
      await page.locator('.tiles').waitFor();
      await menu();
      expect(await violationsOf(page)).to.deep.equal([]);
    });
  }
});
