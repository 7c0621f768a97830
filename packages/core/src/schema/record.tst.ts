import { expect, test } from 'tstyche';
import { bigMoney, boolean, date, double, int32, int64, money, oneOf, optional, text, timestamp } from './fields.js';
import { record, type Infer } from './record.js';

const Everything = record('everything', {
  word: text(),
  small: int32(),
  large: int64(),
  full: int64({ range: 'full' }),
  ratio: double(),
  cost: money(),
  sum: bigMoney(),
  at: timestamp(),
  day: date(),
  yes: boolean(),
  side: oneOf('buy', 'sell'),
  maybe: optional(oneOf('a', 'b')),
});

test('a record is the readonly object that its fields describe', () => {
  expect<Infer<typeof Everything>>().type.toBe<{
    readonly word: string;
    readonly small: number;
    readonly large: number;
    readonly full: bigint;
    readonly ratio: number;
    readonly cost: number;
    readonly sum: bigint;
    readonly at: number;
    readonly day: string;
    readonly yes: boolean;
    readonly side: 'buy' | 'sell';
    readonly maybe?: 'a' | 'b' | undefined;
  }>();
});

test('a schema names its fields', () => {
  expect(Everything.fields.side.kind).type.toBe<'oneOf'>();
  expect(Everything.fields.maybe.optional).type.toBe<true>();
});

test('an optional field cannot be made optional again', () => {
  expect(optional).type.not.toBeCallableWith(optional(text()));
});

test('oneOf needs a word', () => {
  expect(oneOf).type.not.toBeCallableWith();
});
