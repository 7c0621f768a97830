import { expect } from 'chai';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import type { ColumnKind } from './columns.js';
import { conversionOf } from './conversions.js';
import type { Physical } from './physical-values.js';

const converted = (kind: ColumnKind, element: Partial<SchemaElement>, stored: Physical, scale?: number): unknown =>
  conversionOf({ kind, scale }, { name: 'x', ...element }, 'refuse')?.convert(stored);

/** Big-endian, in the fewest bytes that hold it. */
function bytesOf(value: bigint): Uint8Array {
  let width = 1;
  while (BigInt.asIntN(width * 8, value) !== value) width += 1;
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * (width - 1 - i))) & 0xffn));
}

function int96(nanoseconds: bigint): Uint8Array {
  const ofDay = ((nanoseconds % 86_400_000_000_000n) + 86_400_000_000_000n) % 86_400_000_000_000n;
  const view = new DataView(new ArrayBuffer(12));
  view.setBigInt64(0, ofDay, true);
  view.setInt32(8, Number((nanoseconds - ofDay) / 86_400_000_000_000n) + 2_440_588, true);
  return new Uint8Array(view.buffer);
}

const decimal = (scale: number): Partial<SchemaElement> => ({
  type: 'BYTE_ARRAY',
  logical_type: { type: 'DECIMAL', scale, precision: 38 },
});

describe('a foreign column', () => {
  it('read as a decimal is the exact decimal, whatever its scale and bytes, or rejected', () => {
    const scales = fc.integer({ min: 0, max: 18 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), scales, fc.integer({ min: 1, max: 12 }), (units, scale, more) => {
        const small = (stored: bigint): unknown => converted('decimal', decimal(scale + more), bytesOf(stored), scale);
        const stored = BigInt(units) * 10n ** BigInt(more);
        expect(small(stored)).to.equal(units + 0);
        expect(converted('bigDecimal', decimal(scale + more), bytesOf(stored), scale)).to.equal(BigInt(units));
        expect(() => small(stored + 1n)).to.throw(`more than ${scale} decimals`);
      }),
    );
    expect(converted('decimal', decimal(0), bytesOf(7n), 4)).to.equal(70_000);
    expect(() => converted('decimal', decimal(0), bytesOf(10n ** 12n), 4)).to.throw(/past 2\^53/);
    expect(() => converted('bigDecimal', decimal(4), bytesOf(2n ** 127n), 4)).to.throw(/past 2\^127/);
  });

  it('of doubles read as a decimal is what they were meant to be, or rejected', () => {
    const double = { type: 'DOUBLE' } as const;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 8 }), (units, scale) => {
        expect(converted('decimal', double, Number(`${units}e-${scale}`), scale)).to.equal(units + 0);
        expect(converted('bigDecimal', double, Number(`${units}e-${scale}`), scale)).to.equal(BigInt(units));
      }),
    );
    expect(converted('decimal', double, 0.1 + 0.2, 4)).to.equal(3_000);
    expect(converted('decimal', double, 156.51999999999998, 2)).to.equal(15_652);
    for (const value of [156.51995, Number.NaN, Number.POSITIVE_INFINITY, 5e-324])
      expect(() => converted('decimal', double, value, 4)).to.throw(
        `${value}, which is no number of at most 4 decimals`,
      );
  });

  it('read as a time is the millisecond of an INT96, before 1970 too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (time) => {
        expect(converted('timestamp', { type: 'INT96' }, int96(BigInt(time) * 1_000_000n))).to.equal(time);
        expect(() => converted('timestamp', { type: 'INT96' }, int96(BigInt(time) * 1_000_000n + 1n))).to.throw(
          /finer/,
        );
      }),
    );
  });

  it('read as a whole number is the exact number, signed or not, or rejected', () => {
    const unsigned = (bitWidth: 32 | 64): Partial<SchemaElement> => ({
      type: `INT${bitWidth}`,
      logical_type: { type: 'INTEGER', bitWidth, isSigned: false },
    });
    expect(converted('int64', unsigned(32), -1)).to.equal(2 ** 32 - 1);
    expect(() => converted('int32', unsigned(32), -1)).to.throw(/32-bit/);
    expect(() => converted('bigint64', unsigned(64), -1n)).to.throw(/past 2\^63/);
    expect(converted('bigint64', { type: 'INT32', converted_type: 'INT_8' }, -5)).to.equal(-5n);
  });

  it('read as exact JSON has all digits', () => {
    const time = (unit: 'MICROS' | 'NANOS'): Partial<SchemaElement> => ({
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
    });
    const cases: readonly (readonly [Partial<SchemaElement>, Physical, string])[] = [
      [decimal(4), bytesOf(-5n), '-0.0005'],
      [decimal(0), bytesOf(12n), '12'],
      [decimal(38), bytesOf(1n), `0.${'0'.repeat(37)}1`],
      [{ type: 'FLOAT' }, Math.fround(0.1), '0.1'],
      [{ type: 'FLOAT' }, Math.fround(16_777_217), '16777216'],
      [{ type: 'DOUBLE' }, 1e-7, '1e-7'],
      [{ type: 'DOUBLE' }, NaN, '"NaN"'],
      [{ type: 'INT64' }, 2n ** 63n - 1n, '9223372036854775807'],
      [time('MICROS'), -1n, '"1969-12-31T23:59:59.999999Z"'],
      [time('NANOS'), 1_000_000_001n, '"1970-01-01T00:00:01.000000001Z"'],
      [time('MICROS'), 2_000n, '"1970-01-01T00:00:00.002Z"'],
      [{ type: 'BOOLEAN' }, true, 'true'],
      [{ type: 'INT32', converted_type: 'DATE' }, -1, '"1969-12-31"'],
      [{ type: 'BYTE_ARRAY' }, Buffer.from('"ö'), '"\\"ö"'],
    ];
    for (const [element, stored, text] of cases) expect(converted('json', element, stored)).to.equal(text);
    expect(conversionOf({ kind: 'json' }, { name: 'x', num_children: 1 }, 'refuse')).to.equal(undefined);
  });

  it('with a day outside the range of a date is rejected', () => {
    const date = { type: 'INT32', converted_type: 'DATE' } as const;
    expect(converted('date', date, 2_932_896)).to.equal('9999-12-31');
    expect(() => converted('date', date, 2_932_897)).to.throw(/1 to 9999/);
  });
});
