import { expect } from 'chai';
import { SHARE } from './quantity.js';
import { trades } from './account-stream.js';
import { Trade, valueOf } from './trade.js';

const trade: Trade = {
  id: 't1',
  user: 'u1',
  symbol: 'AAPL',
  sector: 'Information Technology',
  side: 'buy',
  quantity: 10 * SHARE,
  price: 187_2500,
  time: Date.UTC(2026, 0, 5, 14, 30),
};

describe('a trade', () => {
  it('has its fields in wire order', () => {
    expect(Trade.names.join()).to.equal(
      'id,user,symbol,sector,side,quantity,price,time,kind,lot,currency,value,commission',
    );
  });

  it('is keyed by its user and timed by its own time', () => {
    expect(trades.key(trade)).to.equal('u1');
    expect(trades.time(trade)).to.equal(trade.time);
  });

  it('may be worth 2^53 - 1 units of money, and no more', () => {
    expect(Trade.check?.({ ...trade, quantity: SHARE, price: Number.MAX_SAFE_INTEGER })).to.equal(undefined);
    expect(Trade.check?.({ ...trade, quantity: 2 * SHARE, price: 2 ** 52 })).to.match(/past 2\^53/);
    expect(Trade.check?.({ ...trade, quantity: SHARE + 1, price: Number.MAX_SAFE_INTEGER })).to.match(/past 2\^53/);
    expect(Trade.check?.({ ...trade, quantity: SHARE - 1, price: Number.MAX_SAFE_INTEGER })).to.equal(undefined);
    expect(Trade.check?.({ ...trade, quantity: 3 * SHARE, price: 3002399751580331 })).to.match(/past 2\^53/);
  });

  it('has a value of its own where the price has too many decimals', () => {
    expect(valueOf({ ...trade, value: 1872_5001 })).to.equal(1872_5001);
    expect(valueOf(trade)).to.equal(1872_5000);
    expect(Trade.check?.({ ...trade, quantity: 2 * SHARE, price: 2 ** 52, value: 1 })).to.equal(undefined);
  });
});
