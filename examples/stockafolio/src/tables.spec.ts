import { expect } from 'chai';
import { stockafolioTables } from './tables.js';

const keys = Object.fromEntries(
  stockafolioTables.map((t) => {
    const names = t.columns.map((c) => (c.descending ? `${c.stored} desc` : c.stored));
    return [
      t.name,
      `${names.slice(0, t.partitionLength).join()};${names.slice(t.partitionLength, t.keyLength).join()}`,
    ];
  }),
);

describe('the tables', () => {
  it('have the keys that readers rely on', () => {
    expect(keys).to.deep.equal({
      positions: 'user;symbol',
      user_totals: 'user;',
      trades_by_user: 'user;time desc,id',
      sector_seconds: 'day,minute;second,sector,shard',
      sector_totals: 'day;sector,shard',
      symbol_totals: 'day;symbol,shard',
      symbol_prices: 'day,symbol;minute,shard',
      minute_totals: 'day;minute,shard',
      top_traders: 'day;shard,rank',
      top_traders_by_volume: 'day;shard,rank',
      top_traders_by_trades: 'day;shard,rank',
      accounts: 'user;currency',
      account_events: 'user;time desc,id',
      latest_prices: 'symbol;shard',
    });
  });

  it('hold sums over many users as bigMoney, so that no firm is too big', () => {
    for (const t of stockafolioTables.filter((x) => x.shardIndex >= 0 && !x.name.startsWith('top_traders'))) {
      const value = t.columns.find((c) => c.stored === 'value');
      if (value !== undefined) expect(value.type, t.name).to.include({ kind: 'bigDecimal', scale: 4 });
    }
  });
});
