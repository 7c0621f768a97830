import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '../errors/index.js';
import { bigMoney, decimal, int32, int64, money, record, text } from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

const Amount = record('amount', {
  id: text(),
  price: money(),
  sum: bigMoney(),
  quantity: int32(),
  count: int64({ range: 'full' }),
});
const strict = jsonCodec(Amount);
const rounding = jsonCodec(Amount, { decimals: { round: 'half-even' } });

type Written = Partial<Record<'price' | 'sum' | 'quantity' | 'count', string>>;

/** The numbers of a message as they are decoded; undefined if it is not a record. */
function read(codec: typeof strict, numbers: Written): ReturnType<typeof strict.decode> | undefined {
  const { price = '1', sum = '1', quantity = '1', count = '1' } = numbers;
  const message = `{"id":"a","price":${price},"sum":${sum},"quantity":${quantity},"count":${count}}`;
  try {
    return codec.decode(new TextEncoder().encode(message));
  } catch (error) {
    if (isStockafolioError(error, 'ERR_BAD_RECORD')) return undefined;
    throw error;
  }
}

/** Units of 1e-4 of a decimal text, rounded half to even, computed independently: with one large fraction. */
function halfEven(decimal: string): bigint {
  const [whole = '', decimals = ''] = decimal.replace('-', '').split('.');
  const scaled = BigInt(whole + decimals) * 10_000n;
  const divisor = 10n ** BigInt(decimals.length);
  const [units, twice] = [scaled / divisor, 2n * (scaled % divisor)];
  const up = twice > divisor || (twice === divisor && units % 2n === 1n);
  const magnitude = up ? units + 1n : units;
  return decimal.startsWith('-') ? -magnitude : magnitude;
}

