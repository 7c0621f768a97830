import { readFile } from 'node:fs/promises';
import { formatMoney, rowObject, type RowOf, type Table } from '@stockafolio/core';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { lots, realizedGains } from '../src/lot-tables.js';
import { portfolioOf } from '../src/pipeline.js';
import { positions } from '../src/tables.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { accountOf, marketTrades, OPENING, tradeOf } from './traded.js';

const YEAR = 366 * 86_400_000;

describe('realized gains, lots and the statement', () => {
  const browser = useBrowser();
  let market: LiveMarket;
  let page: Page;
  let complaints: string[] = [];
  const trades = [
    ...marketTrades(2_000),
    ...accountOf('holder'),
    tradeOf({ id: 'b1', user: 'holder', quantity: 10, time: OPENING - 2 * YEAR }),
    tradeOf({ id: 's1', user: 'holder', side: 'sell', quantity: 4, price: 150_0000, time: OPENING - YEAR }),
    ...Array.from({ length: 300 }, (_, n) => tradeOf({ id: `m${n}`, user: 'holder', symbol: 'KO', time: OPENING + n })),
  ];

  before(async () => {
    market = await liveMarket(trades, { lots: true, running: portfolioOf({ lots: 'fifo' }) });
  });
  after(() => market?.close());
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string): Promise<void> => {
    page = await browser();
    complaints = complaintsOf(page);
    await page.goto(market.url + path);
  };
  const rowsOf = async <T extends Table>(table: T, user: string): Promise<RowOf<T>[]> => {
    const rows: RowOf<T>[] = [];
    for await (const { values } of market.tables.scan(table, [user])) rows.push(rowObject(table, values) as RowOf<T>);
    return rows;
  };
  const amounts = (row: Locator): Promise<string[]> =>
    row.locator('data').evaluateAll((found) => found.map((data) => (data as HTMLDataElement).value));

  it('are on the page of a user, by year and symbol, with the figures of the tables', async () => {
    await open('/u/holder');
    const panel = page.getByRole('region', { name: 'Realized gains', exact: true });
    await panel.waitFor();
    const rows = (await rowsOf(realizedGains, 'holder')).filter(({ symbol }) => symbol === 'IBM');
    expect(await panel.locator('tbody tr').count()).to.equal(2);
    for (const [year, before] of [
      ['2026', Infinity],
      ['2025', OPENING - YEAR / 2],
    ] as const) {
      const own = rows.filter(({ closed }) => (before === Infinity ? closed >= OPENING : closed < before));
      const total = (of: (row: (typeof rows)[number]) => number): string =>
        formatMoney(own.reduce((all, row) => all + of(row), 0));
      expect(own.length, year).to.be.greaterThan(0);
      expect(await amounts(panel.locator(`tr[data-gain="${year} IBM"]`)), year).to.deep.equal([
        ...[total(({ proceeds }) => proceeds), total(({ basis }) => basis)],
        total(({ gain, term }) => (term === 'short' ? gain : 0)),
        total(({ gain, term }) => (term === 'long' ? gain : 0)),
        total(({ gain }) => gain),
      ]);
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('link', { name: 'Realized gains as CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.trimEnd().split('\r\n')).to.have.length(1 + (await rowsOf(realizedGains, 'holder')).length);
  });

  it('has the lots of a position on the page of its symbol', async () => {
    await open('/u/holder/symbols/IBM');
    const panel = page.getByRole('region', { name: 'Lots', exact: true });
    await panel.waitFor();
    const rows = (await rowsOf(lots, 'holder')).filter(({ symbol }) => symbol === 'IBM');
    expect(await panel.locator('tbody tr').count()).to.equal(rows.length);
    for (const { lot, basis } of rows) {
      const [shown, value, gain] = await amounts(panel.locator(`tr[data-lot="${lot}"]`));
      expect(shown).to.equal(formatMoney(basis ?? 0));
      expect(Number(gain)).to.be.closeTo(Number(value) - Number(shown), 1e-6);
    }
  });

  it('is a statement that prints on as many sheets as it needs, and a complete file', async () => {
    await open('/u/holder');
    await page.getByRole('link', { name: 'Statement' }).click();
    await page.getByRole('heading', { level: 1, name: 'Statement of holder' }).waitFor();
    await page.getByRole('region', { name: 'Trades', exact: true }).waitFor();
    expect(await page.locator('tr[data-trade]').count()).to.equal(305);
    const held = (await rowsOf(positions, 'holder')).filter(({ quantity }) => quantity !== 0);
    expect(await page.getByRole('region', { name: 'Holdings', exact: true }).locator('tbody tr').count()).to.equal(
      held.length,
    );
    await page.getByRole('region', { name: 'Account' }).waitFor();
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)?.length).to.be.within(4, 20);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).to.equal(false);
    const cut = await page.evaluate(
      () =>
        [...document.querySelectorAll('.panel, .panel table')].filter(
          (element) => element.scrollWidth > document.documentElement.clientWidth + 1,
        ).length,
    );
    expect(cut).to.equal(0);
    await page.emulateMedia({ media: 'screen' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Statement as CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    const lines = csv.split('\r\n').slice(1);
    const of = (what: string): number => lines.filter((line) => line.includes(`Z,${what},`)).length;
    expect(of('gain')).to.equal((await rowsOf(realizedGains, 'holder')).length);
    expect([of('trade'), of('event')]).to.deep.equal([305, 5]);
  });
});
