import { expect } from 'chai';
import fc from 'fast-check';
import { jsonCodec } from '../codec/index.js';
import { BadRecordError } from '../errors/index.js';
import { valueCheck } from '../table/check-row.js';
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
  record,
  shard,
  text,
  timestamp,
  valueFits,
  type FieldType,
  type Value,
} from './index.js';

const required = [
  ...[text(), text({ min: 1, max: 3 }), date(), boolean(), oneOf('buy', 'sell'), shard()],
  ...[int32(), int32({ min: 1 }), int64(), int64({ min: -5, max: 5 }), money(), money({ min: 0 }), timestamp()],
  ...[double(), double({ min: -1.5, max: 1.5 }), int64({ range: 'full' }), bigMoney()],
];
const types: readonly FieldType[] = [
  ...required,
  ...required.map((type) => optional(type as FieldType<unknown, 'text', false>)),
];

const values: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value[]>('', 'buy', 'sold', '2016-02-29', '2017-02-29', '0000-01-01', '2017-1-01', '2017-01-00'),
  fc.constantFrom<Value[]>('a\0', '\ud800', 'a\udc00', '\ud83d\ude00', 'x'.repeat(255), 'x'.repeat(256)),
  fc.constantFrom<Value[]>(
    0,
    -0,
    1.5,
    -1.5,
    1.6,
    NaN,
    Infinity,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
    2 ** 53 - 1,
    8.64e15 + 1,
  ),
  fc.constantFrom<Value[]>(true, false, undefined, 2n ** 63n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 127n, -(2n ** 127n)),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10)),
);
const cases = fc.tuple(fc.constantFrom(...types), values);

describe('the values of a field', () => {
  it('are those that the JSON codec writes, and reads back', () => {
    fc.assert(
      fc.property(cases, ([type, value]) => {
        const codec = jsonCodec(record('any', { field: type }));
        const record1 = { field: value } as never;
        if (valueFits('test', type)(value)) {
          const read = codec.decode(codec.encode(record1)) as { readonly field: Value };
          // only a double has -0
          expect(read.field).to.deep.equal(value === 0 && type.kind !== 'double' ? 0 : value);
        } else expect(() => codec.encode(record1)).to.throw(BadRecordError);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are those without a problem', () => {
    const problems = (type: FieldType, wrong: readonly Value[]): unknown[] =>
      wrong.map((value) => valueCheck(type)(value));
    fc.assert(
      fc.property(cases, ([type, value]) => {
        expect(valueCheck(type)(value) === undefined).to.equal(valueFits('test', type)(value));
      }),
    );
    expect(problems(text({ min: 1, max: 2 }), [1, '', 'abc', 'a\0', '\ud800'])).to.deep.equal([
      'is not text',
      'has 0 characters, not 1 to 2',
      'has 3 characters, not 1 to 2',
      'holds the character U+0000',
      'holds half a character (a lone surrogate)',
    ]);
    expect(problems(int32({ min: 1 }), ['1', 1.5, 2 ** 53, 0])).to.deep.equal([
      ...new Array<string>(3).fill('is not a whole number within 2^53'),
      'is not within 1 and 2147483647',
    ]);
    expect(problems(double({ max: 1 }), [NaN, 1n, 2])).to.deep.equal([
      'is not a finite number',
      'is not a finite number',
      'is not within -Infinity and 1',
    ]);
    expect(problems(bigMoney(), [1, 2n ** 127n])).to.deep.equal(['is not a bigint', 'does not fit into 128 bits']);
    expect(problems(int64({ range: 'full' }), [2n ** 63n])).to.deep.equal(['does not fit into 64 bits']);
    expect(problems(oneOf('a', 'b'), ['c', undefined])).to.deep.equal(['is none of a, b', 'is none of a, b']);
    expect(problems(date(), ['2017-02-29', undefined])).to.deep.equal(new Array(2).fill('is not a day as YYYY-MM-DD'));
    expect(problems(boolean(), [0])).to.deep.equal(['is not true or false']);
    expect(problems(optional(int32()), [undefined])).to.deep.equal([undefined]);
  });
});
