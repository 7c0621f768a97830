import { expect } from 'chai';
import fc from 'fast-check';
import {
  bigMoney,
  boolean,
  changelog,
  date,
  double,
  int32,
  int64,
  isStockafolioError,
  keyBytes,
  money,
  oneOf,
  optional,
  record,
  stream,
  text,
  timestamp,
  topic,
} from '../index.js';
import { bytesOf, schemaText } from '../ports/index.js';

const Any = record('any', {
  name: text({ min: 1 }),
  side: oneOf('buy', 'sell'),
  count: int64(),
  small: int32({ min: 0 }),
  price: money(),
  sum: bigMoney(),
  at: timestamp(),
  day: date(),
  isOpen: boolean(),
  note: optional(text()),
  rate: double(),
});
const by = ['name', 'side', 'count', 'small', 'price', 'sum', 'at', 'day', 'isOpen'] as const;
const all = changelog(topic(stream('all', Any, { key: 'name', time: (each) => each.at }), { compactBy: by }));

const anyKey = fc.record({
  name: fc.string({ minLength: 1, maxLength: 20 }).filter((each) => !each.includes('\0') && each.isWellFormed()),
  side: fc.constantFrom('buy', 'sell'),
  count: fc.maxSafeInteger(),
  small: fc.nat(2 ** 31 - 1),
  price: fc.maxSafeInteger(),
  sum: fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
  at: fc.integer({ min: -1e12, max: 1e12 }),
  day: fc.constantFrom('2026-02-28', '1999-12-31'),
  isOpen: fc.boolean(),
});

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return isStockafolioError(error) ? error.code : String(error);
  }
  return undefined;
};

describe('the changes of a changelog', () => {
  it('have the fields of the key as they were written, whatever they are', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const removal = all.changes?.removal({ key: keyBytes(by.map((field) => key[field])), $time: 5 });
        expect(removal).to.include({ ...key, $removed: true, $time: 5, note: undefined });
        expect(all.time(removal as never)).to.equal(5);
        expect(all.key(removal as never)).to.equal(key.name);
      }),
    );
  });

  it('are bad records if their key cannot be theirs', () => {
    const good = ['ann', 'buy', '1', '2', '3', '4', '5', '2026-02-28', 'true'];
    const removalOf = (parts: readonly string[]) =>
      codeOf(() => all.changes?.removal({ key: bytesOf(parts.join('\0')), $time: 5 }));
    expect(removalOf(good)).to.equal(undefined);
    const wrong: readonly (readonly [number, string])[] = [
      [0, ''],
      [1, 'hold'],
      [2, '01'],
      [2, '+1'],
      [2, '1.0'],
      [2, '9007199254740993'],
      [3, '-1'],
      [4, '3.50'],
      [5, '0x1'],
      [6, '2026-02-28'],
      [7, '2026-02-30'],
      [8, 'yes'],
    ];
    for (const [at, part] of wrong) expect(removalOf(good.with(at, part)), part).to.equal('ERR_BAD_RECORD');
    expect(removalOf(good.slice(1))).to.equal('ERR_BAD_RECORD');
    expect(codeOf(() => all.changes?.removal({ key: Uint8Array.of(0xff), $time: 5 }))).to.equal('ERR_BAD_RECORD');
    expect(codeOf(() => all.changes?.removal({ key: null, $time: 5 }))).to.equal('ERR_BAD_RECORD');
    expect(
      codeOf(() => all.changes?.removal({ key: bytesOf(good.join('\0')) })),
      'no time',
    ).to.equal('ERR_BAD_RECORD');
  });

  it('that set a value have its key', () => {
    const value = {
      name: 'ann',
      side: 'buy',
      count: 1,
      small: 2,
      price: 3,
      sum: 4n,
      at: 5,
      day: '2026-02-28',
      isOpen: true,
    };
    const key = keyBytes(by.map((field) => value[field as keyof typeof value]));
    expect(all.changes?.update({ ...value, rate: 1.5 }, { key, $version: 7 })).to.include({ rate: 1.5, $version: 7 });
    for (const other of [null, bytesOf('ann')])
      expect(codeOf(() => all.changes?.update({ ...value, rate: 1.5 }, { key: other }))).to.equal('ERR_BAD_RECORD');
  });

  it('are checked as values are, unless they remove one', () => {
    const { schema } = all;
    expect(schema.check?.({ $removed: true })).to.equal(undefined);
    expect(schema.check?.({ ...Object.fromEntries(by.map((name) => [name, 1])) })).to.equal('rate is missing');
    expect(schemaText(schema)).not.to.equal(schemaText(Any));
  });
});

describe('a changelog', () => {
  const time = (each: { at: number }) => each.at;

  it('is refused where a tombstone could not be read', () => {
    const refused = (make: () => unknown) => codeOf(make) === 'ERR_SCHEMA_INVALID';
    const keyed = stream('all', Any, { key: 'name', time });
    expect(refused(() => changelog(topic(keyed)))).to.equal(true);
    expect(refused(() => changelog(topic(keyed, { compactBy: ['side', 'name'] })))).to.equal(true);
    expect(refused(() => changelog(topic(keyed, { compactBy: ['name', 'rate'] })))).to.equal(true);
    const byFunction = stream('all', Any, { key: (each) => each.name, time });
    expect(refused(() => changelog(topic(byFunction, { compactBy: ['name'] })))).to.equal(true);
    expect(refused(() => changelog(topic(keyed, { compactBy: ['name', 'side'] })))).to.equal(false);
  });
});
