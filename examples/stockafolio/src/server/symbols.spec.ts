import type { Tables } from '@stockafolio/core/ports';
import { formatRow } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { DAY, marketTrades, OPENING, traded, tradeOf, useServer } from '../../test/traded.js';
import { positions, symbolPrices, tradesByUser } from '../tables.js';
import type { WireLines, WirePortfolio, WirePrices, WireSymbol } from './wire/types.js';

type Row = Readonly<Record<string, string | number>>;

const FRIDAY = OPENING - 3 * 86_400_000;

/** Rows as `tables get` prints them. */
async function dumped(tables: Tables, table: Parameters<typeof formatRow>[0], key: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { values } of tables.scan(table, key)) rows.push(JSON.parse(formatRow(table, values)) as Row);
  return rows;
}

describe('a symbol of a user, in the API', () => {
  const serve = useServer();

  it('is the position that `tables get` prints, the same as in the portfolio, with its own trades', async () => {
    const { tables } = await traded(marketTrades(3_000));
    const { server } = await serve({ live: tables });
    const { holdings } = (await server.inject('/api/users/u00')).json<WirePortfolio>();
    const trades = await dumped(tables, tradesByUser, ['u00']);
    for (const row of await dumped(tables, positions, ['u00'])) {
      const { symbol, quantity, cost, realized } = row;
      const path = `/api/users/u00/symbols/${encodeURIComponent(String(symbol))}`;
      const found = (await server.inject(path)).json<WireSymbol>();
      expect(found.position).to.include({ symbol, quantity, cost, realized });
      const held = holdings.find((holding) => holding.symbol === symbol);
      if (held !== undefined) expect(found.position).to.deep.include(held);
      const own = trades.filter((trade) => trade['symbol'] === symbol);
      expect(found.trades.map(({ id }) => id)).to.deep.equal(own.slice(0, 50).map(({ id }) => id));
    }
  });

  it('counts the day from the close, and a closed position too', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', time: FRIDAY, price: 100_0000 }),
      tradeOf({ id: '2', side: 'sell', quantity: 10, price: 104_0000 }),
    ]);
    const { server } = await serve({ live: tables });
    const { position } = (await server.inject('/api/users/ann/symbols/IBM')).json<WireSymbol>();
    expect(position).to.include({ quantity: 0, realized: '40.0000', weight: 0, dayChange: '40.0000', dayMove: 400 });
    expect(position.base).to.deep.equal({ price: '100.0000', kind: 'close', day: '2026-01-02' });
    expect(position.day).to.include({ gain: '40.0000', before: '1000.0000', sold: '1040.0000', basisPoints: 400 });
    const { totals } = (await server.inject('/api/users/ann')).json<WirePortfolio>();
    expect(totals.day).to.include({ gain: '40.0000', fromClose: 1, fromFirstPrice: 0, closeDay: '2026-01-02' });
  });

  it('has the prices of the day that `tables get` prints, those of a week, and the last ones of a year', async () => {
    const { tables } = await traded([
      tradeOf({ id: '0', time: FRIDAY - 86_400_000, price: 98_0000 }),
      tradeOf({ id: '1', time: FRIDAY, price: 99_0000, user: 'bob' }),
      ...[0, 11, 12, 25].map((m) =>
        tradeOf({ id: `d${m}`, time: OPENING + m * 60_000, price: 100_0000 + m, user: 'bob' }),
      ),
      tradeOf({ id: 'x', symbol: 'KO', time: OPENING + 5 }),
    ]);
    const { server } = await serve({ live: tables });
    const line = async (span: string): Promise<WirePrices> =>
      (await server.inject(`/api/users/ann/symbols/IBM/prices?span=${span}`)).json();
    const rows = await dumped(tables, symbolPrices, [DAY, 'IBM']);
    const { points, session } = await line('day');
    expect(points).to.deep.equal(rows.map(({ time, price }) => ({ time, price })));
    expect(points).to.have.length(3);
    expect(session).to.deep.equal({ open: 570, close: 960 });
    expect((await line('week')).points.map(({ price }) => price)).to.deep.equal([
      ...['98.0000', '99.0000', '100.0000', '100.0012', '100.0025'],
    ]);
    const year = await line('year');
    expect(year.points.map(({ price }) => price)).to.deep.equal(['98.0000', '99.0000', '100.0025']);
    expect(year.trades.map(({ id }) => id)).to.deep.equal(['0']);
    expect((await line('day')).trades, 'none of the day').to.deep.equal([]);
    const lines = (await server.inject('/api/users/ann/lines?symbol=IBM&symbol=NONE')).json<WireLines>();
    expect(lines).to.deep.equal({ day: DAY, lines: [{ symbol: 'IBM', prices: points.map(({ price }) => price) }] });
  });

  it('exists only for who has traded it, and only spans that are known', async () => {
    const { tables } = await traded([tradeOf({ id: '1' }), tradeOf({ id: '2', user: 'bob', symbol: 'KO' })]);
    const { server } = await serve({ live: tables });
    const codeOf = async (url: string): Promise<string> =>
      (await server.inject(url)).json<{ error: { code: string } }>().error.code;
    for (const path of ['', '/prices']) {
      expect(await codeOf(`/api/users/ann/symbols/KO${path}`)).to.equal('SYMBOL_UNKNOWN');
      expect(await codeOf(`/api/users/nobody/symbols/KO${path}`)).to.equal('USER_UNKNOWN');
      expect(await codeOf(`/api/users/ann/symbols/${'x'.repeat(17)}${path}`)).to.equal('BAD_PARAMETER');
    }
    expect((await server.inject('/api/users/ann/lines?symbol=KO')).json<WireLines>().lines).to.deep.equal([]);
    expect(await codeOf('/api/users/ann/symbols/IBM/prices?span=century')).to.equal('BAD_PARAMETER');
    for (const bad of ['x'.repeat(17), Array(61).fill('A').join('&symbol=')]) {
      expect(await codeOf(`/api/users/ann/lines?symbol=${bad}`)).to.equal('BAD_PARAMETER');
    }
  });

  it('is reached by an address that no browser shortens, whatever it is called', async () => {
    const symbols = ['.', '..', 'A/B', 'ü%'];
    const { tables } = await traded(
      symbols.flatMap((symbol, n) => [tradeOf({ id: `a${n}`, symbol }), tradeOf({ id: `b${n}`, symbol, user: '..' })]),
    );
    const { server } = await serve({ live: tables });
    for (const user of ['ann', '=..']) {
      for (const symbol of symbols) {
        const segment = symbol.startsWith('.') ? `=${symbol}` : encodeURIComponent(symbol);
        const url = new URL(`/api/users/${user}/symbols/${segment}`, 'http://localhost').pathname;
        expect((await server.inject(url)).json<WireSymbol>().position.symbol).to.equal(symbol);
      }
    }
  });
});
