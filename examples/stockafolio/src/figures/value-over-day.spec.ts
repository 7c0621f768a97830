import { expect } from 'chai';
import { DAY, marketTrades, OPENING, traded, tradeOf } from '../../test/traded.js';
import { worth } from '../quantity.js';
import type { Trade } from '../trade.js';
import { portfolioFigures } from './portfolio-figures.js';
import { valueOverDay } from './value-over-day.js';

const MINUTE = 60_000;

/** The value at a time from all trades of all users: the holdings then, at the newest price of each symbol by then. */
function valueFromTrades(trades: readonly Trade[], user: string, time: number): bigint {
  const held = new Map<string, number>();
  for (const t of trades) {
    if (t.user !== user || t.time > time) continue;
    held.set(t.symbol, (held.get(t.symbol) ?? 0) + (t.side === 'buy' ? t.quantity : -t.quantity));
  }
  let value = 0n;
  for (const [symbol, quantity] of held) {
    const price = trades.findLast((t) => t.symbol === symbol && t.time <= time)?.price ?? 0;
    value += worth(quantity, price);
  }
  return value;
}

describe('the value over the day', () => {
  it('is, at the end of every ten minutes, the holdings at the newest price of each symbol', async () => {
    for (const seed of [1, 2]) {
      const trades = marketTrades(3_000, 15, seed);
      const { tables } = await traded(trades);
      for (const user of ['u00', 'u07', 'u14']) {
        const points = await valueOverDay(tables, user, DAY);
        expect(points.length, `seed ${seed}`).to.be.within(15, 20);
        for (const { time, value } of points.slice(0, -1)) {
          expect((time - OPENING) % (10 * MINUTE)).to.equal(0);
          expect(value, `seed ${seed}, ${user}, ${time}`).to.equal(valueFromTrades(trades, user, time - 1));
        }
        const now = await portfolioFigures(tables, user);
        expect(points.at(-1)?.value, `seed ${seed}, ${user}, now`).to.equal(now?.marketValue);
      }
    }
  });

  it('counts earlier holdings from the first price of the day on, and looks back past later days', async () => {
    const { tables } = await traded([
      tradeOf({ id: '1', time: OPENING - 86_400_000 * 3, price: 90_0000 }),
      tradeOf({ id: '2', user: 'bob', time: OPENING + 25 * MINUTE, price: 110_0000 }),
      tradeOf({ id: '3', time: OPENING + 35 * MINUTE, price: 120_0000, quantity: 5, side: 'sell' }),
      tradeOf({ id: '4', time: OPENING + 86_400_000, price: 50_0000, quantity: 1 }),
    ]);
    const values = (await valueOverDay(tables, 'ann', DAY)).map(({ value }) => Number(value) / 10_000);
    expect(values).to.deep.equal([1_100, 1_100, 600]);
  });

  it('is empty for a day without trades', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    expect(await valueOverDay(tables, 'ann', '2026-01-06')).to.deep.equal([]);
    expect(await valueOverDay(tables, 'nobody', DAY)).to.deep.equal([]);
  });
});
