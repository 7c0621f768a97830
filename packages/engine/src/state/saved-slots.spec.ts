import { expect } from 'chai';
import {
  bigMoney,
  type Fields,
  int64,
  oneOf,
  optional,
  record,
  type RecordSchema,
  text,
  type Value,
} from '@stockafolio/core';
import type { LaterArray, SavedArray, SavedSlots } from '@stockafolio/core/ports';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';
import { decodeContainer, encodeContainer } from '../checkpoint/container.js';
import { readSlots, writeSlots } from './saved-slots.js';

const Before = record('before', {
  first: int64(),
  wide: bigMoney(),
  dropped: int64({ range: 'full' }),
  note: text(),
  maybe: optional(bigMoney()),
});

const interner = new Interner();

function stateOf<F extends Fields>(schema: RecordSchema<F>): KeyedState {
  return new KeyedState('state', schema as unknown as RecordSchema, interner);
}

/** All slots, written to a file and read from it. */
function saved(state: KeyedState): { readonly part: SavedSlots; readonly sections: readonly SavedArray[] } {
  const sections: (SavedArray | LaterArray)[] = [new Uint8Array(3)];
  const slots = Int32Array.from({ length: state.end }, (_, slot) => slot);
  const part = writeSlots(state, slots, sections);
  return { part, sections: decodeContainer('x', encodeContainer(null, sections)).sections };
}

function filled(): KeyedState {
  const state = stateOf(Before);
  for (let n = 0; n < 3; n++) {
    state.upsert([`key ${n}`, n], n, 100 + n);
    Object.assign(state.cursor, {
      ...{ first: n, wide: -(10n ** 25n) * BigInt(n + 1), dropped: 5n, note: `note ${n}` },
      maybe: n === 1 ? undefined : 2n ** 100n,
    });
  }
  return state;
}

function valuesOf(state: KeyedState, n: number): Record<string, Value> {
  return state.at(state.find([`key ${n}`, n])).$copy();
}

describe('a state in a checkpoint', () => {
  it('is restored by field names, whatever the width and order of the fields', () => {
    const After = record('after', {
      added: oneOf('unset', 'set'),
      maybe: optional(bigMoney()),
      note: text(),
      wide: bigMoney(),
      alsoAdded: optional(bigMoney()),
      first: int64(),
    });
    const before = filled();
    const { part, sections } = saved(before);
    const after = stateOf(After);
    readSlots(after, part, sections);
    after.rebuild();
    expect(after.size).to.equal(3);
    for (let n = 0; n < 3; n++) {
      const { dropped, ...kept } = valuesOf(before, n);
      expect(dropped).to.equal(5n);
      expect(valuesOf(after, n)).to.eql({ ...kept, added: 'unset', alsoAdded: undefined });
      expect(after.version(after.find([`key ${n}`, n]))).to.equal(100 + n);
    }
  });

  it('resets a field that was optional and no longer is', () => {
    const { part, sections } = saved(filled());
    const after = stateOf(record('after', { ...Before.fields, maybe: bigMoney() }));
    readSlots(after, part, sections);
    after.rebuild();
    for (let n = 0; n < 3; n++) expect(valuesOf(after, n)).to.include({ maybe: 0n, note: `note ${n}` });
  });

  it('is empty if it has never held a key, and then accepts keys of any kind', () => {
    const { part, sections } = saved(stateOf(Before));
    expect(part.kinds).to.equal(null);
    const after = stateOf(Before);
    readSlots(after, part, sections);
    after.rebuild();
    expect(after.size).to.equal(0);
    expect(after.upsert([1n, true], 0, 0)).to.equal(0);
  });
});
