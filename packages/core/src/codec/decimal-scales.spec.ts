import { expect } from 'chai';
import fc from 'fast-check';
import { canCompile } from '../compile/index.js';
import { BadRecordError } from '../errors/index.js';
import { bigDecimal, decimal, MAX_SAFE, record } from '../schema/index.js';
import { compileDecoder } from './compile-decoder.js';
import { slowDecoder } from './decode-slowly.js';
import { formsOf, type Decimals } from './form.js';
import { jsonCodec } from './json-codec.js';
import { schemaOrder } from './member-order.js';
import { orderedDecoder } from './ordered-decoder.js';

/** A number as a fraction of bigints: nothing of the codec is used. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

function fractionOf(text: string): Fraction {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', part = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent) - part.length;
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  const decimals = -(shift + digits.length - kept.length);
  const n = BigInt(kept === '' ? 0 : kept) * (mantissa.startsWith('-') ? -1n : 1n);
  return {
    n: decimals < 0 ? n * 10n ** BigInt(-decimals) : n,
    d: 10n ** BigInt(Math.max(0, decimals)),
  };
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** The units of a text by the law of the codec; undefined if it is to be rejected. */
function unitsByLaw(text: string, scale: number, decimals: Decimals): bigint | undefined {
  const { n, d } = fractionOf(text);
  const scaled = n * 10n ** BigInt(scale);
  const twice = 2n * magnitude(scaled);
  let nearest = (twice + d) / (2n * d);
  if ((twice + d) % (2n * d) === 0n && nearest % 2n === 1n) nearest -= 1n;
  const units = n < 0n ? -nearest : nearest;
  // The distance in units is rest / d.
  const rest = magnitude(scaled - units * d);
  if (rest === 0n || decimals !== 'exact') return units;
  const isNear = rest * 100n <= d && rest * 10n ** 9n <= magnitude(scaled);
  const isPastLastDigit = rest * 10n <= d && rest * 2n * 10n ** 14n <= magnitude(scaled);
  return isNear || isPastLastDigit ? units : undefined;
}

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
const runs = fc
  .tuple(fc.constantFrom('0', '9', '5'), fc.nat(20), digits(0, 3))
  .map(([digit, count, last]) => digit.repeat(count) + last);
const exponent = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(25)).map(([e, n]) => `${e}${n}`) },
);
const numbers = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '-'), digits(0, 22), fc.option(fc.tuple(digits(0, 20), runs)), exponent)
    .map(([sign, whole, decimals, e]) => {
      const fraction = decimals === null ? '' : `.${decimals.join('') || '0'}`;
      return `${sign}${whole.replace(/^0+/, '') || '0'}${fraction}${e}`;
    }),
  // What programs with binary fractions print, after a little arithmetic.
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 }), fc.integer({ min: -4, max: 4 })).map(([n, scale, ulps]) => {
    const value = n / 10 ** scale;
    return String(value + ulps * Math.abs(value) * 2 ** -52);
  }),
);
const options = fc.constantFrom<Decimals[]>('exact', { round: 'half-even' });

