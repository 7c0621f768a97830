import { formatMoney, rowObject, type RowOf, type Table } from '@stockafolio/core';
import type { StoredRow, Tables } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { accountOf, DAY, marketTrades, OPENING, traded, tradeOf, useServer } from '../../test/traded.js';
import { accountEvents } from '../account-tables.js';
import { tradingDay } from '../calendar/trading-day.js';
import { newestFirst } from '../figures/newest-first.js';
import { gainsByYear } from '../figures/realized-figures.js';
import { lots, realizedGains } from '../lot-tables.js';
import { portfolioOf } from '../pipeline.js';
import { sharesOf } from '../quantity.js';
import { positions, tradesByUser } from '../tables.js';
import type { WireGains, WireLots } from './wire/gain-types.js';

const YEAR = 366 * 86_400_000;
const withLots = portfolioOf({ lots: 'fifo' });

/** Bought in 2024, sold in 2025 and 2026; some of it again within a year; and a short sale. */
const HISTORY = [
  { ...tradeOf({ id: 'b1', quantity: 10, price: 100_0000, time: OPENING - 2 * YEAR }), commission: 2_0000 },
  tradeOf({ id: 's1', side: 'sell', quantity: 4, price: 150_0000, time: OPENING - YEAR / 2 }),
  tradeOf({ id: 'b2', quantity: 5, price: 120_0000, time: OPENING - YEAR / 4 }),
  tradeOf({ id: 's2', side: 'sell', quantity: 8, price: 90_0000 }),
  tradeOf({ id: 'h1', symbol: 'AAPL', side: 'sell', quantity: 3, price: 200_0000 }),
  tradeOf({ id: 'h2', symbol: 'AAPL', quantity: 3, price: 180_0000, time: OPENING + 1 }),
];

describe('realized gains and lots', () => {
  const serve = useServer();
  const rowsOf = async <T extends Table>(tables: Tables, table: T, user: string): Promise<RowOf<T>[]> => {
    const rows: RowOf<T>[] = [];
    for await (const { values } of tables.scan(table, [user])) rows.push(rowObject(table, values) as RowOf<T>);
    return rows;
  };
  const sum = (amounts: readonly string[]): bigint =>
    amounts.reduce((total, amount) => total + BigInt(amount.replace('.', '')), 0n);

  it('are by year and symbol, of closed positions too, and by term', async () => {
    const { tables } = await traded(HISTORY, withLots);
    const { server } = await serve({ live: tables, lots: true });
    const { years, symbols, since } = (await server.inject('/api/users/ann/gains')).json<WireGains>();
    const seen = years?.map(({ year, symbol, closings, gain, short, long }) => ({
      year,
      symbol,
      closings,
      gain,
      short,
      long,
    }));
    expect(seen).to.deep.equal([
      { year: '2026', symbol: 'AAPL', closings: 1, gain: '60.0000', short: '60.0000', long: '0.0000' },
      // Six of the old lot at 100.20, and two of the new one at 120.
      { year: '2026', symbol: 'IBM', closings: 2, gain: '-121.2000', short: '-60.0000', long: '-61.2000' },
      { year: '2025', symbol: 'IBM', closings: 1, gain: '199.2000', short: '0.0000', long: '199.2000' },
    ]);
    expect(since).to.equal(null);
    expect(symbols.map(({ symbol, quantity }) => [symbol, quantity])).to.deep.equal([
      ['AAPL', 0],
      ['IBM', 3],
    ]);
    const rows = await rowsOf(tables, positions, 'ann');
    for (const { symbol, realized } of symbols) {
      expect(realized).to.equal(formatMoney(rows.find((row) => row.symbol === symbol)?.realized ?? 0));
    }
  });

  it('add up to the rows of the tables, over random trades', async () => {
    const { tables } = await traded(marketTrades(3_000), withLots);
    const { server } = await serve({ live: tables, lots: true });
    for (const user of ['u00', 'u03', 'u39']) {
      const rows = await rowsOf(tables, realizedGains, user);
      const { years } = (await server.inject(`/api/users/${user}/gains`)).json<WireGains>();
      expect(rows.length).to.be.greaterThan(0);
      for (const { symbol, gain, short, long, proceeds, basis } of years ?? []) {
        const own = rows.filter((row) => row.symbol === symbol);
        expect(gain).to.equal(formatMoney(own.reduce((total, row) => total + BigInt(row.gain), 0n)));
        expect(sum([short, long])).to.equal(sum([gain]));
        expect(sum([proceeds]) - sum([basis])).to.equal(sum([gain]));
      }
      expect((years ?? []).reduce((total, { closings }) => total + closings, 0)).to.equal(rows.length);
    }
  });

  it('say from which closing on they are complete, if there are too many', async () => {
    const { tables } = await traded(HISTORY, withLots);
    const { years, since } = await gainsByYear(tables, 'ann', 3);
    expect(years.map(({ year, closings }) => [year, closings])).to.deep.equal([
      ['2026', 1],
      ['2026', 2],
    ]);
    expect(since).to.equal(OPENING);
    expect((await gainsByYear(tables, 'ann', 4)).since).to.equal(undefined);
  });

  it('are not by year where no lots are kept, and there are no lots then', async () => {
    const { tables } = await traded(HISTORY);
    const { server } = await serve({ live: tables });
    const { years, symbols } = (await server.inject('/api/users/ann/gains')).json<WireGains>();
    expect(years).to.equal(null);
    expect(symbols).to.have.length(2);
    expect((await server.inject('/api/users/ann/symbols/IBM/lots')).json()).to.deep.equal({
      lots: null,
      complete: true,
    });
    expect((await server.inject('/api/users/ann/gains.csv')).body).to.contain('AAPL,Apple Inc.,USD,0,60.0000');
    expect((await server.inject('/api/users/zoe/gains')).statusCode).to.equal(404);
  });

  it('show the open lots as the tables have them, with gain and term', async () => {
    const { tables } = await traded(HISTORY, withLots);
    const { server } = await serve({ live: tables, lots: true });
    const found = (await server.inject('/api/users/ann/symbols/IBM/lots')).json<WireLots>();
    const [row] = (await rowsOf(tables, lots, 'ann')).filter(({ symbol }) => symbol === 'IBM');
    expect(found.lots).to.deep.equal([
      {
        ...{ number: row?.number, lot: 'b2', opened: new Date(row?.opened ?? 0).toISOString() },
        ...{ quantity: sharesOf(row?.quantity ?? 0), currency: 'USD', basis: '360.0000' },
        // At the price of the newest trade, 90.
        ...{
          marketValue: '270.0000',
          gain: '-90.0000',
          term: Date.now() > (row?.opened ?? 0) + YEAR ? 'long' : 'short',
        },
      },
    ]);
    expect((await server.inject('/api/users/ann/symbols/AAPL/lots')).json()).to.deep.equal({
      lots: [],
      complete: true,
    });
  });
});