describe('decimals in messages', () => {
  it('are read as the intended amount, after float arithmetic that ends near it', () => {
    const cents = fc.integer({ min: -9_999_999, max: 9_999_999 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(cents, fc.constantFrom(0.1, 0.2, 0.3, 0.7, 1.1), fc.integer({ min: 1, max: 9 }), (n, step, times) => {
        // Adding a step several times and subtracting it again leaves noise in the last digits.
        let value = n / 100;
        for (let i = 0; i < times; i++) value += step;
        for (let i = 0; i < times; i++) value -= step;
        const written = String(value);
        if (written.includes('e') || Math.abs(value - n / 100) > 1e-9 * Math.abs(value)) return;
        expect(read(strict, { price: written })?.price, written).to.equal(n * 100);
        expect(read(strict, { sum: written })?.sum, written).to.equal(BigInt(n * 100));
        expect(read(strict, { price: `"${written}"` })?.price, written).to.equal(n * 100);
      }),
    );
    for (const [written, units] of [
      ['156.51999999999998', 1_565_200],
      ['0.30000000000000004', 3_000],
      ['0.1000000000000000055511151231257827021181583404541015625', 1_000],
      ['1.5651999999999998e2', 1_565_200],
      ['-99.99999999999999', -1_000_000],
      // As printed with twelve significant digits.
      ['5.56250000003', 55_625],
      ['14.4549999999', 144_550],
      ['3.90999999969', 39_100],
    ] as const) {
      expect(read(strict, { price: written })?.price, written).to.equal(units);
    }
  });

  it('are rejected if extra digits are significant, and rounding is not configured', () => {
    const digits = ['12345.67891', '1234567.12345', '123456.70001', '4.82375000001'];
    for (const price of [...digits, '99.59940681406864', '0.00005', '12.34567', '1e-5', '0.1000001', '5e-324']) {
      expect(read(strict, { price }), price).to.equal(undefined);
    }
  });

  it('are rounded, a half to the even neighbour, if configured, on the fast and the slow path alike', () => {
    const digits = (length: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: length });
    const decimal = fc
      .tuple(
        fc.boolean(),
        fc.nat(99_999_999),
        digits(4),
        fc.constantFrom('', '5', '50', '49999', '50001', '4', '6'),
        digits(9),
      )
      .map(
        ([minus, whole, first, middle, last]) => `${minus ? '-' : ''}${whole}.${first.padEnd(4, '0')}${middle}${last}`,
      );
    fc.assert(
      fc.property(decimal, (written) => {
        const units = halfEven(written);
        for (const price of [written, `"${written}"`, `${written}e0`]) {
          expect(read(rounding, { price })?.price, price).to.equal(Number(units) + 0);
          expect(read(rounding, { sum: price })?.sum, price).to.equal(units);
        }
      }),
    );
    for (const [price, units] of [
      ['99.59940681406864', 995_994],
      ['0.00005', 0],
      ['0.00015', 2],
      ['0.00025', 2],
      ['-0.00015', -2],
      ['0.99995', 10_000],
    ] as const) {
      expect(read(rounding, { price })?.price, price).to.equal(units);
    }
  });

  it('are whole numbers if they are whole except for the noise of a double, otherwise not a quantity', () => {
    for (const [quantity, whole] of [
      ['29.999999999999996', 30],
      ['3.0000000000000004', 3],
      ['10.0', 10],
      ['1e2', 100],
    ] as const) {
      expect(read(strict, { quantity })?.quantity, quantity).to.equal(whole);
      expect(read(strict, { count: quantity })?.count, quantity).to.equal(BigInt(whole));
    }
    for (const quantity of ['0.5', '123456789.5', '2.9999', '1.000000001']) {
      expect(read(strict, { quantity }), quantity).to.equal(undefined);
    }
    expect(read(strict, { count: '123456789012.5' })).to.equal(undefined);
  });

  it('are rounded by field, if that is what the codec says', () => {
    const byField = jsonCodec(Amount, { decimals: { price: { round: 'half-even' }, sum: 'exact' } });
    expect(read(byField, { price: '1.00015' })?.price).to.equal(10_002);
    expect(read(byField, { sum: '1.00015' })).to.equal(undefined);
    // A field may be called as the option is.
    const named = jsonCodec(record('named', { round: decimal(2) }), { decimals: { round: 'exact' } });
    expect(() => named.decode(new TextEncoder().encode('{"round":1.005}'))).to.throw('more than 2 decimals');
    const rounded = jsonCodec(record('named', { round: decimal(2) }), { decimals: { round: { round: 'half-even' } } });
    expect(rounded.decode(new TextEncoder().encode('{"round":1.015}'))).to.deep.equal({ round: 102 });
  });

  it('are rounded in the fields that round names, and there alone', () => {
    const codec = jsonCodec(Amount, { round: { price: 'half-even' } });
    expect(read(codec, { price: '99.59940681406864' })?.price).to.equal(99_5994);
    expect(read(codec, { sum: '99.59940681406864' })).to.equal(undefined);
    expect(() => jsonCodec(Amount, { round: { quantity: 'half-even' } })).to.throw(
      "round: 'quantity' is of type int32",
    );
  });

  it('can be rounded only where there is a scale', () => {
    expect(() => jsonCodec(Amount, { decimals: { quantity: { round: 'half-even' } } })).to.throw(
      "decimals: 'quantity' is of type int32, which has no scale",
    );
    expect(() => jsonCodec(Amount, { decimals: { cost: 'exact' } as never })).to.throw("no field 'cost'");
    expect(() => jsonCodec(Amount, { decimals: { price: 'half-even' } as never })).to.throw("neither 'exact' nor");
  });

  it('are written unchanged, also by a codec that rounds', () => {
    const amount = read(rounding, { price: '99.59940681406864' });
    if (amount === undefined) throw new Error('not read');
    const again = rounding.encode(amount);
    expect(new TextDecoder().decode(again)).to.contain('"price":99.5994');
    expect(rounding.decode(again)).to.deep.equal(amount);
  });
});
