import { expect } from 'chai';
import fc from 'fast-check';
import { int64, record } from '@stockafolio/core';
import { MemoryStates } from './memory-states.js';

const Lot = record('lot', { price: int64() });

interface Step {
  readonly key: 0 | 1;
  readonly from: number;
  readonly count: number;
  readonly isRemoval: boolean;
  readonly isUndone: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  key: fc.constantFrom(0, 1),
  from: fc.nat(500),
  count: fc.integer({ min: 1, max: 200 }),
  isRemoval: fc.boolean(),
  isUndone: fc.boolean(),
});

describe('SubKeys of a key that has many', () => {
  it('are found below each key, also where the record that made them many is rolled back', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { size: 'max', maxLength: 12 }), (steps) => {
        const state = new MemoryStates().open('state', Lot, { lots: { kind: 'number', fields: Lot } });
        const lots = state.subKeys('lots');
        const slots = [state.upsert(['a'], 0, 0), state.upsert(['b'], 0, 0)] as const;
        const models = [new Map<number, number>(), new Map<number, number>()] as const;
        steps.forEach(({ key, from, count, isRemoval, isUndone }, n) => {
          const [slot, model, at] = [slots[key], models[key], n + 1];
          for (let sub = from; sub < from + count; sub++) {
            if (isRemoval) {
              const found = lots.find(slot, sub);
              if (found >= 0) lots.remove(found, at);
              if (!isUndone) model.delete(sub);
            } else {
              lots.upsert(slot, sub, at, at);
              Object.assign(lots.cursor, { price: at });
              if (!isUndone) model.set(sub, at);
            }
          }
          if (isUndone) state.rollback(at);
          for (const each of [0, 1] as const) {
            expect(lots.count(slots[each])).to.equal(models[each].size);
            for (let sub = 0; sub < 700; sub += 7) {
              const found = lots.find(slots[each], sub);
              expect(found < 0 ? undefined : lots.at(found).$copy()['price']).to.equal(models[each].get(sub));
            }
          }
        });
      }),
      { numRuns: 40 },
    );
  });
});
