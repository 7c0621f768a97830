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
import { canCompile } from '../compile/index.js';
import { compileDecoder } from './compile-decoder.js';
import { slowDecoder } from './decode-slowly.js';
import { formsOf } from './form.js';
import { jsonCodec } from './json-codec.js';
import { schemaOrder } from './member-order.js';
import { orderedDecoder } from './ordered-decoder.js';

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

describe('the fast decoder', () => {
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

  it('does the same without compiling, for any mutation of a message, and any order of its members', function () {
    if (!canCompile()) this.skip();
    const forms = formsOf(Every, {
      ...options,
      defaults: { ...options.defaults, count: 7 },
      decimals: { price: { round: 'half-even' } },
      computed: { open: ({ offset }) => offset % 2 === 0 },
    });
    const schemaFirst = schemaOrder(forms) ?? [];
    const orders = [schemaFirst, schemaFirst.toReversed(), ['x', ...schemaFirst, 'y']].map((order) => ({
      compiled: compileDecoder('every', forms, order),
      plain: orderedDecoder(forms, order),
    }));
    const isRead = orders.map(() => false);
    const { open, ...rest } = message;
    expect(open).to.equal(true);
    const members = Object.entries({ ...rest, large: -123, full: 123, sum: '-1.5' });
    const json = (...others: (readonly [string, unknown])[]): string =>
      JSON.stringify(Object.fromEntries([...members, ...others]));
    const texts = [
      json(),
      JSON.stringify(Object.fromEntries(members.toReversed())),
      JSON.stringify(Object.fromEntries([['x', [1]], ...members, ['y', null]])),
      json(['count', 3]),
      json(['count', null]),
      json(['note', null]),
      json(['side', 'other']),
      json(['price', 1.23455]),
      ...[1, 0, 2 ** 31 - 1, 2 ** 31].map((small) => json(['small', small])),
      json(['sum', -1.5], ['full', '123']),
      json().replace('}', ',}'),
      json().replace(',"note', ', "note').replaceAll(':', ' : '),
      json(['name', 'x'.repeat(21)]),
    ];
    const mutated = fc
      .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 1 }))
      .map(([text, edits]) =>
        edits.reduce((edited, { at, cut, insert }) => edited.slice(0, at) + insert + edited.slice(at + cut), text),
      );
    fc.assert(
      fc.property(mutated, fc.nat(9), (text, offset) => {
        const bytes = new TextEncoder().encode(text);
        for (const [n, { compiled, plain }] of orders.entries()) {
          const read = compiled(bytes, { partition: 0, offset });
          isRead[n] ||= read !== undefined;
          expect(plain(bytes, { partition: 0, offset }), text).to.deep.equal(read);
        }
      }),
      { numRuns: 10_000 },
    );
    expect(isRead, 'each order reads some').to.deep.equal([true, true, true]);
  });
});
