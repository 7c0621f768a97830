import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '../errors/index.js';
import { bigDecimal, decimal, MAX_SAFE, record, typeName, type FieldType } from '../schema/index.js';
import { table, tableDifferences } from '../table/index.js';
import { bytesOf, textOf } from './bytes.js';
import { formatRow, formatValue, parseValue } from './format.js';
import { jsonCodec } from './json-codec.js';

const scale = fc.integer({ min: 0, max: 18 });
const small = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.integer({ min: 0, max: 10 ** 6 }).map((n) => n * 10 ** 8),
);
const big = fc.oneof(
  fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  small.map(BigInt),
  small.map((whole) => BigInt(whole) * 10n ** 18n),
);

const Both = (scale: number) =>
  record('both', { small: decimal(scale, { json: 'number' }), big: bigDecimal(scale, { json: 'number' }) });
const rows = (scale: number) => table('rows', { partitionBy: ['small'] }, Both(scale).fields);

/** The digits of a value without trailing zeros, by arithmetic of its own. */
function digits(units: bigint, scale: number): string {
  let [rest, left] = [units < 0n ? -units : units, scale];
  for (; left > 0 && rest % 10n === 0n; left--) rest /= 10n;
  const whole = rest / 10n ** BigInt(left);
  const fraction = left === 0 ? '' : `.${String(rest % 10n ** BigInt(left)).padStart(left, '0')}`;
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}

/** The members of a JSON object, as they are written. */
function tokens(text: string): string[] {
  return [...text.matchAll(/:("[^"]*"|[^,}]*)/g)].map(([, token = '']) => token);
}

describe("a decimal with json: 'number'", () => {
  it('has the same text in messages and dumps: all its digits, no trailing zeros, no exponent', () => {
    fc.assert(
      fc.property(scale, small, big, (scale, units, many) => {
        const value = { small: units + 0, big: many };
        const [message, dump] = [
          textOf(jsonCodec(Both(scale)).encode(value)),
          formatRow(rows(scale), [units + 0, many]),
        ];
        expect(tokens(dump)).to.deep.equal(tokens(message));
        expect(tokens(dump).map((token) => token.replaceAll('"', ''))).to.deep.equal(
          [BigInt(units), many].map((each) => digits(each, scale)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is a JSON number exactly if JSON.parse gives the same digits, of a whole number within 2^53', () => {
    fc.assert(
      fc.property(scale, big, (scale, units) => {
        const text = formatRow(
          table('t', { partitionBy: ['k'] }, { k: decimal(0), big: bigDecimal(scale, { json: 'number' }) }),
          [0, units],
        );
        const { big: parsed } = JSON.parse(text) as { big: unknown };
        const type = bigDecimal(scale, { json: 'number' });
        if (typeof parsed === 'number') {
          // The number of the shortest digits, and nothing else, is that value.
          const plain = Math.abs(parsed) < 1e-3 ? parsed.toFixed(scale) : String(parsed);
          expect(parseValue(type, plain)).to.equal(units);
          expect(Math.abs(parsed)).to.be.at.most(MAX_SAFE);
        } else {
          expect(parsed).to.equal(digits(units, scale));
          const isLong = String(units).replace('-', '').replace(/0+$/, '').length > 15;
          expect(isLong || Math.abs(Number(parsed)) > MAX_SAFE).to.equal(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read again from what is written, to the unit', () => {
    fc.assert(
      fc.property(scale, small, big, (scale, units, many) => {
        const codec = jsonCodec(Both(scale));
        expect(codec.decode(codec.encode({ small: units + 0, big: many }))).to.deep.equal({
          small: units + 0,
          big: many,
        });
        for (const [type, value] of [
          [decimal(scale, { json: 'number' }), units + 0],
          [bigDecimal(scale, { json: 'number' }), many],
        ] as const) {
          expect(parseValue(type, formatValue(type, value))).to.equal(value);
        }
      }),
    );
  });

  it('of 15 digits comes back from JSON.parse and its rounding', () => {
    const fifteen = fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fifteen, (scale, units) => {
        const [token = ''] = tokens(textOf(jsonCodec(Both(scale)).encode({ small: units, big: 0n })));
        expect(Math.round((JSON.parse(token) as number) * 10 ** scale)).to.equal(units);
      }),
    );
  });

  it('prints whole numbers as int64 does, 1e-8 in plain digits, and what a double loses in quotes', () => {
    const shown = (units: number, many: bigint): string => formatRow(rows(8), [units, many]);
    expect(shown(12_0000_0000, 5000_0000n)).to.equal('{"small":12,"big":0.5}');
    expect(shown(1, -1n)).to.equal('{"small":0.00000001,"big":-0.00000001}');
    expect(shown(0, BigInt(MAX_SAFE) * 10n ** 8n)).to.equal(`{"small":0,"big":${MAX_SAFE}}`);
    expect(shown(0, 2n ** 53n * 10n ** 8n)).to.equal('{"small":0,"big":"9007199254740992"}');
    expect(shown(0, 9007199254740991n)).to.equal('{"small":0,"big":"90071992.54740991"}');
    expect(shown(MAX_SAFE - 91, 0n)).to.match(/^\{"small":"?90071992.547409"?,"big":0\}$/);
  });

  it('reads numbers and texts, and refuses more decimals, as without it', () => {
    const codec = jsonCodec(Both(8));
    const read = (token: string): unknown => {
      try {
        return codec.decode(bytesOf(`{"small":${token},"big":0}`)).small;
      } catch (error) {
        return isStockafolioError(error) ? error.message : error;
      }
    };
    expect(['1.5', '"1.5"', '1.50000000000', '0.1234567900000001'].map(read)).to.deep.equal([
      150_000_000, 150_000_000, 150_000_000, 12_345_679,
    ]);
    expect(read('0.123456785')).to.match(/has more than 8 decimals/);
  });

  it('is the same type: of the same name, and the same column of a table', () => {
    const plain = table('rows', { partitionBy: ['small'] }, { small: decimal(8), big: bigDecimal(8) });
    expect(tableDifferences(plain, rows(8))).to.deep.equal([]);
    const names = [decimal(8, { json: 'number' }), bigDecimal(4, { json: 'number' })].map((type: FieldType) =>
      typeName(type),
    );
    expect(names).to.deep.equal(['decimal(8)', 'bigMoney']);
  });

  it('has no other form', () => {
    expect(() => decimal(8, { json: 'text' as never })).to.throw(/json of decimal\(\) is text/);
    expect(() => bigDecimal(8, { json: true as never })).to.throw(/json of bigDecimal\(\) is true/);
  });
});
