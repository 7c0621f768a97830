import { expect } from 'chai';
import fc from 'fast-check';
import { addTo, bigMoney, int64, record } from '@stockafolio/core';
import type { StateView } from '@stockafolio/core/ports';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';

const Sum = record('sum', { trades: int64(), value: bigMoney(), full: int64({ range: 'full' }) });
type Sum = { trades: number; value: bigint; full: bigint };

const state = new KeyedState('sums', Sum, new Interner());

function sumOf(value: bigint): Sum {
  state.upsert(['key'], 1, 1);
  const sum = state.cursor as unknown as Sum;
  sum.value = value;
  return sum;
}

const edges = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53 - 1), 1e15];

describe('addTo', () => {
  it('adds to a field as bigints add, whatever the signs and the carries', () => {
    const starts = [
      ...edges.map(BigInt),
      2n ** 62n,
      -(2n ** 62n),
      0xffff_ffffn,
      -0x1_0000_0001n,
      2n ** 63n - 2n ** 54n,
    ];
    for (const start of starts) {
      for (const amount of edges) {
        const sum = sumOf(start);
        addTo(sum, 'value', amount);
        expect(sum.value, `${start} + ${amount}`).to.equal(start + BigInt(amount));
        expect(sum.full, 'the field beside it').to.equal(0n);
      }
    }
  });

  it('adds and stores as bigints do, up to 127 bits for money and 63 for a full int64', () => {
    const wide = fc.oneof(
      fc.bigInt({ min: -(2n ** 126n), max: 2n ** 126n }),
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
    );
    const narrow = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    fc.assert(
      fc.property(wide, narrow, fc.maxSafeInteger(), (value, full, amount) => {
        const sum = sumOf(value);
        sum.full = full;
        addTo(sum, 'value', amount);
        addTo(sum, 'full', amount);
        expect(sum.value).to.equal(value + BigInt(amount));
        expect(sum.full).to.equal(full + BigInt(amount));
      }),
    );
  });

  it('is seen as a number within 2^53 by what compares it, and as the bigint past that', () => {
    const any = fc.oneof(
      fc.bigInt({ min: -(2n ** 126n), max: 2n ** 126n }),
      fc.maxSafeInteger().map(BigInt),
      fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 1n - 2n ** 53n, 0xffff_ffffn, -1n, 0n, 2n ** 64n),
    );
    fc.assert(
      fc.property(any, (value) => {
        const seen = (sumOf(value) as unknown as StateView).$number('value');
        const isSafe = Number.isSafeInteger(Number(value));
        expect(BigInt(seen)).to.equal(value);
        if (isSafe) expect(Object.is(seen, Number(value))).to.equal(true);
        else if (typeof seen === 'number') expect(seen).to.equal(-(2 ** 53));
      }),
    );
    expect((sumOf(1n) as unknown as StateView).$number('trades')).to.equal(0);
  });

  it('adds to a plain object, so that a fold can be tested on its own', () => {
    const sum = { trades: 1, value: 5n };
    addTo(sum, 'value', -7);
    expect(sum).to.eql({ trades: 1, value: -2n });
  });

  it('rejects what is not a whole number, and a sum past 128 bits, and leaves the field unchanged', () => {
    for (const [start, amount] of [
      [0n, 0.5],
      [0n, Number.NaN],
      [0n, 2 ** 53],
      [2n ** 127n - 1n, 1],
      [-(2n ** 127n) + 2n ** 64n, -1],
      [-(2n ** 127n) + 2n ** 64n + 5n, -(2 ** 53 - 1)],
    ] as const) {
      const sum = sumOf(start);
      expect(() => addTo(sum, 'value', amount), `${start} + ${amount}`)
        .to.throw("does not fit 'value' exactly")
        .with.property('code', 'ERR_OVERFLOW');
      expect(sum.value).to.equal(start);
    }
  });

  it('rejects a sum past 64 bits for a full int64', () => {
    for (const [start, amount] of [
      [2n ** 63n - 1n, 1],
      [-(2n ** 63n) + 1n, -1],
    ] as const) {
      const sum = sumOf(0n);
      sum.full = start;
      expect(() => addTo(sum, 'full', amount)).to.throw("does not fit 'full' exactly");
      expect(sum.full).to.equal(start);
    }
  });

  it('rejects setting a value past 128 bits', () => {
    const sum = sumOf(1n);
    for (const value of [2n ** 127n, -(2n ** 127n)]) {
      expect(() => (sum.value = value)).to.throw("does not fit 'value' exactly");
      expect(sum.value).to.equal(1n);
    }
  });
});
