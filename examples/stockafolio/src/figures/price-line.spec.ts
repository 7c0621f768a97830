import { dateOfDays, daysOfDate } from '@stockafolio/core';
import { expect } from 'chai';
import { DAY, OPENING, traded, tradeOf } from '../../test/traded.js';
import { closesBefore } from './closes.js';
import { lastPriceIn } from './day-prices.js';
import { weekLine, yearLine } from './price-line.js';

const before = (days: number): number => OPENING - days * 86_400_000;
const dayBefore = (days: number): string => dateOfDays(daysOfDate(DAY) - days);

describe('the prices of a symbol over days', () => {
  const market = () =>
    traded([
      tradeOf({ id: 'a', time: before(400), price: 1_0000 }),
      ...[60, 40, 20, 6, 5, 4, 3].map((days) => tradeOf({ id: `d${days}`, time: before(days), price: days * 1_0000 })),
      tradeOf({ id: 'n1', price: 99_0000 }),
      tradeOf({ id: 'n2', time: OPENING + 20 * 60_000, price: 98_0000 }),
    ]);

  it('have one price for each day of a year, as far back as there is no month without one', async () => {
    const { tables } = await market();
    const line = await yearLine(lastPriceIn(tables), 'IBM', DAY);
    expect(line.map(({ price }) => price / 10_000)).to.deep.equal([60, 40, 20, 6, 5, 4, 3, 98]);
    expect(await yearLine(lastPriceIn(tables), 'NONE', DAY)).to.deep.equal([]);
  });

  it('have all ten minutes of the last five days', async () => {
    const { tables } = await market();
    const line = await weekLine(tables, lastPriceIn(tables), 'IBM', DAY);
    expect(line.map(({ price }) => price / 10_000)).to.deep.equal([6, 5, 4, 3, 99, 98]);
  });

  it('give the close of the newest of the five earlier days with trades', async () => {
    const { tables } = await market();
    const days = [0, 3, 4, 5, 6].map(dayBefore);
    const close = await closesBefore(lastPriceIn(tables), ['IBM', 'NONE'], DAY, days);
    expect(close('IBM')).to.deep.equal({ price: 3_0000, day: dayBefore(3) });
    expect(close('NONE')).to.equal(undefined);
    const none = await closesBefore(lastPriceIn(tables), ['IBM'], dayBefore(6), days);
    expect(none('IBM')).to.equal(undefined);
  });
});
