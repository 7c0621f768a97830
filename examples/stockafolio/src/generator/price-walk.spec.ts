import { expect } from 'chai';
import { listingOf, universe } from '../universe/universe.js';
import { PriceWalk } from './price-walk.js';
import { randomOf } from './random.js';

const apple = listingOf('AAPL') ?? { symbol: 'AAPL', name: '', sector: '', open: 100_0000 };
const penny = { symbol: 'P', name: 'A penny', sector: '', open: 100 };

describe('prices', () => {
  it('never leave a fifth around the day’s opening, whether in cents or finer', () => {
    const walk = new PriceWalk([apple, penny], randomOf(1, 0));
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (let i = 0; i < 300_000; i++) {
      const fine = i % 7 === 0;
      const price = walk.next(0, fine);
      low = Math.min(low, price);
      high = Math.max(high, price);
      if (!fine && price % 100 !== 0) expect.fail(`${price} is not a whole number of cents`);
    }
    expect(low).to.be.at.least(apple.open * 0.8);
    expect(high).to.be.at.most(apple.open * 1.2);
  });

  it('spread some percent around the day’s opening, not all over its limits', () => {
    const walk = new PriceWalk([apple], randomOf(2, 0));
    let squares = 0;
    for (let i = 0; i < 300_000; i++) squares += (walk.next(0, true) / apple.open - 1) ** 2;
    expect(Math.sqrt(squares / 300_000)).to.be.within(0.01, 0.06);
  });

  it('are a cent at least', () => {
    const walk = new PriceWalk([penny], randomOf(3, 0));
    let low = Number.POSITIVE_INFINITY;
    for (let day = 0; day < 200; day++) {
      walk.openDay();
      for (let i = 0; i < 100; i++) low = Math.min(low, walk.next(0, true));
    }
    expect(low).to.be.at.least(100);
  });

  it('stay sane over forty years', () => {
    const walk = new PriceWalk(universe, randomOf(4, 0));
    for (let day = 0; day < 10_000; day++) walk.openDay();
    universe.forEach(({ open }, i) => {
      expect(walk.next(i, false) / open).to.be.within(0.2, 5);
    });
  });
});