describe('decimal numbers of any scale in messages', () => {
  it('are what exact arithmetic on their digits says, on each path of the codec', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const codecs = new Map<string, ReturnType<typeof paths>>();
    const paths = (scale: number, decimals: Decimals) => {
      const schema = record('any', { value: decimal(scale), sum: bigDecimal(scale) });
      const forms = formsOf(schema, { decimals });
      const order = schemaOrder(forms) ?? [];
      return {
        codec: jsonCodec(schema, { decimals }),
        slow: slowDecoder<typeof schema.fields>(forms, 1e9),
        plain: orderedDecoder<typeof schema.fields>(forms, order),
        compiled: canCompile() ? compileDecoder<typeof schema.fields>('any', forms, order) : undefined,
      };
    };
    let read = 0;
    let noisy = 0;
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 0, max: 18 }),
        options,
        fc.boolean(),
        (text, scale, decimals, inQuotes) => {
          const id = `${scale} ${JSON.stringify(decimals)}`;
          const { codec, slow, plain, compiled } = codecs.get(id) ?? paths(scale, decimals);
          if (!codecs.has(id)) codecs.set(id, { codec, slow, plain, compiled });
          const units = unitsByLaw(text, scale, decimals);
          const { n, d } = fractionOf(text);
          if (units !== undefined && decimals === 'exact' && units * d !== n * 10n ** BigInt(scale)) noisy += 1;
          const isNumber = units !== undefined && magnitude(units) <= BigInt(MAX_SAFE);
          const isBig = units !== undefined && BigInt.asIntN(128, units) === units;
          const written = inQuotes ? `"${text}"` : text;
          const cases = [
            {
              message: `{"value":${written},"sum":0}`,
              expected: isNumber ? { value: Number(units) + 0, sum: 0n } : 'bad',
            },
            { message: `{"value":0,"sum":${written}}`, expected: isBig ? { value: 0, sum: units } : 'bad' },
          ];
          for (const { message, expected } of cases) {
            for (const decode of [codec.decode, (given: Uint8Array) => slow(given)]) {
              let found: unknown;
              try {
                found = decode(bytes(message));
              } catch (error) {
                if (!(error instanceof BadRecordError)) throw error;
                found = 'bad';
              }
              expect(found, `${message} ${id}`).to.deep.equal(expected);
            }
            const position = { partition: 0, offset: 0 };
            const found = plain(bytes(message), position);
            if (compiled !== undefined) expect(compiled(bytes(message), position), message).to.deep.equal(found);
            if (found === undefined) continue;
            read += 1;
            expect(found, `${message} ${id}`).to.deep.equal(expected);
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect(read, 'on a fast path').to.be.greaterThan(1_000);
    expect(noisy, 'with noise').to.be.greaterThan(100);
  });

  it('are written as they are read, without a digit lost', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 18 }),
        fc.oneof(fc.maxSafeInteger(), fc.integer()),
        fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
        (scale, value, sum) => {
          const codec = jsonCodec(record('any', { value: decimal(scale), sum: bigDecimal(scale) }));
          const written = codec.encode({ value, sum });
          expect(codec.decode(written)).to.deep.equal({ value: value + 0, sum });
          // Every JSON reader makes a number of the same digits.
          const parsed = JSON.parse(new TextDecoder().decode(written)) as { value: number | string };
          if (typeof parsed.value === 'number') expect(parsed.value).to.equal(Number(`${value}e-${scale}`));
        },
      ),
    );
  });

  it('are the intended ones after binary arithmetic, and rejected if their digits count', () => {
    const read = (text: string, scale: number): number | string => {
      try {
        return jsonCodec(record('any', { value: decimal(scale) })).decode(new TextEncoder().encode(`{"value":${text}}`))
          .value;
      } catch (error) {
        if (error instanceof BadRecordError) return error.problems[0]?.message ?? '';
        throw error;
      }
    };
    for (const [text, scale, units] of [
      ['156.51999999999998', 2, 15_652],
      [String(0.1 + 0.2), 1, 3],
      [String(0.1 - 0.09999999), 8, 1],
      [String(1.1 * 3), 2, 330],
      [String(4.35 * 100), 0, 435],
      ['0.12345678000000002', 8, 12_345_678],
      // Printed with fewer digits.
      ['0.10000000001', 4, 1_000],
    ] as const) {
      expect(read(text, scale), text).to.equal(units);
    }
    for (const [text, scale] of [
      ['156.51995', 4],
      // Today's digits of a rate: none of them is noise.
      ['1234567.12345', 4],
      ['123456.12341', 4],
      ['1234567890123456.12345', 4],
      [String(0.1 + 0.2 - 0.3), 4],
      ['1.5', 0],
    ] as const) {
      expect(read(text, scale), text).to.match(/ decimals? \(round it first|has decimals/);
    }
    expect(read('1.005', 2)).to.contain('has more than 2 decimals (round it first; a codec rounds with');
    expect(read('"+1"', 2)).to.equal("'+1' is not a decimal number");
    expect([read('-0', 2), read('-0.00', 2), read('-0e5', 2)].map((value) => Object.is(value, 0))).to.deep.equal([
      ...[true, true, true],
    ]);
  });

  it('are read or rejected at once, whatever their length and exponent', () => {
    const long = '7'.repeat(1_000_000);
    const longest = long.repeat(10);
    const codec = jsonCodec(record('any', { value: bigDecimal(8) }), { maxBytes: 1e9 });
    const rounding = jsonCodec(record('any', { value: bigDecimal(8) }), {
      maxBytes: 1e9,
      decimals: { round: 'half-even' },
    });
    const attempt = (given: typeof codec, text: string): unknown => {
      try {
        return given.decode(new TextEncoder().encode(`{"value":${text}}`)).value;
      } catch (error) {
        if (error instanceof BadRecordError) return 'bad';
        throw error;
      }
    };
    for (const text of [longest, `0.${longest}`, `-${long}`, `"${long}"`, `1e${long}`, `"${long}x"`, `1e-${long}`]) {
      expect(attempt(codec, text)).to.equal('bad');
    }
    for (const text of ['1e999999999999', '1e-999999999999', '1e400']) expect(attempt(codec, text)).to.equal('bad');
    expect(attempt(codec, `1.${'0'.repeat(10_000_000)}`)).to.equal(100_000_000n);
    expect(attempt(codec, `0e${'9'.repeat(1000)}`)).to.equal(0n);
    expect(attempt(rounding, `0.${long}`)).to.equal(77_777_778n);
    expect(attempt(rounding, '1e-999999999999')).to.equal(0n);
  });
});
