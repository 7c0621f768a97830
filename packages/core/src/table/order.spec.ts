import { expect } from 'chai';
import fc from 'fast-check';
import { boolean, int64, oneOf, text, timestamp } from '../schema/index.js';
import { compareKeys, compareText } from './order.js';
import { table } from './table.js';

const trades = table(
  'trades',
  { partitionBy: ['user'], clusterBy: ['time', 'whole', 'open', 'side'], descending: ['time', 'side'] },
  { user: text(), time: timestamp(), whole: int64({ range: 'full' }), open: boolean(), side: oneOf('buy', 'sell') },
);

describe('compareKeys', () => {
  it('orders text as the bytes of its UTF-8 are ordered', () => {
    const utf8 = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const order = Math.sign(Buffer.compare(utf8.encode(a), utf8.encode(b)));
        expect(Math.sign(compareText(a, b))).to.equal(order);
      }),
      { numRuns: 400 },
    );
    expect(compareText('\u{1f600}', '\uffee')).to.be.above(0);
  });

  it('compares column by column, descending ones from the largest to the smallest', () => {
    const sorted = [
      ['a', 9, 0n, false, 'buy'],
      ['a', 1, -(2n ** 63n), true, 'sell'],
      ['a', 1, 2n ** 62n, false, 'sell'],
      ['a', 1, 2n ** 62n, false, 'buy'],
      ['a', 1, 2n ** 62n, true, 'sell'],
      ['aa', 5, 0n, false, 'buy'],
    ] as const;
    sorted.forEach((row, i) => {
      sorted.forEach((other, j) => expect(Math.sign(compareKeys(trades, row, other))).to.equal(Math.sign(i - j)));
    });
  });

  it('treats a row as equal to every leading part of its key', () => {
    expect(compareKeys(trades, ['a', 1, 0n, false, 'buy'], ['a', 1])).to.equal(0);
    expect(compareKeys(trades, ['a', 1, 0n, false, 'buy'], [])).to.equal(0);
  });
});
