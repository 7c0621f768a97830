import { deadLetters, progress } from '@stockafolio/engine';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { readRows } from '../src/figures/read-rows.js';
import { portfolio } from '../src/pipeline.js';
import { overflowOf, violationsOf } from './accessibility.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { marketTrades, OPENING, tradeOf } from './traded.js';

const SCRIPT = '<script>alert(1)</script>';

describe('the page of the pipeline', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];
  let silent = false;

  before(async () => {
    market = await liveMarket(marketTrades(2_000), {}, (metrics) => [
      {
        name: 'runner:9464',
        text: () => (silent ? Promise.reject(new Error('connect ECONNREFUSED')) : metrics.text()),
      },
    ]);
  });
  after(() => market?.close());
  afterEach(() => {
    silent = false;
    expect(complaints).to.deep.equal([]);
  });

  const open = async (path = '/pipeline', options: Parameters<typeof browser>[0] = {}): Promise<void> => {
    page = await browser(options);
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
    await page.locator('.panel').first().waitFor();
  };
  const region = (name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name, exact: true });

  it('draws the plan, and shows what goes through it', async () => {
    await open();
    const names = await page.locator('.plan .plan-name').allTextContents();
    const { operators, tables } = portfolio.plan;
    expect(names.sort()).to.deep.equal(
      ['trades', ...operators.map(({ name }) => name), ...tables.map(({ name }) => name)].sort(),
    );
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await region('The plan, table').locator('tbody tr').count()).to.equal(portfolio.plan.edges.length);
    const row = region('The plan, table').locator('tr', { hasText: 'table trades_by_user' });
    let sent = 0;
    const some = setInterval(
      () => void market.send(tradeOf({ id: `p${++sent}`, user: 'flow', time: OPENING + 10_800_000 + sent })),
      20,
    );
    try {
      await row
        .locator('td.number')
        .getByText(/^[1-9]/)
        .waitFor();
    } finally {
      clearInterval(some);
    }
  });

  it('shows every partition as it is in the tables, the state of every operator, and the versions', async () => {
    // Those of the other test have arrived.
    await market.trade(tradeOf({ id: 'last', user: 'flow', time: OPENING + 12_000_000 }));
    await open();
    const rows = await readRows(market.tables, progress, [portfolio.name]);
    const shown = region('Partitions, table').locator('tbody tr');
    expect(await shown.count()).to.equal(rows.length);
    await region('Partitions, table').getByText('runner:9464').first().waitFor();
    for (const [n, { offset }] of rows.entries())
      await shown.nth(n).locator(':nth-child(3)').getByText(offset.toLocaleString('en-US'), { exact: true }).waitFor();
    const operators = region('State by operator, table').locator('tbody tr');
    expect(await operators.locator('th').allInnerTexts()).to.deep.equal(
      portfolio.plan.operators.map(({ name }) => name),
    );
    await operators.filter({ hasText: 'positions' }).locator(':nth-child(3)', { hasText: /[1-9]/ }).waitFor();
    expect(await region('Runners, table').locator('tbody tr').innerText()).to.contain(process.version);
  });

  it('says of a runner that does not answer that it does not, and of its figures that they are not known', async () => {
    await open();
    await page.getByRole('status').getByText('All is well').waitFor();
    silent = true;
    await page.getByText('Runner runner:9464 does not answer: connect ECONNREFUSED').waitFor();
    await page.locator('.status-troubled').waitFor();
    const tile = page.locator('.tile', { hasText: 'Messages' }).first();
    expect(await tile.innerText())
      .to.contain('not known')
      .and.not.match(/\d+\s*\/ s/);
    silent = false;
    await page.getByRole('status').getByText('All is well').waitFor();
  });

  it('shows dead letters by their cause, each with its message, as text', async () => {
    const letter = { pipeline: portfolio.name, partition: 0, offset: 7, operator: '', code: 'ERR_RECORD_INVALID' };
    const row: Readonly<Record<string, unknown>> = {
      ...{ ...letter, cause: 'quantity must be a number', message: SCRIPT, encoding: 'utf8', truncated: false },
      ...{ ingested: OPENING, replayed: undefined },
    };
    const write = (deleted: boolean): Promise<void> =>
      market.tables.write([
        {
          ...{ table: deadLetters, version: deleted ? 2 : 1, deleted },
          values: deadLetters.columns.slice(0, deleted ? 4 : undefined).map(({ name }) => row[name] as never),
        },
      ]);
    await write(false);
    try {
      await open();
      await page.getByText('1 dead letters').waitFor();
      await page.getByRole('button', { name: 'ERR_RECORD_INVALID 1' }).click();
      await page.waitForURL(/\?cause=ERR_RECORD_INVALID$/);
      await page.getByText('quantity must be a number').click();
      await page.locator('.letters pre', { hasText: SCRIPT }).waitFor();
    } finally {
      await write(true);
    }
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds against WCAG 2.2 AA, and fits a phone, ${colorScheme}`, async () => {
      await open('/pipeline', { bypassCSP: true, colorScheme });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await violationsOf(page)).to.deep.equal([]);
        expect(await overflowOf(page), `at ${width}`).to.equal(0);
      }
    });
  }
});
