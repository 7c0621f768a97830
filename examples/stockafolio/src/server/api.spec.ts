import { rowObject } from '@stockafolio/core';
import { type Tables, formatRow } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { DAY, marketTrades, OPENING, traded, tradeOf, useServer } from '../../test/traded.js';
import { SHARE, worth } from '../quantity.js';
import { positions, sectorTotals, symbolTotals, topTraders, userTotals } from '../tables.js';
import type { WireFirm, WirePortfolio, WireProgressPair } from './wire/types.js';

type Row = Readonly<Record<string, string | number>>;

/** Rows as `tables get` prints them. */
async function dumped(tables: Tables, table: Parameters<typeof formatRow>[0], key: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { values } of tables.scan(table, key)) rows.push(JSON.parse(formatRow(table, values)) as Row);
  return rows;
}

const units = (decimal: unknown): bigint => BigInt(String(decimal).replace('.', ''));
const sum = (rows: readonly Row[], column: string): bigint => rows.reduce((all, row) => all + units(row[column]), 0n);

describe('the API', () => {
  const serve = useServer();

  it('gives of a user what `tables get` prints', async () => {
    const { tables } = await traded(marketTrades(3_000));
    const { server } = await serve({ live: tables });
    const { body } = await server.inject('/api/users/u00');
    const portfolio = JSON.parse(body) as WirePortfolio;
    const [totals] = await dumped(tables, userTotals, ['u00']);
    const open = (await dumped(tables, positions, ['u00'])).filter(({ quantity }) => quantity !== 0);
    expect(portfolio.totals).to.include({
      trades: totals?.['trades'],
      volume: totals?.['volume'],
      value: totals?.['value'],
      realized: totals?.['realized'],
      openPositions: totals?.['open_positions'],
    });
    expect(portfolio.holdings).to.have.length(open.length);
    for (const row of open) {
      const { symbol, sector, quantity, cost, realized } = row;
      const holding = portfolio.holdings.find((h) => h.symbol === symbol);
      expect(holding).to.include({ symbol, sector, quantity, cost, realized });
      const units8 = Math.round(Number(quantity) * SHARE);
      expect(units(holding?.marketValue)).to.equal(worth(units8, Number(units(holding?.price))));
      expect(units(holding?.unrealized)).to.equal(units(holding?.marketValue) - units(cost));
    }
    expect(units(portfolio.totals.marketValue)).to.equal(sum(portfolio.holdings as never, 'marketValue'));
    expect(units(portfolio.totals.cost)).to.equal(sum(open, 'cost'));
    const parts = {
      totals: portfolio.totals,
      holdings: { holdings: portfolio.holdings },
      'trades?limit=50': { trades: portfolio.trades },
    };
    for (const [path, part] of Object.entries(parts)) {
      expect((await server.inject(`/api/users/u00/${path}`)).json()).to.deep.equal(part);
    }
  });

  it('gives of the firm the sums of all shards that `tables get` prints', async () => {
    const { tables } = await traded(marketTrades(3_000));
    const { server } = await serve({ live: tables });
    const firm = (await server.inject(`/api/firm?day=${DAY}`)).json<WireFirm>();
    const sectors = await dumped(tables, sectorTotals, [DAY]);
    expect(firm.total.trades).to.equal(3_000);
    expect(units(firm.total.value)).to.equal(sum(sectors, 'value'));
    for (const { sector, value } of firm.sectors) {
      expect(units(value)).to.equal(
        sum(
          sectors.filter((row) => row['sector'] === sector),
          'value',
        ),
      );
    }
    const symbols = await dumped(tables, symbolTotals, [DAY]);
    for (const { symbol, buyValue } of firm.symbols) {
      expect(units(buyValue)).to.equal(
        sum(
          symbols.filter((row) => row['symbol'] === symbol),
          'buy_value',
        ),
      );
    }
    const traders = await dumped(tables, topTraders, [DAY]);
    const best = [...traders].sort((a, b) => (units(b['value']) > units(a['value']) ? 1 : -1))[0];
    expect(firm.byValue[0]).to.include({ user: best?.['user'], value: best?.['value'], trades: best?.['trades'] });
    for (const [ranking, by] of [
      [firm.byVolume, 'volume'],
      [firm.byTrades, 'trades'],
    ] as const) {
      const sizes = ranking.map((trader) => Number(trader[by]));
      const all: number[] = [];
      for await (const { values } of tables.scanAll(userTotals))
        all.push(Number(rowObject(userTotals, values)[by]) / (by === 'volume' ? SHARE : 1));
      expect(sizes, 'the greatest of all users').to.deep.equal(all.sort((a, b) => b - a).slice(0, sizes.length));
    }
    expect(firm.minutes.reduce((all, { trades }) => all + Number(trades), 0)).to.equal(3_000);
    expect(firm.session).to.deep.equal({ open: 570, close: 960 });
    expect(firm.close).to.equal(null);
  });

  it('shows the close beside the live figures, each with its progress', async () => {
    const all = marketTrades(2_000);
    const close = await traded(all.slice(0, 1_200));
    const live = await traded(all);
    const { server } = await serve({ live: live.tables, close: close.tables });
    const firm = (await server.inject('/api/firm')).json<WireFirm>();
    expect([firm.total.trades, firm.close?.total.trades]).to.deep.equal([2_000, 1_200]);
    expect(Date.parse(firm.close?.progress.watermark ?? '')).to.be.below(Date.parse(firm.progress.watermark ?? ''));
    const progress = (await server.inject('/api/progress')).json<WireProgressPair>();
    expect([progress.live.records, progress.close?.records]).to.deep.equal([2_000, 1_200]);
    expect((await server.inject('/api/days')).json()).to.deep.equal({ days: [DAY] });
  });

  it('values a user with only short positions as a debt, and one who closed all at nothing', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', user: 'shorty', side: 'sell' }),
      tradeOf({ id: '2', user: 'done', quantity: 3 }),
      tradeOf({ id: '3', user: 'done', quantity: 3, side: 'sell', price: 101_0001, time: OPENING + 1 }),
    ]);
    const { server } = await serve({ live: tables });
    const shorty = (await server.inject('/api/users/shorty')).json<WirePortfolio>();
    expect(shorty.holdings[0]).to.include({ quantity: -10, cost: '-1000.0000', marketValue: '-1010.0010' });
    expect(shorty.holdings[0]).to.include({ unrealized: '-10.0010', averageCost: '100.0000', weight: 10_000 });
    expect(shorty.totals).to.include({ marketValue: '-1010.0010', gross: '1010.0010' });
    expect(shorty.totals.day).to.include({ gain: '-10.0010', basisPoints: -100, atStake: '1000.0000', trades: 1 });
    const done = (await server.inject('/api/users/done')).json<WirePortfolio>();
    expect(done.holdings).to.deep.equal([]);
    expect(done.totals).to.include({ marketValue: '0.0000', realized: '3.0003', openPositions: 0 });
  });

  it('knows no user who never traded', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    for (const path of ['', '/totals', '/holdings', '/trades', '/day', '/holdings.csv', '/trades.csv']) {
      const { statusCode, body } = await server.inject(`/api/users/nobody${path}`);
      expect(statusCode, path).to.equal(404);
      expect(JSON.parse(body)).to.have.nested.property('error.code', 'USER_UNKNOWN');
    }
  });

  it('finds users by the beginning of their id, the one of exactly that id first', async () => {
    const { tables } = await traded(['u1', 'u10', 'u11', 'u2', 'x'].map((user) => tradeOf({ id: user, user })));
    const { server } = await serve({ live: tables });
    const found = async (query: string): Promise<unknown> => (await server.inject(`/api/users?${query}`)).json();
    expect(await found('prefix=u1')).to.deep.equal({ users: ['u1', 'u10', 'u11'], complete: true });
    expect(await found('prefix=u1&limit=2')).to.deep.equal({ users: ['u1', 'u10'], complete: true });
    expect(await found('prefix=z')).to.deep.equal({ users: [], complete: true });
    expect(await found('limit=1')).to.deep.equal({ users: ['u1'], complete: true });
  });

  it('gives holdings and trades as CSV in which no text is a formula', async () => {
    const { tables } = await traded([tradeOf({ id: '=1+1', symbol: '@X', sector: 'a,"b"', side: 'sell' })]);
    const { server } = await serve({ live: tables });
    const holdings = await server.inject('/api/users/ann/holdings.csv');
    expect(holdings.headers['content-type']).to.contain('text/csv');
    expect(holdings.body.split('\r\n')[1]).to.equal(
      `'@X,'@X,"a,""b""",USD,-10,100.0000,-1000.0000,0.0000,100.0000,-1000.0000,0.0000,0.0000`,
    );
    const trades = await server.inject('/api/users/ann/trades.csv');
    expect(trades.body).to.contain(",'=1+1,'@X,");
  });

  it('sets headers that allow nothing inline and no frame', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    for (const path of ['/', '/u/ann', '/api/users/ann', '/nowhere', '/assets/index-abc.js', '/health', '/docs/json']) {
      const { headers } = await server.inject(path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
      expect(policy).not.to.contain('unsafe');
      expect(headers['x-content-type-options']).to.equal('nosniff');
      expect(headers['x-frame-options']).to.equal('DENY');
      expect(headers['permissions-policy']).to.contain('camera=()').and.contain('geolocation=()');
    }
  });

  it('answers unchanged content with 304, compresses, and lets built files be cached for ever', async () => {
    const { tables } = await traded(marketTrades(500));
    const { server } = await serve({ live: tables });
    const first = await server.inject('/api/users/u00/holdings');
    const again = await server.inject({
      url: '/api/users/u00/holdings',
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect([first.statusCode, again.statusCode]).to.deep.equal([200, 304]);
    expect(again.body).to.equal('');
    expect(first.headers['cache-control']).to.equal('private, no-cache');
    const packed = await server.inject({ url: '/api/firm', headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).to.equal('gzip');
    const asset = await server.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } });
    expect(asset.headers['cache-control']).to.contain('immutable').and.contain('max-age=31536000');
    expect(asset.headers['content-encoding']).to.equal('br');
    expect((await server.inject('/')).headers['cache-control']).to.equal('no-cache');
  });

  it('refuses more requests than the limit, and says when to retry', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables, requestsPerMinute: 3 });
    const codes: number[] = [];
    for (let n = 0; n < 5; n++) codes.push((await server.inject('/api/progress')).statusCode);
    expect(codes).to.deep.equal([200, 200, 200, 429, 429]);
    const refused = await server.inject('/api/progress');
    expect(refused.json()).to.have.nested.property('error.code', 'TOO_MANY');
    expect(Number(refused.headers['retry-after'])).to.be.greaterThan(0);
  });

  it('describes every route, and returns no undescribed field', async () => {
    const { tables } = await traded(marketTrades(300));
    const { server } = await serve({ live: tables });
    const { paths } = (await server.inject('/docs/json')).json<{ paths: Record<string, { get: object }> }>();
    expect(Object.keys(paths)).to.have.members([
      ...['/api/days', '/api/firm', '/api/login', '/api/pipeline', '/api/pipeline/dead-letters', '/api/progress'],
      ...['/api/close/comparison', '/api/close/figures', '/api/close/rows', '/api/stream/firm'],
      ...['/api/stream/symbols', '/api/stream/users/{user}', '/api/stream/users/{user}/symbols/{symbol}'],
      ...['/api/symbols', '/api/users'],
      ...['/api/users/{user}', '/api/users/{user}/account', '/api/users/{user}/day', '/api/users/{user}/holdings'],
      ...['/api/users/{user}/holdings.csv', '/api/users/{user}/lines', '/api/users/{user}/performance'],
      ...['/api/users/{user}/symbols/{symbol}'],
      ...['/api/users/{user}/symbols/{symbol}/prices', '/api/users/{user}/totals', '/api/users/{user}/trades'],
      ...['/api/users/{user}/gains', '/api/users/{user}/gains.csv', '/api/users/{user}/statement.csv'],
      '/api/users/{user}/symbols/{symbol}/lots',
      ...['/api/users/{user}/trades.csv', '/api/viewer', '/health', '/metrics', '/ready'],
    ]);
    for (const [path, { get }] of Object.entries(paths)) expect(get, path).to.have.property('summary');
    expect((await server.inject('/docs')).statusCode).to.equal(200);
  });

  it('reports that the tables cannot be read, without internal details', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const broken: Tables = {
      ...tables,
      get: () => Promise.reject(new Error('disk /dev/secret is gone')),
      async *scan() {
        throw new Error('disk /dev/secret is gone');
      },
    };
    const { server, log } = await serve({ live: broken });
    const { statusCode, body } = await server.inject('/api/users/ann');
    expect(statusCode).to.equal(500);
    expect(body).not.to.contain('secret');
    expect(log).to.have.length(1);
    expect(log[0]).to.contain('/dev/secret');
  });
});
