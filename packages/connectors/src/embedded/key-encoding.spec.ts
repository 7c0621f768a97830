import { boolean, date, int32, int64, money, table, text, timestamp, type Value } from '@stockafolio/core';
import { compareKeys } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { KeyEncoding, afterPrefix } from './key-encoding.js';

const columns = {
  a: text(),
  b: int64(),
  c: int64({ range: 'full' }),
  d: date(),
  e: boolean(),
  f: int32(),
  g: timestamp(),
  h: money(),
};
type Name = keyof typeof columns;
const up = table('up', { partitionBy: ['a'], clusterBy: ['b', 'c', 'd', 'e', 'f', 'g', 'h'] }, columns);
const down = table(
  'down',
  {
    partitionBy: ['b'],
    clusterBy: ['a', 'c', 'd', 'e', 'f', 'g', 'h'],
    descending: ['a', 'c', 'd', 'e', 'f', 'g', 'h'],
  },
  columns,
);

const near = <T>(...some: T[]): fc.Arbitrary<T> => fc.constantFrom(...some);
const max = Number.MAX_SAFE_INTEGER;
const values: Record<Name, fc.Arbitrary<Value>> = {
  a: fc.oneof(
    near('', 'a', 'ab', 'b'),
    fc.string({ unit: near('\u0001', 'a', 'ÿ', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}') }),
  ),
  b: fc.oneof(near(0, -1, 1, max, -max, 2 ** 32, -(2 ** 32)), fc.maxSafeInteger()),
  c: fc.oneof(near(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  d: near('0001-01-01', '1999-12-31', '2026-01-02', '2026-10-02', '9999-12-31'),
  e: fc.boolean(),
  f: fc.integer(),
  g: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  h: fc.maxSafeInteger(),
};

describe('KeyEncoding', () => {
  for (const each of [up, down]) {
    const encoding = new KeyEncoding(each, Buffer.from([16, 0]));
    const order = each.columns.map((column) => column.name as Name);
    const key = fc.tuple(...order.map((column) => values[column]));
    const bytes = (of: readonly Value[], length = of.length): Buffer => Buffer.from(encoding.encode(of, length));

    it(`has bytes in the order of the keys, and decodes to the same keys (${each.name})`, () => {
      fc.assert(
        fc.property(key, key, fc.nat(order.length), (a, b, shared) => {
          const other = [...a.slice(0, shared), ...b.slice(shared)];
          expect(Math.sign(Buffer.compare(bytes(a), bytes(other)))).to.equal(Math.sign(compareKeys(each, a, other)));
          expect(encoding.decode(bytes(a))).to.deep.equal(a);
        }),
        { numRuns: 1000 },
      );
    });

    it(`has exactly the keys of a prefix between the prefix and its successor (${each.name})`, () => {
      fc.assert(
        fc.property(key, key, fc.nat(order.length), (a, b, length) => {
          const start = bytes(a, length);
          const within = Buffer.compare(bytes(b), start) >= 0 && Buffer.compare(bytes(b), afterPrefix(start)) < 0;
          expect(within).to.equal(compareKeys(each, a.slice(0, length), b) === 0);
        }),
        { numRuns: 500 },
      );
    });
  }
});
