import { expect } from 'chai';
import fc from 'fast-check';
import { SHARE, sharesOf, sharesText, tradeValue, worth } from './quantity.js';

const quantity = fc.oneof(
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  fc.integer({ min: 1, max: 1_000 * SHARE }),
  fc.integer({ min: 1, max: 90_000_000 }).map((shares) => shares * SHARE),
);
const price = fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));

/** n / d to the nearest whole number, a half to the even one: by the floor. */
function nearest(n: bigint, d: bigint): bigint {
  const floor = n < 0n ? -((-n + d - 1n) / d) : n / d;
  const twice = 2n * (n - floor * d);
  return twice > d || (twice === d && floor % 2n !== 0n) ? floor + 1n : floor;
}

describe('the value of a trade', () => {
  it('is quantity x price rounded once, half to even, and past 2^53 no safe integer', () => {
    fc.assert(
      fc.property(quantity, price, (q, p) => {
        const exact = nearest(BigInt(q) * BigInt(p), BigInt(SHARE));
        const value = tradeValue(q, p);
        if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) expect(BigInt(value)).to.equal(exact);
        else expect(value).to.be.greaterThan(Number.MAX_SAFE_INTEGER);
      }),
      { numRuns: 5_000 },
    );
    expect([1, 3, 5, 7].map((p) => tradeValue(SHARE / 2, p))).to.deep.equal([0, 2, 2, 4]);
    expect([tradeValue(1, 1), tradeValue(1, SHARE)]).to.deep.equal([0, 1]);
  });

  it('is that of any holding, and no holding is taken for whole shares', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer(), (q, p) => {
        expect(worth(q, p)).to.equal(nearest(BigInt(q) * BigInt(p), BigInt(SHARE)));
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90_071_992 }), fc.constantFrom(-1, 1), (shares, unit) => {
        expect(Number.isInteger((shares * SHARE + unit) / SHARE)).to.equal(false);
      }),
    );
  });
});

describe('shares', () => {
  it('are a number where it prints their digits, and a text of them otherwise', () => {
    expect([12_0000_0000, -5000_0000, 100n * 10n ** 8n, 0].map(sharesOf)).to.deep.equal([12, -0.5, 100, 0]);
    expect([1, 90071992_54740991].map(sharesOf)).to.deep.equal(['0.00000001', '90071992.54740991']);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), (units) => {
        const [whole = '', fraction = ''] = sharesText(units).split('.');
        expect(BigInt(whole + fraction.padEnd(8, '0'))).to.equal(units);
        expect(String(sharesOf(units))).to.equal(sharesText(units));
      }),
    );
  });
});
