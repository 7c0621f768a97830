import { expect } from 'chai';
import fc from 'fast-check';
import { bigMoney, double, int64, optional, record, text } from '@stockafolio/core';
import { shown } from '../../test/engines.js';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';

const Wide = record('wide', {
  note: text(),
  full: int64({ range: 'full' }),
  ratio: double(),
  maybe: optional(int64()),
  sum: bigMoney(),
  maybeSum: optional(bigMoney()),
});
const Narrow = record('narrow', { count: int64(), ratio: double(), maybe: optional(int64()) });

/** The contents of a state: keys, values and versions. */
function heldBy(state: KeyedState): string[] {
  const lines: string[] = [];
  for (let slot = 0; slot < state.end; slot++) {
    if (state.isLive(slot)) lines.push(shown([state.key(slot), state.at(slot).$copy(), state.version(slot)]));
  }
  return lines.sort();
}

// bits that a double would not preserve, or that are those of a NaN
const full = fc.oneof(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), fc.constantFrom(-1n, 0x7ff8n << 48n));
const values = fc.record({
  note: fc.string({ maxLength: 3, unit: 'grapheme-ascii' }),
  ...{ full, ratio: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0) },
  ...{ maybe: fc.option(fc.maxSafeInteger(), { nil: undefined }), count: fc.maxSafeInteger() },
  sum: full.map((n) => n * 2n ** 60n),
  maybeSum: fc.option(full, { nil: undefined }),
});
const changes = fc.array(fc.tuple(fc.nat(30), values), { maxLength: 60 });

describe('a record that is undone', () => {
  for (const [name, schema] of [
    ['integers of 64 and 128 bits', Wide],
    ['doubles alone', Narrow],
  ] as const) {
    it(`leaves the state unchanged, however many keys it has changed and created: ${name}`, () => {
      fc.assert(
        fc.property(changes, changes, (before, undone) => {
          const state = new KeyedState('operator', schema, new Interner());
          const change = (record: number, some: typeof before): void => {
            for (const [key, facts] of some) {
              state.upsert([`key ${key}`, key], record, record * 10);
              const known = Object.fromEntries(Object.entries(facts).filter(([field]) => field in schema.fields));
              Object.assign(state.cursor, known);
            }
          };
          before.forEach((each, record) => change(record + 1, [each]));
          const held = heldBy(state);
          change(1_000, undone);
          state.rollback(999);
          state.rollback(1_000);
          expect(heldBy(state)).to.eql(held);
          expect(state.size).to.equal(held.length);
          state.rollback(1_000);
          expect(heldBy(state)).to.eql(held);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('is only the last one: the changes of an earlier one remain', () => {
    const state = new KeyedState('operator', Narrow, new Interner());
    for (const record of [1, 2]) {
      state.upsert(['a'], record, record * 10);
      Object.assign(state.cursor, { count: record });
    }
    state.rollback(1);
    expect(state.version(state.find(['a']))).to.equal(20);
    state.rollback(2);
    expect(state.at(state.find(['a'])).$copy()).to.include({ count: 1 });
    expect(state.version(state.find(['a']))).to.equal(10);
  });

  it('leaves unwritten what was so before, and nothing else', () => {
    const state = new KeyedState('operator', Narrow, new Interner());
    const unwritten = (): unknown[] => {
      const keys: unknown[] = [];
      state.takeUnwritten((slot) => void keys.push(state.part(slot, 0)));
      return keys;
    };
    for (const key of ['a', 'b']) state.upsert([key], 1, 10);
    expect(unwritten()).to.eql(['a', 'b']);
    for (const key of ['a', 'c']) state.upsert([key], 2, 20);
    state.rollback(2);
    expect(unwritten()).to.eql([]);
    state.upsert(['b'], 3, 30);
    for (const key of ['a', 'b', 'c']) state.upsert([key], 4, 40);
    state.remove(state.find(['b']), 4);
    state.rollback(4);
    expect(unwritten()).to.eql(['b']);
    state.upsert(['a'], 5, 50);
    expect(unwritten()).to.eql(['a']);
  });

  it('changes nothing before the first key', () => {
    const state = new KeyedState('operator', Narrow, new Interner());
    state.rollback(0);
    state.rollback(-1);
    expect(state.size).to.equal(0);
  });
});
