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

  it('that is not listed stays unchanged', () => {
    for (const other of ['gone', 'AAPL  260619C00150000', 'BRK  B', 'A/B', '']) {
      expect(listedSpelling(other)).to.equal(other);
    }
  });
});
