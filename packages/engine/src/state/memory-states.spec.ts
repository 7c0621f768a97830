import { expect } from 'chai';
import { runStateContract, runSubKeyContract } from '@stockafolio/conformance';
import { int64, record } from '@stockafolio/core';
import { MemoryStates } from './memory-states.js';

/** Others wait until many texts may be unused. */
class Forgetful extends MemoryStates {
  override settle(): void {
    super.settle();
    this.forgetTexts();
  }
}

for (const [name, store] of [
  ['MemoryStates', () => new MemoryStates()],
  ['MemoryStates that forget texts at once', () => new Forgetful()],
] as const) {
  runStateContract(name, { store });
  runSubKeyContract(name, { store });
}

describe('MemoryStates', () => {
  it('keeps no list of changed sub-keys, which no table takes', () => {
    const states = new MemoryStates();
    const Sum = record('sum', { count: int64() });
    const state = states.open('state', Sum, { lots: { kind: 'number', fields: Sum } });
    const lots = state.subKeys('lots');
    lots.upsert(state.upsert(['a'], 1, 1), 5, 1, 1);
    states.settle();
    lots.rows.takeUnwritten(() => expect.fail('it is still in the list'));
  });
});
