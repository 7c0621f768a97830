import { runStateContract } from '@stockafolio/conformance';
import { int32, int64, optional, record, text } from '@stockafolio/core';
import { Interner } from './interner.js';
import { KeyedState, type StateRows } from './keyed-state.js';

const Sample = record('sample', {
  label: text(),
  count: int64(),
  total: int64({ range: 'full' }),
  maybe: optional(int32()),
});

const interner = new Interner();
const fresh = (): KeyedState => new KeyedState('state', Sample, interner);

runStateContract<StateRows>('KeyedState', {
  fresh,
  restored(parts) {
    const state = fresh();
    state.restore(parts);
    return state;
  },
});
