import { expect } from 'chai';
import fc from 'fast-check';
import { RUNS } from '../../test/random-fills.js';
import { EXPOSURE_UNIT, exposureOf, type ExposedPosition, type Exposure } from './exposure.js';

const sectors: Readonly<Record<string, string>> = { A: 'Energy', B: 'Energy', C: 'Utilities', D: 'Materials' };
const position: fc.Arbitrary<ExposedPosition> = fc
  .record({
    user: fc.constantFrom('ann', 'bob', 'eve'),
    symbol: fc.constantFrom('A', 'B', 'C', 'D'),
    quantity: fc.maxSafeInteger(),
    price: fc.option(fc.integer({ min: 1, max: 2 ** 50 }), { nil: undefined, freq: 9 }),
  })
  .map((each) => ({ ...each, sector: sectors[each.symbol] ?? '' }));
const positions = fc.array(position, { maxLength: 30 });

const sum = (all: Iterable<Exposure>, of: keyof Exposure): bigint =>
  [...all].reduce((total, each) => total + each[of], 0n);

describe('the exposure of a firm', () => {
  it('is the sum of its symbols, and of its sectors, whatever their sizes', () => {
    fc.assert(
      fc.property(positions, (all) => {
        const { total, bySymbol, bySector } = exposureOf(all);
        for (const of of ['long', 'short', 'net', 'gross'] as const) {
          expect(sum(bySymbol.values(), of)).to.equal(total[of]);
          expect(sum(bySector.values(), of)).to.equal(total[of]);
        }
        const values = all.map(({ quantity, price }) => BigInt(quantity) * BigInt(price ?? 0));
        expect(total.net).to.equal(values.reduce((a, b) => a + b, 0n));
        expect(total.gross).to.equal(values.reduce((a, b) => a + (b < 0n ? -b : b), 0n));
      }),
      { numRuns: RUNS },
    );
  });

  it('does not depend on the order of positions', () => {
    const shuffled = positions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const inOrder = (each: readonly ExposedPosition[]): unknown => {
          const { bySymbol, bySector, ...rest } = exposureOf(each);
          return [[...bySymbol], [...bySector], rest];
        };
        expect(inOrder(other)).to.deep.equal(inOrder(all));
      }),
      { numRuns: RUNS },
    );
  });

  it('has an index of concentration between 1 / n and 1, and between the square of the largest part and that part', () => {
    fc.assert(
      fc.property(positions, (all) => {
        const { symbols, bySymbol } = exposureOf(all);
        const count = [...bySymbol.values()].filter(({ net }) => net !== 0n).length;
        expect(symbols === undefined).to.equal(count === 0);
        if (symbols === undefined) return;
        const { herfindahl, largest } = symbols;
        expect(herfindahl).to.be.within(1 / count - 1e-12, 1);
        expect(herfindahl).to.be.within(largest.part ** 2 - 1e-12, largest.part + 1e-12);
      }),
      { numRuns: RUNS },
    );
  });

  it('has longs and shorts of two users in its gross, which cancel in its net', () => {
    const held = { symbol: 'A', sector: 'Energy', price: 10_0000 };
    const { total, symbols, withoutPrice } = exposureOf([
      { ...held, user: 'ann', quantity: 3e8 },
      { ...held, user: 'bob', quantity: -3e8 },
      { user: 'bob', symbol: 'N', sector: 'Energy', quantity: 1e8 },
      { user: 'eve', symbol: 'M', sector: 'Energy', quantity: 0 },
    ]);
    expect(total).to.deep.equal({
      ...{ long: 30n * EXPOSURE_UNIT, short: 30n * EXPOSURE_UNIT, net: 0n, gross: 60n * EXPOSURE_UNIT },
    });
    expect([symbols, withoutPrice]).to.deep.equal([undefined, ['N']]);
  });
});
