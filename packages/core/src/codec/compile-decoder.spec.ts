import { expect } from 'chai';
import fc from 'fast-check';
import { BadRecordError } from '../errors/index.js';
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
} from '../schema/index.js';
import { slowDecoder } from './decode-slowly.js';
import { formsOf } from './form.js';
import { jsonCodec } from './json-codec.js';

const Every = record('every', {
  name: text({ min: 1, max: 20 }),
  side: oneOf('buy', 'sell'),
  small: int32({ min: 1 }),
  large: int64(),
  full: int64({ range: 'full' }),
  ratio: double(),
  price: money(),
  sum: bigMoney(),
  time: timestamp(),
  day: date(),
  open: boolean(),
  note: optional(text()),
  count: optional(int32()),
});
const message = {
  name: 'Müller',
  side: 'buy',
  small: 10,
  large: -9_007_199_254_740_991,
  full: '9223372036854775807',
  ratio: -1.5e-3,
  price: 119.99,
  sum: '-170141183460469231731687303715.8841',
  time: '2017-01-20T15:00:00.250Z',
  day: '2017-01-20',
  open: true,
  note: 'a "note"',
};
const options = { zone: 'America/New_York', defaults: { day: '2017-01-20' } } as const;

const tokens = [
  ...['"', '\\', '{', '}', ',', ',}', ':', ' ', '\n\t ', '-', '0', '1', '9', '00', '.', '.0', 'e', 'e2', 'é', '\u00e9'],
  ...['null', 'true', 'false', 'Z', 'T', '+01:30', '-23:59', '.123456', '"sell"', '"x":1,', '"2016-02-29"', '"    "'],
];
const base = JSON.stringify(message);
const edit = fc.record({ at: fc.nat(base.length), cut: fc.nat(12), insert: fc.constantFrom('', ...tokens) });
const mutations = fc
  .array(edit, { minLength: 1, maxLength: 3 })
  .map((edits) => edits.reduce((json, { at, cut, insert }) => json.slice(0, at) + insert + json.slice(at + cut), base));

describe('the generated decoder', () => {
  it('returns what the complete one returns, for any mutation of a message', () => {
    const codec = jsonCodec(Every, options);
    const complete = slowDecoder(formsOf(Every, options), 1e6);
    const outcome = (decode: (bytes: Uint8Array) => unknown, json: string): unknown => {
      try {
        return decode(new TextEncoder().encode(json));
      } catch (error) {
        if (error instanceof BadRecordError) return 'bad';
        throw error;
      }
    };
    expect(outcome(codec.decode, base)).to.deep.include({ name: 'Müller', price: 1_199_900, note: 'a "note"' });
    fc.assert(
      fc.property(mutations, (json) => {
        expect(outcome(codec.decode, json), json).to.deep.equal(outcome(complete, json));
      }),
      { numRuns: 10_000 },
    );
  });
});
