import { expect } from 'chai';
import fc from 'fast-check';
import type { Codec } from '../ports/index.js';
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
  text,
  timestamp,
  type FieldType,
  type Fields,
} from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

interface AnyField {
  readonly type: FieldType;
  readonly value: fc.Arbitrary<unknown>;
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !s.includes('\0') && s.isWellFormed());
const bigint = (bits: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
const kinds: readonly AnyField[] = [
  { type: text(), value: anyText },
  { type: int32(), value: fc.integer() },
  { type: int64(), value: fc.maxSafeInteger() },
  { type: int64({ range: 'full' }), value: bigint(64) },
  { type: double(), value: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { type: money(), value: fc.maxSafeInteger() },
  { type: bigMoney(), value: bigint(128) },
  {
    type: timestamp(),
    value: fc.oneof(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: -8.64e15, max: 8.64e15 })),
  },
  {
    type: date(),
    value: fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
  },
  { type: boolean(), value: fc.boolean() },
  { type: oneOf('buy', 'sell', 'hüld "it"'), value: fc.constantFrom('buy', 'sell', 'hüld "it"') },
];
const anyField: fc.Arbitrary<AnyField> = fc
  .tuple(fc.constantFrom(...kinds), fc.boolean())
  .map(([{ type, value }, isOptional]) =>
    isOptional
      ? { type: optional(type as FieldType<unknown, 'text', false>), value: fc.option(value, { nil: undefined }) }
      : { type, value },
  );
const anySchema = fc.array(anyField, { minLength: 1, maxLength: 8 }).chain((fields) => {
  const named = fields.map((field, k) => [`field${k}`, field] as const);
  const schema = record('any', Object.fromEntries(named.map(([name, { type }]) => [name, type])) as Fields);
  const values = fc.record(Object.fromEntries(named.map(([name, { value }]) => [name, value])));
  return fc.tuple(
    fc.constant(schema),
    fc.array(values, { minLength: 1, maxLength: 5 }),
    fc.constantFrom(undefined, 'America/New_York', 'Asia/Kolkata'),
  );
});

describe('encode', () => {
  it('is inverted by decode, for any schema, in any zone', () => {
    fc.assert(
      fc.property(anySchema, ([schema, records, zone]) => {
        const any: Codec<unknown> = jsonCodec(schema, zone === undefined ? {} : { zone });
        for (const each of records) {
          const written = any.encode(each);
          JSON.parse(new TextDecoder().decode(written));
          expect(any.decode(written)).to.deep.equal(each);
        }
      }),
      { numRuns: 500 },
    );
  });
});
