import type { KeyPart } from '@stockafolio/core';
import type { State } from '@stockafolio/core/ports';
import { expect } from 'chai';

/** All live slots are found in order, and those of keys that are like this one in some part. @param size how many keys there are */
export function expectSlotsFound(state: State, key: readonly KeyPart[], size: number): void {
  const live: number[] = [];
  state.forEachLive((slot) => live.push(slot));
  expect(live).to.have.length(size);
  expect([...state.slotsWith([], [])]).to.deep.equal(live);
  key.forEach((value, part) => {
    const slots = live.filter((slot) => state.part(slot, part) === value);
    expect([...state.slotsWith([part], [value])]).to.deep.equal(slots);
  });
  const slot = state.find(key);
  expect([...state.slotsWith([...key.keys()], key)]).to.deep.equal(slot < 0 ? [] : [slot]);
}

/** @param fresh an empty state */
export function findsNoSlots(fresh: () => State): void {
  it('finds no slots with a value that no key has', () => {
    const state = fresh();
    const none = (value: KeyPart, part: number): void => {
      expect([...state.slotsWith([part], [value])], String(value)).to.deep.equal([]);
    };
    none('a', 0);
    state.upsert(['a', 1, 2n, true], 1, 1);
    for (const value of ['b', '', '1', 1, 1n, true]) none(value, 0);
    for (const value of ['a', '1', 0, Number.NaN, 1n, true]) none(value, 1);
    for (const value of ['2', 2, 1n, 2n ** 64n]) none(value, 2);
    for (const value of ['true', 1, false]) none(value, 3);
    none('a', 4);
    expect([...state.slotsWith([0, 1, 2, 3], ['a', 1, 2n, true])]).to.have.length(1);
  });
}
