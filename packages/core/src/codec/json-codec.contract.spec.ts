import { runCodecContract } from '@stockafolio/conformance';
import fc from 'fast-check';
import {
  bigMoney,
  boolean,
  date,
  int32,
  int64,
  money,
  oneOf,
  optional,
  record,
  text,
  timestamp,
} from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

const Everything = record('everything', {
  word: text({ max: 20 }),
  small: int32(),
  large: int64(),
  full: int64({ range: 'full' }),
  cost: money(),
  sum: bigMoney(),
  at: timestamp(),
  day: date(),
  yes: boolean(),
  side: oneOf('buy', 'sell'),
  maybe: optional(text()),
});

const word = fc
  .string({ maxLength: 20, unit: 'grapheme' })
  .map((s) => s.replaceAll('\0', '').toWellFormed().slice(0, 9));
const whole = fc.maxSafeInteger().map((n) => n + 0);

runCodecContract('jsonCodec', {
  codec: jsonCodec(Everything, { names: { word: 'a "foreign" name' }, values: { side: { sold: 'sell' } } }),
  records: fc.record({
    word: word.map((s) => s.toWellFormed()),
    small: fc.integer().map((n) => n + 0),
    large: whole,
    full: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    cost: whole,
    sum: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
    at: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map((n) => n + 0),
    day: fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
    yes: fc.boolean(),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    maybe: fc.option(word, { nil: undefined }).map((s) => s?.toWellFormed()),
  }),
});
