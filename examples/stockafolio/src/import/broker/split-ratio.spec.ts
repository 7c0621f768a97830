import { expect } from 'chai';
import fc from 'fast-check';
import { reduced } from '../../books/reshape.js';
import { ratioOf } from './split-ratio.js';

describe('the ratio of a split', () => {
  it('is exact where the shares are', () => {
    expect(ratioOf(200_000_000, 2_000_000_000)).to.deep.equal({ numerator: 10, denominator: 1 });
    expect(ratioOf(2_100_000_000, 3_150_000_000)).to.deep.equal({ numerator: 3, denominator: 2 });
    expect(ratioOf(4_000_000_000, 100_000_000)).to.deep.equal({ numerator: 1, denominator: 40 });
    expect(ratioOf(0, 5)).to.equal(undefined);
    expect(ratioOf(5, 0)).to.equal(undefined);
    expect(reduced(100_000, 40_000)).to.deep.equal({ numerator: 5, denominator: 2 });
  });

  it('of rounded shares is the one that was meant', () => {
    const ratio = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(fc.integer({ min: 1_000_003, max: 900_000_007 }), ratio, (before, [numerator, denominator]) => {
        const after = Math.round((before * numerator) / denominator);
        expect(ratioOf(before, after, 1)).to.deep.equal(reduced(numerator, denominator));
      }),
    );
  });
});
