import { expect } from 'chai';
import fc from 'fast-check';
import {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  table,
  text,
  timestamp,
  type Value,
} from '@stockafolio/core';
import { canCompile } from '@stockafolio/core/compile';
import { compileRows } from './compile-rows.js';
import { plainRows } from './plain-rows.js';
import { Shelf } from './shelf.js';
import { TextArena } from './text-arena.js';

const all = table(
  'all',
  { partitionBy: ['small'], clusterBy: ['name', 'whole', 'open', 'time'], descending: ['whole', 'name'] },
  {
    small: int32(),
    name: text(),
    whole: int64({ range: 'full' }),
    open: boolean(),
    time: timestamp(),
    note: text(),
    amount: money(),
    total: bigMoney(),
    maybeNote: optional(text()),
    maybeDay: optional(date()),
    maybeSide: optional(oneOf('buy', 'sell')),
    maybeLarge: optional(int64({ range: 'full' })),
    maybeTotal: optional(bigMoney()),
    maybeFlag: optional(boolean()),
    maybeSmall: optional(int32()),
    maybeRatio: optional(double()),
  },
);
const key = fc.tuple(
  fc.constantFrom(0, -0, -7),
  fc.constantFrom('', 'a', 'ab', '日', '😀'),
  fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.boolean(),
  fc.constantFrom(0, -0, 1_767_600_000_000),
);
const maybe = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(each, { nil: undefined, freq: 2 });
const wide = fc.oneof(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), fc.constantFrom(0n, -1n, 2n ** 64n));
const large = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const rest = fc.tuple(
  ...[fc.string({ unit: 'grapheme', maxLength: 9 }), fc.constantFrom(0, -0, 1, 2 ** 53 - 1), wide],
  ...[maybe(fc.string()), maybe(fc.constant('2026-01-02')), maybe(fc.constantFrom('buy', 'sell'))],
  ...[maybe(large), maybe(wide), maybe(fc.boolean()), maybe(fc.integer()), maybe(fc.double({ noNaN: true }))],
) as fc.Arbitrary<Value[]>;
const put = fc.record({
  values: fc.tuple(key, rest).map(([first, others]): Value[] => [...first, ...others]),
  version: fc.nat(9),
  deleted: fc.nat(4).map((n) => n === 0),
  expires: fc.nat(100),
});

describe('rows without compiled code', () => {
  it('are the same as with it, after any writes', function () {
    if (!canCompile()) this.skip();
    fc.assert(
      fc.property(fc.array(put, { maxLength: 150 }), key, fc.boolean(), (puts, searched, expiring) => {
        const shelves = [
          new Shelf(all, new TextArena(), expiring, compileRows),
          new Shelf(all, new TextArena(), expiring, (_, ...parts) => plainRows(...parts)),
        ];
        const outcomes = shelves.map((shelf) => {
          const hashes = puts.map(({ values, version, deleted, expires }) => {
            const hash = shelf.hash(values);
            const given = deleted ? values.slice(0, all.keyLength) : values;
            shelf.put(given, hash, version, deleted, expires);
            return hash;
          });
          const sorted = shelf.sorted();
          const prefixes = [1, 2, 3, 4, 5].map((length) => searched.slice(0, length));
          return {
            hashes,
            sorted: [...sorted],
            rows: [...sorted].map((row) => [shelf.rowAt(row, 0), shelf.rowAt(row, 50)]),
            found: shelf.find(searched),
            firsts: prefixes.map((prefix) => shelf.firstOf(sorted, prefix)),
            begin: prefixes.map((prefix) => [...sorted].filter((row) => shelf.begins(row, prefix))),
          };
        });
        expect(outcomes[1]).to.deep.equal(outcomes[0]);
      }),
      { numRuns: 200 },
    );
  });
});
