import { cassandraTables } from '@stockafolio/connectors/cassandra';
import { formatMoney } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { useCassandra } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { must, run, start } from '../../../test/support/run-command.js';
import { SHARE, worth } from '../src/quantity.js';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { DAY, marketTrades, OPENING, tradeOf } from './traded.js';

const LATER = OPENING + 10_900_000;

type Row = Readonly<Record<string, string | number>>;

const units = (decimal: unknown): bigint => BigInt(String(decimal).replace('.', ''));
const added = (rows: readonly Row[], column: string): string =>
  formatMoney(rows.reduce((all, row) => all + units(row[column]), 0n));

/** A number of a dump with up to eight decimals, in units of 1e-8. */
const sharesIn = (number: unknown): number => Math.round(Number(number) * SHARE);

describe('both pages on tables in Cassandra', () => {
  const cassandra = useCassandra();
  const browser = useBrowser();
  let url = '';
  let written: Tables;
  let read: Tables;
  let market: LiveMarket;
  let page: Page;
  let complaints: string[];
  let queries = 0;

  before(async () => {
    const keyspace = `pages_${process.pid}_${Date.now()}`;
    url = `cassandra://127.0.0.1:${cassandra().port}/${keyspace}?dc=datacenter1`;
    const place = {
      contactPoints: [`127.0.0.1:${cassandra().port}`],
      localDataCenter: 'datacenter1',
      keyspace,
    };
    written = cassandraTables(place);
    const inner = cassandraTables({ ...place, readOnly: true });
    read = {
      ...{ inKeyOrder: inner.inKeyOrder, create: (tables) => inner.create(tables) },
      ...{ write: (mutations) => inner.write(mutations), close: () => inner.close() },
      get: (table, key) => (queries++, inner.get(table, key)),
      scan: (table, prefix, options) => (queries++, inner.scan(table, prefix, options)),
      scanAll: (table, options) => (queries++, inner.scanAll(table, options)),
    };
    market = await liveMarket(
      [
        ...marketTrades(3_000),
        tradeOf({ id: 's1', user: 'shorty', side: 'sell' }),
        tradeOf({ id: 'l1', user: 'live' }),
      ],
      { written, live: read },
    );
  });
  after(async () => {
    await market?.close();
    await read?.close();
  });
  afterEach(() => expect(complaints).to.deep.equal([]));

  const open = async (path: string): Promise<void> => {
    page = await browser();
    complaints = complaintsOf(page);
    await page.goto(`${market.url}${path}`);
    await page.locator('.tiles, .message').first().waitFor();
  };
  /** The rows that `stockafolio tables get` prints. */
  const rowsOf = (...key: string[]): Promise<Row[]> => rowsIn('get', ...key);
  const rowsIn = async (verb: 'get' | 'dump', ...key: string[]): Promise<Row[]> => {
    const { stdout } = await must(['tables', verb, '--tables', url, ...key]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
  };
  const tile = (label: string): Promise<string | null> =>
    page
      .locator('.tile', { has: page.getByText(label, { exact: true }) })
      .locator('data')
      .getAttribute('value');

  it('a user: the figures that `tables get` prints, what is short, and the trades', async () => {
    await open('/u/u00');
    const [totals] = await rowsOf('user_totals', 'u00');
    const held = (await rowsOf('positions', 'u00')).filter(({ quantity }) => quantity !== 0);
    expect(await tile('Traded')).to.equal(totals?.['value']);
    expect(await tile('Realized P&L')).to.equal(totals?.['realized']);
    expect(await tile('Net cost')).to.equal(added(held, 'cost'));
    let value = 0n;
    const prices = await rowsIn('dump', 'latest_prices');
    for (const { symbol, quantity } of held) {
      const newest = prices
        .filter((row) => row['symbol'] === symbol)
        .reduce((best, row) => (String(row['time']) > String(best['time']) ? row : best));
      value += worth(sharesIn(quantity), Number(units(newest['price'])));
    }
    expect(await tile('Market value')).to.equal(formatMoney(value));
    const trades = await rowsOf('trades_by_user', 'u00');
    const shown = await page
      .locator('.trades tbody tr')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-trade')));
    expect(shown).to.deep.equal(trades.slice(0, shown.length).map(({ id }) => id));
    await open('/u/shorty');
    expect(await page.locator('tr[data-symbol="IBM"]').innerText())
      .to.contain('short')
      .and.contain('-10');
  });

  it('the firm: the sums and the rankings that `tables get` prints', async () => {
    await open('/');
    const sectors = await rowsOf('sector_totals', DAY);
    expect(await page.locator('.tiles data').first().getAttribute('value')).to.equal(added(sectors, 'value'));
    const traders = page.getByRole('region', { name: 'Top traders' }).first();
    for (const [button, table, column] of [
      ['Value', 'top_traders', 'value'],
      ['Shares', 'top_traders_by_volume', 'volume'],
      ['Trades', 'top_traders_by_trades', 'trades'],
    ] as const) {
      await traders.getByRole('button', { name: button, exact: true }).click();
      const ranked = (await rowsOf(table, DAY)).sort(
        (a, b) => sharesIn(b[column]) - sharesIn(a[column]) || (String(a['user']) < String(b['user']) ? -1 : 1),
      );
      expect(await traders.locator('tbody th').allInnerTexts(), button).to.deep.equal(
        ranked.slice(0, 20).map(({ user }) => user),
      );
    }
  });

  it('a trade that is made while they are open comes to both', async () => {
    await open('/u/live');
    await market.trade(tradeOf({ id: 'l2', user: 'live', quantity: 90, time: LATER }));
    await page.locator('[data-trade="l2"]').waitFor();
    await page.locator('tr[data-symbol="IBM"]', { hasText: '100' }).waitFor();
    await open('/');
    const trade = { id: 'w1', user: 'whale', quantity: 1_000_000, price: 900_0000, time: LATER + 1 };
    await market.trade(tradeOf(trade));
    await page.getByRole('link', { name: 'whale' }).waitFor();
  });

  it('an unknown user, until the first trade; and users are found', async () => {
    await open('/u/nobody');
    await page.getByRole('heading', { name: 'No trades' }).waitFor();
    await market.trade(tradeOf({ id: 'n1', user: 'nobody', time: LATER + 2 }));
    await page.locator('[data-trade="n1"]').waitFor();
    await page.keyboard.press('/');
    const box = page.getByRole('combobox', { name: /^Find/ });
    await box.fill('u1');
    const found = page.getByRole('group', { name: 'Users' }).getByRole('option');
    await found.filter({ hasText: 'u10' }).waitFor();
    await box.fill('shor');
    await found.filter({ hasText: 'shorty' }).click();
    await page.getByRole('heading', { level: 1, name: 'User shorty' }).waitFor();
  });

  it('while nothing is traded, an open page costs the store only a few reads', async () => {
    await open('/u/u00');
    await page.locator('.status-live').waitFor();
    // Reads that were still due after the last trade.
    await page.waitForTimeout(2_000);
    const before = queries;
    await page.waitForTimeout(2_000);
    // The progress is read ten times a second; the regular refresh comes once in five seconds.
    expect(queries - before).to.be.within(1, 2 * 10 + 10);
  });

  it('`serve` creates nothing, and says what to start', async () => {
    complaints = [];
    const empty = url.replace(/pages_\w+/, 'nothing_here');
    const { code, stderr } = await run(['serve', '--tables', empty, '--port', '0']);
    expect(stderr).to.contain('ERR_TABLE_UNKNOWN').and.contain('start its writer first');
    expect(code).to.be.greaterThan(0);
    const { stderr: again } = await run(['tables', 'get', '--tables', empty, 'user_totals', 'u00']);
    expect(again, 'still nothing').to.contain('ERR_TABLE_UNKNOWN');
  });

  it('`serve` serves what is there, and answers from it', async () => {
    complaints = [];
    const serving = start(['serve', '--tables', url, '--port', '0']);
    try {
      await serving.says(/the firm {4}http/);
      const [, at] = /the firm {4}(\S+)/.exec(serving.stderr()) ?? [];
      expect(at, serving.stderr()).to.be.a('string');
      const answer = await fetch(`${at}api/users/u00/totals`);
      const [totals] = await rowsOf('user_totals', 'u00');
      expect(((await answer.json()) as Row)['value']).to.equal(totals?.['value']);
    } finally {
      serving.child.kill('SIGINT');
      await serving.ended;
    }
  });
});
