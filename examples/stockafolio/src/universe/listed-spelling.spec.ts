import { expect } from 'chai';
import { listedSpelling } from './listed-spelling.js';
import { universe } from './universe.js';

describe('a symbol', () => {
  it('is spelled as it is listed, whatever its case and the separator before its class', () => {
    for (const spelling of ['BRK.B', 'BRK B', 'BRK/B', 'BRK-B', 'brk.b', 'Brk-b']) {
      expect(listedSpelling(spelling)).to.equal('BRK.B');
    }
    for (const { symbol } of universe) {
      expect(listedSpelling(symbol)).to.equal(symbol);
      expect(listedSpelling(symbol.toLowerCase())).to.equal(symbol);
    }
  });

  it('that is not listed has a point before its class too, whichever separator the file has', () => {
    for (const spelling of ['RDS.B', 'RDS B', 'RDS/B']) expect(listedSpelling(spelling)).to.equal('RDS.B');
  });

  it('that is not listed, and has no class, stays unchanged', () => {
    for (const other of ['gone', 'AAPL  260619C00150000', 'BRK  B', 'A/B', 'BTC-USD', 'X-Y', 'rds b', '']) {
      expect(listedSpelling(other)).to.equal(other);
    }
  });
});
