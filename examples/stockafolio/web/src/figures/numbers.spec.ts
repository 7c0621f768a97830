import { expect } from 'chai';
import { sharesOf } from '@stockafolio/example';
import { sortedBy } from '../parts/holding-columns.js';
import { writeNumbersAs } from './number-form.js';
import { count, shares } from './numbers.js';

describe('shares on a page', () => {
  before(() => writeNumbersAs('en-US'));

  it('have up to eight decimals without trailing zeros, and whole ones look like counts', () => {
    const units = [12_0000_0000, 5000_0000, -123_450_000_000, 1, 123_456_789_000_000_00, 9007199254740991];
    expect(units.map((each) => shares(sharesOf(each)))).to.deep.equal([
      ...['12', '0.5', '-1,234.5', '0.00000001', '123,456,789', '90,071,992.54740991'],
    ]);
    for (const whole of [0, 7, -10, 999, 1_000, 1_234_567, '9007199254740993'])
      expect(shares(whole)).to.equal(count(whole));
  });

  it('sort by their size, whether they came as numbers or as texts', () => {
    const money = { averageCost: '1.0000', cost: '1.0000', realized: '0.0000' };
    const unknown = { price: null, marketValue: null, unrealized: null, dayChange: null, dayMove: null, weight: null };
    const rows = [2, '0.00000001', -1.5, '90071992.54740991', 0.5].map((quantity, n) => ({
      ...{ symbol: `S${n}`, name: '', sector: '', currency: 'USD', quantity, ...money, ...unknown },
    }));
    expect(sortedBy(rows, 'quantity', false).map(({ quantity }) => quantity)).to.deep.equal([
      ...[-1.5, '0.00000001', 0.5, 2, '90071992.54740991'],
    ]);
  });
});
