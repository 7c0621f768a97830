import { expect } from 'chai';
import { listingOf, sectors, universe } from './universe.js';

describe('the universe', () => {
  it('has 503 members in 11 sectors, each symbol once, in order', () => {
    expect(universe.length).to.equal(503);
    expect(new Set(universe.map((l) => l.sector)).size).to.equal(11);
    expect(sectors).to.deep.equal([...new Set(universe.map((l) => l.sector))].sort());
    const symbols = universe.map((l) => l.symbol);
    expect(symbols).to.deep.equal([...new Set(symbols)].sort());
  });

  it('has for every member what a trade needs: a symbol, a name, a price of 10 to 900 USD in whole cents', () => {
    for (const { symbol, name, open } of universe) {
      expect(symbol).to.match(/^[A-Z]{1,5}(\.[A-Z])?$/);
      expect(name, symbol).to.match(/^\S.*\S$/u);
      expect(open, symbol).to.be.within(10_0000, 900_0000);
      expect(open % 100, symbol).to.equal(0);
    }
  });

  it('finds a member by its symbol', () => {
    expect(listingOf('BRK.B')).to.include({ name: 'Berkshire Hathaway', sector: 'Financials' });
    expect(listingOf('XOM')?.sector).to.equal('Energy');
    expect(listingOf('GONE')).to.equal(undefined);
  });
});
