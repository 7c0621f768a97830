import { bigDecimal, decimal, table, type Value } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { decoderOf } from './decode-value.js';
import { encoderOf } from './encode-value.js';

const shares = table(
  'shares',
  { partitionBy: ['key'] },
  {
    key: decimal(8, { json: 'number' }),
    few: decimal(8, { json: 'number' }),
    many: bigDecimal(8, { json: 'number' }),
    all: decimal(8),
  },
);

/** The scale and the unscaled value of a decimal of the native protocol. */
function partsOf(name: string, value: Value): [number, bigint] {
  const column = shares.columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(name);
  const bytes = encoderOf(column, false)(value);
  if (bytes === null) throw new Error(`no bytes of ${name}`);
  const hex = bytes.subarray(4).toString('hex');
  return [bytes.readInt32BE(0), BigInt.asIntN(4 * hex.length, BigInt(`0x${hex}`))];
}

describe('a decimal of Cassandra', () => {
  it("has no trailing zeros with json: 'number', but in a key, which is found by its bytes", () => {
    expect([partsOf('few', 12_0000_0000), partsOf('few', 0), partsOf('few', -5000_0000)]).to.deep.equal([
      [0, 12n],
      [0, 0n],
      [1, -5n],
    ]);
    expect(partsOf('many', -(10n ** 30n))).to.deep.equal([0, -(10n ** 22n)]);
    expect([partsOf('key', 12_0000_0000), partsOf('all', 12_0000_0000)]).to.deep.equal([
      [8, 12_0000_0000n],
      [8, 12_0000_0000n],
    ]);
  });

  it('is the same value at whatever scale it is stored', () => {
    const big = fc.oneof(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), fc.maxSafeInteger().map(BigInt));
    fc.assert(
      fc.property(big, (units) => {
        const [scale, unscaled] = partsOf('many', units);
        expect(unscaled * 10n ** BigInt(8 - scale)).to.equal(units);
        expect(scale === 0 || unscaled % 10n !== 0n).to.equal(true);
        const column = shares.columns[2];
        if (column === undefined) throw new Error('no column');
        const sign = unscaled < 0n ? '-' : '';
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
        const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
        expect(decoderOf(column, false)(`${sign}${text}`)).to.equal(units);
      }),
    );
  });
});
