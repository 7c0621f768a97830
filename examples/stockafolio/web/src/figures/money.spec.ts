import { formatMoney } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { compact, dollars, gain, price, ratio, signOf, unitsOf, wholeDollars } from './money.js';
import { writeNumbersAs } from './number-form.js';

describe('money on the pages', () => {
  before(() => writeNumbersAs('en-US'));

  it('is read exactly from what the API gives', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (units) => {
        expect(unitsOf(formatMoney(units))).to.equal(units);
      }),
    );
  });

  it('is rounded to cents, a half away from zero, and never shows a negative zero', () => {
    const shown = ['1234.5650', '-1234.5650', '0.0049', '-0.0049', '-0.0050', '999999999999999999.9999'].map(dollars);
    expect(shown).to.deep.equal([
      ...['$1,234.57', '-$1,234.57', '$0.00', '$0.00', '-$0.01', '$1,000,000,000,000,000,000.00'],
    ]);
  });

  it('shows a gain by its sign', () => {
    expect(['5.0000', '-5.0000', '0.0000', '0.0001'].map(gain)).to.deep.equal(['+$5.00', '-$5.00', '$0.00', '$0.00']);
    expect(['5.0000', '-5.0000', '0.0000'].map(signOf)).to.deep.equal([1, -1, 0]);
  });

  it('shows a price with the decimals that it has', () => {
    expect(['5.0000', '5.1200', '5.1234'].map(price)).to.deep.equal(['$5.00', '$5.12', '$5.1234']);
  });

  it('has a short form for small spaces', () => {
    const amounts = ['999.0000', '1000.0000', '-2500000.0000', '3696442195.4046', '999999.9999'];
    expect(amounts.map(compact)).to.deep.equal(['$999', '$1.00K', '-$2.50M', '$3.70B', '$1.00M']);
    expect(wholeDollars('1234.5000')).to.equal('$1,235');
  });

  it('is a part of a whole', () => {
    expect([ratio('25.0000', '100.0000'), ratio('-1.0000', '-4.0000'), ratio('1.0000', '0.0000')]).to.deep.equal([
      2_500,
      -2_500,
      undefined,
    ]);
  });

  it('is written as the visitor writes numbers, to the last digit', () => {
    const digits = (text: string): string => text.replace(/[^\d-]/g, '');
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN', 'ja-JP'),
        (cents, locale) => {
          writeNumbersAs(locale);
          const written = dollars(formatMoney(cents * 100n)).replaceAll('\u2212', '-');
          expect(BigInt(digits(written))).to.equal(cents);
        },
      ),
    );
    writeNumbersAs('de-DE');
    expect(dollars('-1234.5600').replaceAll('\u00a0', ' ')).to.equal('-1.234,56 $');
    writeNumbersAs('en-US');
  });
});
