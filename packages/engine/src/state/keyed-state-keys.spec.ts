import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import { int64, type KeyPart, record, text } from '@stockafolio/core';
import type { LaterArray, SavedArray, SavedSlots } from '@stockafolio/core/ports';
import { decodeContainer, encodeContainer } from '../checkpoint/container.js';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';
import { readSlots, writeSlots } from './saved-slots.js';

const Count = record('count', { count: int64(), note: text() });
const interner = new Interner();
const fresh = (): KeyedState => new KeyedState('operator', Count, interner);

describe('the keys of a state', () => {
  it('are distinguished by each of their parts, and found by value', () => {
    const part: readonly fc.Arbitrary<KeyPart>[] = [
      fc.constantFrom('', 'a', 'b', 'ab'),
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 2 ** 53)),
      fc.boolean(),
      fc.oneof(fc.bigInt(), fc.constantFrom(0n, 2n ** 70n)),
    ];
    const kinds = fc.array(fc.nat(part.length - 1), { minLength: 1, maxLength: 4 });
    const keys = kinds.chain((some) =>
      fc.array(fc.tuple(...some.map((kind) => part[kind] ?? fc.constant(0))), { minLength: 1, maxLength: 30 }),
    );
    fc.assert(
      fc.property(keys, (all) => {
        const state = fresh();
        const slots = new Map<string, number>();
        const nameOf = (key: readonly KeyPart[]): string => key.map((each) => `${typeof each} ${String(each)}`).join();
        for (const key of all) {
          const slot = state.upsert(key, 1, 1);
          expect(slots.get(nameOf(key)) ?? slot).to.equal(slot);
          slots.set(nameOf(key), slot);
        }
        expect(state.size).to.equal(slots.size);
        for (const key of all) {
          const slot = slots.get(nameOf(key)) ?? -1;
          expect(state.find(key)).to.equal(slot);
          expect(state.key(slot)).to.eql(key.map((each) => (each === 0 ? 0 : each)));
          key.forEach((each, n) => expect(state.part(slot, n)).to.equal(each === 0 ? 0 : each));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are ordered part by part: numbers and bigints by size, false before true, texts by code point', () => {
    const sorted: readonly (readonly KeyPart[])[] = [
      [-1.5, 0, 2, 10, 2 ** 40],
      [-(2n ** 70n), -3n, 0n, 9n, 10n, 2n ** 70n],
      [false, true],
      ['', 'B', 'a', 'ab', 'b', 'ÿ', '\uffff', '😀'],
    ];
    for (const parts of sorted) {
      const state = fresh();
      const slots = parts.map((part) => state.upsert(['same', part], 1, 1));
      slots.forEach((a, n) => {
        slots.forEach((b, m) => {
          expect(Math.sign(state.comparePart(1, a, b)), `${String(parts[n])} ${String(parts[m])}`).to.equal(
            Math.sign(n - m),
          );
          expect(state.comparePart(0, a, b)).to.equal(0);
        });
      });
    }
  });

  it('are rejected if they are invalid, or unlike the first, and leave nothing behind', async () => {
    for (const odd of [[Number.NaN], [Infinity], [undefined], [null], [{}], [['a']]] as unknown as KeyPart[][]) {
      const state = fresh();
      expect(await codeOf(() => state.upsert(odd, 1, 1)), String(odd)).to.equal('ERR_ROW_INVALID');
      expect(state.size).to.equal(0);
    }
    const firsts: readonly (readonly KeyPart[])[] = [['a'], [1], [true], [1n]];
    for (const first of firsts) {
      const state = fresh();
      state.upsert(first, 1, 1);
      for (const other of [...firsts.filter((key) => key !== first), [...first, 1], []]) {
        expect(await codeOf(() => state.upsert(other, 1, 1)), String(other)).to.equal('ERR_ROW_INVALID');
        expect(await codeOf(() => state.find(other))).to.equal('ERR_ROW_INVALID');
      }
      expect(state.size).to.equal(1);
      expect(state.find(first)).to.equal(0);
    }
  });

  it('can be searched for before the first one exists', () => {
    const state = fresh();
    expect(state.find(['a'])).to.equal(-1);
    expect(state.keyKinds).to.equal(undefined);
    expect(state.width).to.equal(0);
    state.upsert(['a', 1, 1n, true], 1, 1);
    expect(state.keyKinds).to.eql(['text', 'number', 'bigint', 'boolean']);
  });
});

describe('a change of a state', () => {
  const changed = (state: KeyedState): number[] => {
    const slots: number[] = [];
    state.takeUnwritten((slot) => void slots.push(slot));
    return slots;
  };

  it('is recorded once for the tables and once for the checkpoint, however often its key changes', () => {
    const state = fresh();
    for (const key of ['a', 'b', 'a', 'a', 'b']) state.upsert([key], 1, 1);
    expect([...state.takeUnsaved()]).to.eql([0, 1]);
    expect([state.isUnwritten(0), state.isUnwritten(1)]).to.eql([true, true]);
    expect(changed(state)).to.eql([0, 1]);
    expect([state.isUnwritten(0), state.isUnwritten(1)]).to.eql([false, false]);
    expect([...state.takeUnsaved()]).to.eql([]);
    expect(changed(state)).to.eql([]);
  });

  it('remains recorded for the one if it was taken for the other', () => {
    const state = fresh();
    state.upsert(['a'], 1, 1);
    expect(changed(state)).to.eql([0]);
    state.upsert(['a'], 2, 2);
    expect(changed(state)).to.eql([0]);
    const slots = state.takeUnsaved();
    expect([...slots]).to.eql([0]);
    state.saveRows(slots, new Int32Array(2 * state.width));
    state.upsert(['a'], 3, 3);
    expect([...state.takeUnsaved()]).to.eql([0]);
    expect(changed(state)).to.eql([0]);
  });

  it('is returned in parts of a given number of slots, in the order of their first change', () => {
    const state = fresh();
    for (let n = 0; n < 7; n++) state.upsert([`key ${n}`], n, n);
    const slots: number[] = [];
    const take = (most: number): boolean => state.takeUnwritten((slot) => void slots.push(slot), most);
    expect([take(3), slots.length]).to.eql([false, 3]);
    expect([take(3), slots.length]).to.eql([false, 6]);
    expect([take(1), slots.length]).to.eql([true, 7]);
    expect(slots).to.eql([0, 1, 2, 3, 4, 5, 6]);
    expect(take(3)).to.equal(true);
    expect(slots).to.have.length(7);
  });

  it('is not lost if the next one comes between two parts', () => {
    const state = fresh();
    for (const key of ['a', 'b', 'c']) state.upsert([key], 1, 1);
    const slots: number[] = [];
    const take = (most: number): boolean => state.takeUnwritten((slot) => void slots.push(slot), most);
    take(1);
    state.upsert(['a'], 2, 2);
    state.upsert(['b'], 2, 2);
    while (!take(1));
    expect(slots).to.eql([0, 1, 2, 0]);
  });

  it('of a removed key is not a row, but is in the checkpoint', () => {
    const state = fresh();
    state.upsert(['a'], 1, 1);
    state.upsert(['b'], 1, 1);
    const before = copyOf(state, state.takeUnsaved());
    state.remove(state.find(['a']));
    expect(changed(state)).to.eql([1]);
    const again = restored([before, copyOf(state, state.takeUnsaved())]);
    expect([again.size, again.find(['a'])]).to.eql([1, -1]);
    expect(again.upsert(['c'], 1, 1), 'its slot is free again').to.equal(0);
    expect(again.end).to.equal(2);
  });

  it('of a slot whose key was removed is an error of the caller', async () => {
    const state = fresh();
    const slot = state.upsert(['a'], 1, 1);
    state.remove(slot);
    expect(await codeOf(() => state.remove(slot))).to.equal('ERR_INTERNAL');
  });

  it('does not change its copy when it changes', () => {
    const state = fresh();
    state.upsert(['a'], 1, 1);
    Object.assign(state.cursor, { count: 5, note: 'five' });
    const copy = copyOf(state, state.takeUnsaved());
    state.upsert(['a'], 2, 2);
    Object.assign(state.cursor, { count: 6, note: 'six' });
    const again = restored([copy]);
    expect(again.at(0).$copy()).to.eql({ count: 5, note: 'five' });
    expect(again.version(0)).to.equal(1);
    expect(changed(again), 'what was saved needs no writing').to.eql([]);
  });
});

interface Copy {
  readonly part: SavedSlots;
  readonly sections: readonly SavedArray[];
}

/** Slots as they are in a checkpoint. */
function copyOf(state: KeyedState, slots: Int32Array): Copy {
  const sections: (SavedArray | LaterArray)[] = [];
  const part = writeSlots(state, slots, sections);
  return { part, sections: decodeContainer('x', encodeContainer(null, sections)).sections };
}

function restored(copies: readonly Copy[]): KeyedState {
  const state = fresh();
  for (const { part, sections } of copies) readSlots(state, part, sections);
  state.rebuild();
  return state;
}
