import type { WireSymbolDay } from '@stockafolio/example/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { sortedSymbols, symbolColumns } from './symbol-columns.js';

describe('the symbols of a day', () => {
  const decimal = fc.nat(10 ** 9).map((n) => `${n}.0000`);
  const orNull = <V>(of: fc.Arbitrary<V>): fc.Arbitrary<V | null> => fc.option(of, { freq: 3 });
  const rows = fc.uniqueArray(
    fc.record({
      ...{
        symbol: fc.stringMatching(/^[A-Z]{1,5}$/),
        name: fc.constant(''),
        sector: orNull(fc.constantFrom('A', 'B')),
      },
      ...{ trades: fc.nat(5), volume: fc.nat(5), value: decimal, buyValue: decimal },
      ...{ price: orNull(decimal), basisPoints: orNull(fc.integer({ min: -5, max: 5 })) },
    }),
    { selector: ({ symbol }) => symbol, maxLength: 30 },
  );

  it('have one order by each column, whatever order they came in, with unknown values last', () => {
    const columns = fc.constantFrom(...symbolColumns.map(({ name }) => name));
    fc.assert(
      fc.property(rows, columns, fc.boolean(), (symbols: WireSymbolDay[], by, down) => {
        const sorted = sortedSymbols(symbols, by, down);
        expect(sortedSymbols([...symbols].reverse(), by, down)).to.deep.equal(sorted);
        expect([...sorted].sort((a, b) => (a.symbol < b.symbol ? -1 : 1))).to.deep.equal(
          [...symbols].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
        );
        const known = sorted.map(({ price }) => price !== null);
        if (by === 'price') expect(known).to.deep.equal([...known].sort((a, b) => Number(b) - Number(a)));
        const values = sorted.map(({ value }) => Number(value));
        if (by === 'value') expect(values).to.deep.equal([...values].sort((a, b) => (down ? b - a : a - b)));
      }),
    );
  });
});
