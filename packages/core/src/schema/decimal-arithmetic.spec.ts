import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '../errors/index.js';
import { bigMulDivHalfEven, decimalProduct, rescale } from './decimal-arithmetic.js';
import { timesPrice } from './money.js';
import { MAX_SAFE } from './types.js';

const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1000, max: 1000 }), fc.integer());
const big = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n });
const scale = fc.integer({ min: 0, max: 18 });

const attempt = <T>(compute: () => T): T | string => {
  try {
    return compute();
  } catch (error) {
    if (isStockafolioError(error)) return error.code;
    throw error;
  }
};

/** n / d to the nearest whole number, a half to the even one: by the floor, unlike the code. */
function nearest(n: bigint, d: bigint): bigint {
  const [num, den] = d < 0n ? [-n, -d] : [n, d];
  let floor = num / den;
  if (num % den < 0n) floor -= 1n;
  const twice = 2n * (num - floor * den);
  return twice > den || (twice === den && floor % 2n !== 0n) ? floor + 1n : floor;
}
const number = (value: bigint): number | string =>
  value <= BigInt(MAX_SAFE) && value >= -BigInt(MAX_SAFE) ? Number(value) : 'ERR_OVERFLOW';
const wide = (value: bigint): bigint | string => (BigInt.asIntN(128, value) === value ? value : 'ERR_OVERFLOW');
const power = (exponent: number): bigint => 10n ** BigInt(exponent);

describe('the product of two decimals', () => {
  it('is exact, rounded once, a half going to the even neighbour, or ERR_OVERFLOW', () => {
    fc.assert(
      fc.property(safe, safe, scale, scale, scale, (a, b, first, second, to) => {
        const product = attempt(() => decimalProduct({ of: [first, second], to })(a, b));
        const expected = number(nearest(BigInt(a) * BigInt(b) * power(to), power(first + second)));
        expect(product).to.equal(expected);
        expect(Object.is(product, -0)).to.equal(false);
      }),
      { numRuns: 2_000 },
    );
    const worth = decimalProduct({ of: [8, 4], to: 4 });
    expect(worth(50_000_000, 12_3400)).to.equal(6_1700);
    expect([worth(1, 5_000_0000), worth(3, 5_000_0000), worth(-1, 5_000_0000)]).to.deep.equal([0, 2, 0]);
  });

  it('is timesPrice itself if nothing is rounded', () => {
    expect(decimalProduct({ of: [0, 4], to: 4 })).to.equal(timesPrice);
  });

  it('has scales from 0 to 18', () => {
    for (const wrong of [-1, 19, 0.5, Number.NaN])
      expect(attempt(() => decimalProduct({ of: [wrong, 4], to: 4 }))).to.equal('ERR_SCHEMA_INVALID');
  });
});

describe('rescale', () => {
  it('is exact with more decimals, and rounded half to even with fewer, of numbers and bigints', () => {
    fc.assert(
      fc.property(safe, scale, scale, (units, from, to) => {
        const exact = nearest(BigInt(units) * power(to), power(from));
        expect(attempt(() => rescale(units, from, to))).to.equal(number(exact));
        expect(attempt(() => rescale(BigInt(units), from, to))).to.equal(wide(exact));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(big, scale, scale, (units, from, to) => {
        expect(attempt(() => rescale(units, from, to))).to.equal(wide(nearest(units * power(to), power(from))));
      }),
    );
    expect(rescale(1_5650, 4, 2)).to.equal(156);
    expect(Object.is(rescale(-0, 4, 2), 0)).to.equal(true);
    expect(Object.is(rescale(-1, 4, 2), 0)).to.equal(true);
  });
});

describe('bigMulDivHalfEven', () => {
  it('is the exact quotient, a half going to the even neighbour, or ERR_OVERFLOW', () => {
    fc.assert(
      fc.property(
        big,
        big,
        big.filter((n) => n !== 0n),
        (c, q, Q) => {
          expect(attempt(() => bigMulDivHalfEven(c, q, Q))).to.equal(wide(nearest(c * q, Q)));
        },
      ),
    );
    expect([bigMulDivHalfEven(1n, 1n, 2n), bigMulDivHalfEven(3n, 1n, -2n)]).to.deep.equal([0n, -2n]);
    expect(attempt(() => bigMulDivHalfEven(1n, 1n, 0n))).to.equal('ERR_INTERNAL');
  });
});
