import {
  bigDecimal,
  bigMoney,
  boolean,
  date,
  decimal,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  record,
  text,
  timestamp,
  type FieldType,
  type Fields,
  type RecordSchema,
} from '@stockafolio/core';
import fc from 'fast-check';

const bigint = (least: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: least, max: -least - 1n });

/** Fields of every type, with their values. */
const kinds = (
  leastBigMoney: bigint,
): readonly { readonly type: FieldType; readonly value: fc.Arbitrary<unknown> }[] => [
  { type: text(), value: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a', 'b')) },
  { type: oneOf('buy', 'sell'), value: fc.constantFrom('buy', 'sell') },
  { type: int32(), value: fc.integer() },
  { type: int64(), value: fc.maxSafeInteger() },
  { type: int64({ range: 'full' }), value: bigint(-(2n ** 63n)) },
  { type: double(), value: fc.double() },
  { type: money(), value: fc.maxSafeInteger() },
  { type: bigMoney(), value: bigint(leastBigMoney) },
  ...[0, 8, 18].flatMap((scale) => [
    { type: decimal(scale), value: fc.maxSafeInteger() },
    { type: bigDecimal(scale), value: bigint(leastBigMoney) },
  ]),
  { type: timestamp(), value: fc.integer({ min: -8.64e15, max: 8.64e15 }) },
  {
    type: date(),
    value: fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10)),
  },
  { type: boolean(), value: fc.boolean() },
];

/** A schema, rows of it, and how many of them make a row group. */
export type AnyTable = readonly [RecordSchema<Fields>, readonly object[], number];

/** Tables of any columns. @param leastBigMoney defaults to the least of 128 bits */
export function anyTable(leastBigMoney = -(2n ** 127n)): fc.Arbitrary<AnyTable> {
  return fc
    .array(fc.tuple(fc.constantFrom(...kinds(leastBigMoney)), fc.boolean()), { minLength: 1, maxLength: 6 })
    .chain((fields) => {
      const named = fields.map(([{ type, value }, isOptional], k) => ({
        name: `field${k}`,
        type: isOptional ? optional(type as FieldType<unknown, 'text', false>) : type,
        value: isOptional ? fc.option(value, { nil: undefined }) : value,
      }));
      const schema = record('any', Object.fromEntries(named.map(({ name, type }) => [name, type])) as Fields);
      const row = fc.record(Object.fromEntries(named.map(({ name, value }) => [name, value])));
      return fc.tuple(fc.constant(schema), fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }));
    });
}
