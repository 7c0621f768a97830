import { expect } from 'chai';
import type { PartitionRange } from '@stockafolio/core/ports';
import type { Page } from 'playwright-core';
import { useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { marketTrades, OPENING, tradeOf } from './traded.js';

const DAY = 86_400_000;

describe('how far the tables are, on the firm’s page', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  /** The ranges that the source reports. */
  let ranges: PartitionRange[] | undefined;

  before(async () => {
    const before = marketTrades(500, 20, 3).map((t) => ({ ...t, id: `b${t.id}`, time: t.time - 3 * DAY }));
    // One partition has traded only at the opening, and holds the lowest watermark there for hours.
    const idle = tradeOf({ id: 'idle', user: 'idle' });
    market = await liveMarket([...before, idle, ...marketTrades(1_000, 1)], {
      closeAfter: 500,
      source: { ranges: async () => ranges ?? Promise.reject(new Error('no broker answers')) },
    });
  });
  after(() => market?.close());
  const open = async (at?: number): Promise<void> => {
    page = await browser();
    if (at !== undefined) await page.clock.setFixedTime(at);
    await page.goto(market.url);
    await page.locator('.tiles').waitFor();
  };
  const tile = (label: string): Promise<string> =>
    page.locator('.tile', { has: page.getByText(label, { exact: true }) }).innerText();
  const behind = (end: number): PartitionRange[] =>
    [0, 1, 2, 3].map((partition) => ({ partition, oldest: 0, end: partition === 0 ? end : 0 }));

  it('shows the messages that are not in the tables, and how long ago the newest trade was, whatever an idle partition holds back', async () => {
    const records = (await (await fetch(`${market.url}/api/progress`)).json()) as { live: { newest: string } };
    const newest = Date.parse(records.live.newest);
    ranges = behind(1_000_000);
    await open(newest + 90_000);
    await page.getByText('not in the tables yet').waitFor();
    expect(await tile('Newest trade')).to.contain('1 min 30 s ago');
    ranges = behind(0);
    await page.getByText('all are in the tables').waitFor();
    expect(await tile('Behind')).to.match(/\b0\b/);
    expect(await page.locator('.tiles').innerText()).to.not.match(/lag/i);
  });

  it('says that a market is ahead of the clock, rather than that it has no lag', async () => {
    ranges = behind(0);
    await open(OPENING - 2 * 3_600_000);
    await page.locator('.tile', { hasText: /\d+ h \d+ min ahead of the clock/ }).waitFor();
  });

  it('says up to where all partitions are where the source is not known, and that one may hold that back', async () => {
    ranges = undefined;
    await market.stopServer();
    await market.startServer();
    await open();
    await page.getByText('one without trades holds it back').waitFor();
  });

  it('shows no close of a day that the batch has not come to, rather than one of nothing', async () => {
    await open();
    const close = page.getByRole('region', { name: 'The close beside the live figures' }).first();
    await close.locator('thead', { hasText: 'no close yet' }).waitFor();
    const cells = await close.locator('tbody tr').first().locator('td').allInnerTexts();
    expect(cells.slice(0, 2).join(' ')).to.match(/\$[\d,]+/);
    expect(cells.slice(2).join(' ')).to.not.match(/[0$]/);
    expect(await close.locator('thead time').count(), 'of the live figures alone').to.equal(1);
    await page.goto(`${market.url}/?day=2026-01-02`);
    await close.locator('thead', { hasText: 'the whole day' }).waitFor();
    expect(await close.locator('tbody tr').first().locator('td').allInnerTexts()).to.satisfy(
      ([value, trades, closed, tradesClosed]: string[]) =>
        value === closed && trades === tradesClosed && trades === '500',
    );
  });
});
