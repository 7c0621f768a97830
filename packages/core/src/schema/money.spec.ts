import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '../errors/index.js';
import { mulDivHalfEven, timesPrice } from './money.js';
import { MAX_SAFE } from './types.js';

const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1000, max: 1000 }), fc.integer());
const attempt = (compute: () => number): number | 'overflow' => {
  try {
    return compute();
  } catch (error) {
    if (isStockafolioError(error, 'ERR_OVERFLOW')) return 'overflow';
    throw error;
  }
};
const fits = (value: bigint): number | 'overflow' =>
  value <= BigInt(MAX_SAFE) && value >= -BigInt(MAX_SAFE) ? Number(value) : 'overflow';

describe('money', () => {
  it('timesPrice is the exact product or ERR_OVERFLOW', () => {
    fc.assert(
      fc.property(safe, safe, (quantity, price) => {
        expect(attempt(() => timesPrice(quantity, price))).to.equal(fits(BigInt(quantity) * BigInt(price)));
      }),
    );
    expect(Object.is(timesPrice(-5, 0), 0)).to.equal(true);
  });

  it('mulDivHalfEven is the exact quotient, a half going to the even neighbour', () => {
    const rounded = (n: bigint, d: bigint): bigint => {
      const [num, den] = d < 0n ? [-n, -d] : [n, d];
      let floor = num / den;
      if (num % den < 0n) floor -= 1n;
      const twice = 2n * (num - floor * den);
      return twice > den || (twice === den && floor % 2n !== 0n) ? floor + 1n : floor;
    };
    fc.assert(
      fc.property(
        safe,
        safe,
        safe.filter((n) => n !== 0),
        (c, q, Q) => {
          const result = attempt(() => mulDivHalfEven(c, q, Q));
          expect(result).to.equal(fits(rounded(BigInt(c) * BigInt(q), BigInt(Q))));
          expect(Object.is(result, -0)).to.equal(Object.is(c, -0));
        },
      ),
      { numRuns: 1000 },
    );
    expect([mulDivHalfEven(1, 1, 2), mulDivHalfEven(3, 1, 2), mulDivHalfEven(-5, 1, 2)]).to.deep.equal([0, 2, -2]);
  });
});
