import { runDecimalsContract, type DecimalRow } from '@stockafolio/conformance';
import type { LaterArray, SavedArray } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { bigDecimal, bigMoney, decimal, money, record } from '@stockafolio/core';
import { decodeContainer, encodeContainer } from '../checkpoint/container.js';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';
import { readSlots, writeSlots } from './saved-slots.js';

/** Moves all slots of a state into another one, through the bytes of a checkpoint file. */
function moved(from: KeyedState, to: KeyedState): KeyedState {
  const sections: (SavedArray | LaterArray)[] = [];
  const slots = Int32Array.from({ length: from.end }, (_, slot) => slot);
  const part = writeSlots(from, slots, sections);
  const file = decodeContainer('x', encodeContainer({ part }, sections));
  readSlots(to, (file.header as { part: typeof part }).part, file.sections);
  to.rebuild();
  return to;
}

runDecimalsContract('a state and its checkpoint', {
  // A state marks an absent value by the least one.
  least: -(2n ** 127n) + 2n ** 64n,
  keep: async (schema, rows) => {
    const texts = new Interner();
    const state = new KeyedState('before', schema, texts);
    for (const [n, row] of rows.entries()) {
      state.upsert([n], n, 1);
      Object.assign(state.cursor, row);
    }
    const after = moved(state, new KeyedState('after', schema, texts));
    return rows.map((_, n) => after.at(after.find([n])).$copy() as DecimalRow);
  },
});

describe('a decimal of a state', () => {
  const read = (before: ReturnType<typeof record>, after: ReturnType<typeof record>): DecimalRow => {
    const texts = new Interner();
    const state = new KeyedState('before', before, texts);
    state.upsert([1], 1, 1);
    Object.assign(state.cursor, { price: 5_0000, sum: 7n });
    const later = moved(state, new KeyedState('after', after, texts));
    return later.at(later.find([1])).$copy() as DecimalRow;
  };

  it('is restored where its scale is the same, and never as one of another scale', () => {
    const before = record('state', { price: money(), sum: bigMoney() });
    expect(read(before, record('state', { price: decimal(4), sum: bigDecimal(4) }))).to.deep.equal({
      ...{ price: 5_0000, sum: 7n },
    });
    expect(read(before, record('state', { price: decimal(2), sum: bigDecimal(8) }))).to.deep.equal({
      ...{ price: 0, sum: 0n },
    });
  });
});