/** How many rows the holder has in a table. */
async function countOf(tables: Tables, table: Table): Promise<number> {
  const iterator = tables.scan(table, ['holder'])[Symbol.asyncIterator]();
  let rows = 0;
  while ((await iterator.next()).done !== true) rows += 1;
  return rows;
}

describe('a statement', () => {
  const serve = useServer();
  const linesOf = (csv: string): string[][] =>
    csv
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));

  it('has every trade, event and gain, the newest first', async () => {
    const events = [
      ...HISTORY.map((trade) => ({ ...trade, id: `x${trade.id}`, user: 'holder' })),
      ...accountOf('holder'),
    ];
    const { tables } = await traded(events, withLots);
    const { server } = await serve({ live: tables, lots: true });
    const [head = [], ...lines] = linesOf((await server.inject('/api/users/holder/statement.csv')).body);
    const column = (name: string): (string | undefined)[] => lines.map((line) => line[head.indexOf(name)]);
    const times = column('time');
    expect(times).to.deep.equal([...times].sort().reverse());
    for (const [what, table] of [
      ['trade', tradesByUser],
      ['event', accountEvents],
      ['gain', realizedGains],
    ] as const) {
      const rows = await countOf(tables, table);
      expect(rows, what).to.be.greaterThan(3);
      expect(
        column('what').filter((name) => name === what),
        what,
      ).to.have.length(rows);
    }
    expect(new Set(lines.map(({ length }) => length))).to.deep.equal(new Set([head.length]));
  });

  it('of somebody who has only an account is there, and of nobody is not', async () => {
    const { tables } = await traded([{ id: 'd', user: 'saver', time: OPENING, kind: 'deposit', amount: 5_0000 }]);
    const { server } = await serve({ live: tables });
    const [, line = []] = linesOf((await server.inject('/api/users/saver/statement.csv')).body);
    expect(line.join()).to.contain('event,deposit,d').and.contain('5.0000');
    expect((await server.inject('/api/users/nobody/statement.csv')).statusCode).to.equal(404);
  });

  it('is streamed, however many rows', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })], withLots);
    const many: Tables = {
      ...tables,
      async *scan(table, prefix, options): AsyncIterable<StoredRow> {
        if (table.name === 'account_events') return yield* tables.scan(table, prefix, options);
        if (table.name === 'user_totals' || (table.name !== 'trades_by_user' && table.name !== 'realized_gains'))
          return;
        for (let n = 0; n < 30_000; n++) {
          const time = OPENING - n;
          const trade = ['ann', time, `t${n}`, 'IBM', 'Energy', 'buy', 1, 100_0000, 100_0000, undefined, undefined];
          const gain = ['ann', time, 'IBM', n, `t${n}`, 'l', time, 1, 1, 1, 0, 'long', undefined];
          yield { values: table.name === 'trades_by_user' ? trade : gain, version: 1 };
        }
      },
    };
    const { server } = await serve({ live: many, lots: true });
    const place = await server.listen({ host: '127.0.0.1', port: 0 });
    const lines = (await (await fetch(`${place}/api/users/ann/statement.csv`)).text()).split('\r\n');
    expect(lines).to.have.length(60_002);
    expect(tradingDay(Date.parse(lines[1]?.split(',')[0] ?? ''))).to.equal(DAY);
  });

  it('merges sequences of any lengths in the order of time, and closes them', async () => {
    const ordered = fc.array(fc.nat(20)).map((times) => times.sort((a, b) => b - a));
    await fc.assert(
      fc.asyncProperty(fc.array(ordered, { maxLength: 4 }), fc.nat(30), async (sources, most) => {
        let open = 0;
        const sequence = async function* (times: readonly number[]): AsyncGenerator<{ readonly time: number }> {
          open += 1;
          try {
            for (const time of times) yield { time };
          } finally {
            open -= 1;
          }
        };
        const merged: number[] = [];
        for await (const { time } of newestFirst(...sources.map(sequence))) {
          merged.push(time);
          if (merged.length > most) break;
        }
        const all = sources.flat().sort((a, b) => b - a);
        expect(merged).to.deep.equal(all.slice(0, most + 1));
        expect(open).to.equal(0);
      }),
    );
  });
});
