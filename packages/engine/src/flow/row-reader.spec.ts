import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import {
  bigMoney,
  boolean,
  date,
  double,
  type FieldType,
  int32,
  int64,
  money,
  oneOf,
  optional,
  shard,
  table,
  text,
  timestamp,
  type Value,
} from '@stockafolio/core';
import { checkRow } from '@stockafolio/core/ports';
import { rowReader } from './row-reader.js';

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.constantFrom(
    'buy',
    'sell',
    'a\u0000',
    '\ud83d',
    '\ud83d\ude00',
    '2020-02-29',
    '2021-02-29',
    '2020-1-1',
    '20200101xx',
  ),
  fc.integer({ min: -3, max: 300 }),
  fc.double(),
  fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 53, 2 ** 53 - 1, 8.64e15 + 1, Number.NaN, -0),
  fc.bigInt(),
  fc.constantFrom(2n ** 63n, 2n ** 63n - 1n, -(2n ** 127n), 2n ** 127n),
  fc.boolean(),
  fc.constant(undefined),
);

const types: Record<string, FieldType> = {
  text: text({ min: 1, max: 5 }),
  int32: int32({ max: 100 }),
  int64: int64(),
  full: int64({ range: 'full' }),
  double: double({ min: 0 }),
  money: money(),
  bigMoney: bigMoney(),
  timestamp: timestamp(),
  date: date(),
  boolean: boolean(),
  oneOf: oneOf('buy', 'sell'),
};

describe('rowReader', () => {
  for (const [name, type] of Object.entries(types)) {
    it(`accepts, as ${name}, exactly what every store accepts: otherwise its record is dead-lettered and the run continues`, () => {
      for (const field of [type, optional(type as FieldType<unknown, 'text', false>)]) {
        const made = table('t', { partitionBy: ['id'] }, { id: int32(), field });
        const fits = (step: () => unknown): boolean => {
          try {
            step();
            return true;
          } catch {
            return false;
          }
        };
        fc.assert(
          fc.property(value, (field) => {
            expect(fits(() => rowReader(made)({ id: 1, field }, 0))).to.equal(fits(() => checkRow(made, [1, field])));
          }),
          { numRuns: 300 },
        );
      }
    });
  }

  it('puts the values in the order of the columns, and fills in the shard', () => {
    const made = table(
      't',
      { partitionBy: ['id'], clusterBy: ['part'] },
      { note: optional(text()), part: shard(), id: int32() },
    );
    expect(rowReader(made)({ id: 1, note: 'a', more: 'ignored' }, 7)).to.eql([1, 7, 'a']);
    expect(rowReader(made)({ id: 1 }, 7)).to.eql([1, 7, undefined]);
  });

  it('names the table, the column and the value', async () => {
    const made = table('t', { partitionBy: ['id'] }, { id: int32() });
    expect(await codeOf(() => rowReader(made)({ id: 'x'.repeat(100) }, 0))).to.equal('ERR_ROW_INVALID');
    expect(() => rowReader(made)({ id: 'x'.repeat(100) }, 0)).to.throw(/table 't': x{40}\.\.\. .*'id' \(int32\)/);
  });
});
