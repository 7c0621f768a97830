import { expect } from 'chai';
import fc from 'fast-check';
import { average, basisPoints, whole } from './values.js';

describe('values of the API', () => {
  it('a whole number is a number while it is exact, and a string past that', () => {
    expect([whole(-3), whole(2 ** 53 - 1), whole(2n ** 53n)]).to.deep.equal([-3, 2 ** 53 - 1, '9007199254740992']);
  });

  it('an average is the nearest unit, whatever the signs', () => {
    const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    const count = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).filter((n) => n !== 0n);
    fc.assert(
      fc.property(amount, count, (a, n) => {
        const distance = 2n * (average(a, n) * n - a);
        expect((distance < 0n ? -distance : distance) <= (n < 0n ? -n : n)).to.equal(true);
        expect(average(-a, -n)).to.equal(average(a, n));
        expect(average(-a, n)).to.equal(-average(a, n));
      }),
    );
    expect(average(5n, 0n)).to.equal(0n);
  });

  it('parts of a whole add up to it, but for rounding', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 11 }), (parts) => {
        const all = parts.reduce((sum, part) => sum + part, 0n);
        const sum = parts.reduce((total, part) => total + basisPoints(part, all), 0);
        if (all === 0n) expect(sum).to.equal(0);
        else expect(Math.abs(sum - 10_000)).to.be.at.most(parts.length);
      }),
    );
  });
});
