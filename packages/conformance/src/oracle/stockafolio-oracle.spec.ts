import { expect } from 'chai';
import { stockafolioOracle } from './stockafolio-oracle.js';
import type { WireEvent } from './wire-event.js';

let offset = 0;
const trade = (fields: object, partition = 0): WireEvent => ({
  partition,
  offset: offset++,
  value: JSON.stringify({
    id: `t${offset}`,
    user: 'ann',
    symbol: 'XOM',
    sector: 'Energy',
    side: 'buy',
    quantity: 10,
    price: 100,
    time: '2026-01-05T15:00:00.000Z',
    ...fields,
  }),
});

const lines = (tables: Map<string, object[]>, name: string): string[] =>
  (tables.get(name) ?? []).map((row) => JSON.stringify(row));

describe('the oracle', () => {
  it('agrees with figures computed by hand', () => {
    const tables = stockafolioOracle([
      trade({ quantity: 3, price: '10.0001' }),
      trade({ side: 'sell', quantity: 1, price: 11, time: '2026-01-05T15:00:00.999Z' }),
      trade({ side: 'sell', quantity: 4, price: 12.5, time: '2026-01-05T15:00:01Z', sector: 'Oil' }),
      trade({ user: 'bob', quantity: 2, price: 20, time: Date.parse('2026-01-06T04:59:59.500Z') }, 1),
    ]);
    expect(lines(tables, 'positions')).to.deep.equal([
      '{"user":"ann","symbol":"XOM","sector":"Oil","quantity":-2,"cost":"-25.0000","realized":"5.9997","last_time":"2026-01-05T15:00:01.000Z"}',
      '{"user":"bob","symbol":"XOM","sector":"Energy","quantity":2,"cost":"40.0000","realized":"0.0000","last_time":"2026-01-06T04:59:59.500Z"}',
    ]);
    expect(lines(tables, 'user_totals')).to.deep.equal([
      '{"user":"ann","trades":3,"volume":8,"value":"91.0003","realized":"5.9997","open_positions":1}',
      '{"user":"bob","trades":1,"volume":2,"value":"40.0000","realized":"0.0000","open_positions":1}',
    ]);
    expect(lines(tables, 'sector_seconds')).to.deep.equal([
      '{"day":"2026-01-05","minute":600,"second":"2026-01-05T15:00:00.000Z","sector":"Energy","shard":0,"trades":2,"volume":4,"value":"41.0003"}',
      '{"day":"2026-01-05","minute":600,"second":"2026-01-05T15:00:01.000Z","sector":"Oil","shard":0,"trades":1,"volume":4,"value":"50.0000"}',
      '{"day":"2026-01-05","minute":1439,"second":"2026-01-06T04:59:59.000Z","sector":"Energy","shard":1,"trades":1,"volume":2,"value":"40.0000"}',
    ]);
    expect(lines(tables, 'sector_totals')).to.deep.equal([
      '{"day":"2026-01-05","sector":"Energy","shard":0,"trades":2,"volume":4,"value":"41.0003","buy_value":"30.0003"}',
      '{"day":"2026-01-05","sector":"Energy","shard":1,"trades":1,"volume":2,"value":"40.0000","buy_value":"40.0000"}',
      '{"day":"2026-01-05","sector":"Oil","shard":0,"trades":1,"volume":4,"value":"50.0000","buy_value":"0.0000"}',
    ]);
    expect(lines(tables, 'symbol_totals')).to.deep.equal([
      '{"day":"2026-01-05","symbol":"XOM","shard":0,"trades":3,"volume":8,"value":"91.0003","buy_value":"30.0003"}',
      '{"day":"2026-01-05","symbol":"XOM","shard":1,"trades":1,"volume":2,"value":"40.0000","buy_value":"40.0000"}',
    ]);
    expect(lines(tables, 'symbol_prices')).to.deep.equal([
      '{"day":"2026-01-05","symbol":"XOM","minute":600,"shard":0,"price":"12.5000","time":"2026-01-05T15:00:01.000Z"}',
      '{"day":"2026-01-05","symbol":"XOM","minute":1430,"shard":1,"price":"20.0000","time":"2026-01-06T04:59:59.500Z"}',
    ]);
    expect(lines(tables, 'minute_totals')).to.deep.equal([
      '{"day":"2026-01-05","minute":600,"shard":0,"trades":3,"volume":8,"value":"91.0003","buy_value":"30.0003"}',
      '{"day":"2026-01-05","minute":1439,"shard":1,"trades":1,"volume":2,"value":"40.0000","buy_value":"40.0000"}',
    ]);
    expect(lines(tables, 'top_traders')).to.deep.equal([
      '{"day":"2026-01-05","shard":0,"rank":1,"user":"ann","value":"91.0003","volume":8,"trades":3}',
      '{"day":"2026-01-05","shard":1,"rank":1,"user":"bob","value":"40.0000","volume":2,"trades":1}',
    ]);
    expect(lines(tables, 'latest_prices')).to.deep.equal([
      '{"symbol":"XOM","shard":0,"price":"12.5000","time":"2026-01-05T15:00:01.000Z","day":"2026-01-05","day_open":"10.0001","day_open_time":"2026-01-05T15:00:00.000Z"}',
      '{"symbol":"XOM","shard":1,"price":"20.0000","time":"2026-01-06T04:59:59.500Z","day":"2026-01-05","day_open":"20.0000","day_open_time":"2026-01-06T04:59:59.500Z"}',
    ]);
  });

  it('lists the trades of a user newest first, and for one key the later one', () => {
    const tables = stockafolioOracle([
      trade({ id: 'b', time: 1767625200000 }),
      trade({ id: 'a', time: 1767625200000 }),
      trade({ id: 'c', time: 1767625201000 }),
      trade({ id: 'a', time: 1767625200000, price: 7 }),
    ]);
    const rows = tables.get('trades_by_user') ?? [];
    expect(rows.map((r) => `${r['id']} ${r['price']}`)).to.deep.equal(['c 100.0000', 'a 7.0000', 'b 100.0000']);
    expect(Object.keys(rows[0] ?? {}).join()).to.equal('user,time,id,symbol,sector,side,quantity,price,value');
  });

  it('uses the order of offsets, not the order of its input', () => {
    const trades = [trade({ price: 1 }), trade({ price: 2 }), trade({ side: 'sell', price: 3 }), trade({}, 1)];
    expect(stockafolioOracle([...trades].reverse())).to.deep.equal(stockafolioOracle(trades));
    expect(lines(stockafolioOracle(trades), 'latest_prices')[0]).to.contain('"price":"3.0000"');
  });

  it('keeps of two prices at one time the later as latest, and the earlier as opening price', () => {
    const at = (price: number, time: string): WireEvent => trade({ price, time: `2026-01-05T${time}Z` });
    const trades = [at(1, '15:00:01'), at(2, '15:00:00'), at(3, '15:00:00'), at(4, '15:00:01'), at(5, '15:00:00.500')];
    const [row] = stockafolioOracle(trades).get('latest_prices') ?? [];
    expect([row?.['price'], row?.['day_open']]).to.deep.equal(['4.0000', '2.0000']);
  });

  it('ranks the first hundred, ties by user', () => {
    const user = (i: number): string => `u${String(i).padStart(3, '0')}`;
    const trades = Array.from({ length: 120 }, (_, i) => trade({ user: user(119 - i), price: i < 2 ? 1000 : 5 }));
    const rows = stockafolioOracle(trades).get('top_traders') ?? [];
    expect(rows.map((r) => r['rank'])).to.deep.equal(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(rows.slice(0, 4).map((r) => r['user'])).to.deep.equal(['u118', 'u119', 'u000', 'u001']);
  });

  it('ranks by volume and by trades too', () => {
    const tables = stockafolioOracle([
      trade({ user: 'rich', quantity: 1, price: 1000 }),
      trade({ user: 'wide', quantity: 50, price: 1 }),
      trade({ user: 'busy', quantity: 1, price: 1 }),
      trade({ user: 'busy', quantity: 1, price: 1 }),
    ]);
    const users = (name: string): unknown[] => (tables.get(name) ?? []).map((row) => row['user']);
    expect(users('top_traders')).to.deep.equal(['rich', 'wide', 'busy']);
    expect(users('top_traders_by_volume')).to.deep.equal(['wide', 'busy', 'rich']);
    expect(users('top_traders_by_trades')).to.deep.equal(['busy', 'rich', 'wide']);
  });

  it('reads prices that a double cannot hold', () => {
    const price = '900719925474.0991';
    const written = trade({ quantity: 1 });
    const [row] =
      stockafolioOracle([{ ...written, value: written.value.replace('"price":100', `"price":${price}`) }]).get(
        'positions',
      ) ?? [];
    expect(row?.['cost']).to.equal(price);
  });
});
