import { expect } from 'chai';
import fc from 'fast-check';
import {
  dividedBy,
  fitsScale,
  parseFileNumber,
  plainDecimal,
  times,
  unitsOf,
  type NumberForm,
} from './decimal-text.js';

const english: NumberForm = {
  decimal: '.',
  thousands: ',',
  currencySymbols: { $: 'USD', '€': 'EUR' },
  suffixes: ['S'],
};
const german: NumberForm = { ...english, decimal: ',', thousands: ".'" };

const shown = (text: string, form = english): string => {
  const number = parseFileNumber(text, form);
  if (typeof number === 'string') return number;
  return `${plainDecimal(number)}${number.currency === undefined ? '' : ` ${number.currency}`}`;
};

describe('a number of a file', () => {
  it('is read with its sign, currency and thousands, as brokers write them', () => {
    const texts = {
      '-1,234.50': '-1234.5',
      '($1,272.42)': '-1272.42 USD',
      '-$3360.00': '-3360 USD',
      '$-5': '-5 USD',
      '+20': '20',
    };
    const more = {
      'USD -0.07': '-0.07 USD',
      '125.40 USD': '125.4 USD',
      '1S': '1',
      '.35': '0.35',
      '5-': '-5',
      '€6.68990': '6.6899 EUR',
    };
    for (const [text, expected] of Object.entries({ ...texts, ...more, '\u2212 3.0': '-3' })) {
      expect(shown(text), text).to.equal(expected);
    }
    for (const [text, expected] of Object.entries({
      '1.234,56': '1234.56',
      "5'062.60": undefined,
      "5'062,6": '5062.6',
      '-0,00': '0',
    })) {
      expect(shown(text, german), text).to.equal(expected ?? `'${text}' is not a number`);
    }
  });

  it('is refused if its digits are grouped otherwise, or anything else is in it', () => {
    for (const text of [
      '1,23',
      '12,34,567',
      ',123',
      '1.2.3',
      '',
      '-',
      '$',
      'n/a',
      '1 2',
      '--5',
      '1e5',
      '0x1',
      '1,234,',
      '(5',
      '٣',
    ])
      expect(shown(text), text).to.match(/is not a number/);
    expect(shown('1'.repeat(41))).to.match(/is not a number/);
  });

  it('keeps every digit, whatever they are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(8), (units, scale) => {
        const text = plainDecimal({ units, scale });
        expect(shown(text)).to.equal(text);
      }),
    );
  });

  it('is rounded once, half to the even neighbour, and is refused past 2^53 units', () => {
    const rounded = (text: string, scale: number): number => {
      const number = parseFileNumber(text, english);
      if (typeof number === 'string') throw new Error(number);
      return unitsOf(number, scale);
    };
    expect([
      rounded('0.00005', 4),
      rounded('0.00015', 4),
      rounded('-0.00015', 4),
      rounded('0.000150001', 4),
    ]).to.deep.equal([0, 2, -2, 2]);
    expect(() => rounded('1000000000000', 4)).to.throw(/2\^53/);
    expect(fitsScale({ units: 1_500n, scale: 3 }, 1)).to.equal(true);
    expect(fitsScale({ units: 1_501n, scale: 3 }, 1)).to.equal(false);
  });

  it('times another and divided by it is itself', () => {
    const decimal = fc.record({ units: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), scale: fc.nat(6) });
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        if (b.units === 0n) return;
        expect(plainDecimal(dividedBy(times(a, b), b, 6))).to.equal(plainDecimal(a));
      }),
    );
  });
});
