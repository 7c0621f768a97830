import { int64, type KeyPart, record, text } from '@stockafolio/core';
import type { KeyKind } from '@stockafolio/core/plan';
import { compareText, type State, type StateStore, type SubKeys } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { SavedStates } from './saved-states.js';
import type { StateHarness } from './state-contract.js';

const Sum = record('sum', { count: int64() });
const Lot = record('lot', { price: int64(), note: text() });

/** Sub-keys of each kind that has an order, not in it. */
const subKeysOf = {
  number: [5, -3, 0.5, 2 ** 40, 0, 1],
  text: ['b', '', '\uffff', '😀', 'a', 'ab'],
  bigint: [10n, 9n, -(2n ** 80n), 2n ** 80n, 0n, -1n],
} as const;

/** By key and sub-key, its price. */
type Below = Map<number, Map<KeyPart, number>>;

interface SubChange {
  readonly key: number;
  readonly sub: number;
  readonly does: 'set' | 'remove' | 'clear' | 'remove key';
  readonly price: number;
}

type SubStep =
  | { readonly kind: 'record'; readonly changes: readonly SubChange[]; readonly undone: boolean }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'save'; readonly most: number }
  | { readonly kind: 'settle' | 'save changes' };

const subChange: fc.Arbitrary<SubChange> = fc.record({
  key: fc.nat(2),
  sub: fc.nat(5),
  does: fc.oneof(
    { weight: 6, arbitrary: fc.constant('set' as const) },
    { weight: 3, arbitrary: fc.constant('remove' as const) },
    { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'remove key' as const) },
  ),
  price: fc.nat(100),
});

const subStep: fc.Arbitrary<SubStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      changes: fc.array(subChange, { minLength: 1, maxLength: 8 }),
      undone: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('save' as const), most: fc.constantFrom(2, 7, Infinity) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'save changes' as const) }) },
);

/** Some are equal to a sub-key, and some recur. */
function noteOf(price: number): string {
  return price % 4 === 0 ? 'a' : `lot ${price}`;
}

function copyOf(model: Below): Below {
  return new Map([...model].map(([key, subs]) => [key, new Map(subs)]));
}

/** Applies a change of a record to the state and to the model. */
function changeSubKeys(
  state: State,
  lots: SubKeys,
  subs: readonly KeyPart[],
  model: Below,
  { key, sub: n, does, price }: SubChange,
  at: number,
): void {
  // A key that is there is not entered: its sub-keys alone change.
  const found = state.find([key]);
  const slot = found >= 0 ? found : state.upsert([key], at, at);
  const below = model.get(key) ?? new Map<KeyPart, number>();
  const sub = subs[n] as KeyPart;
  model.set(key, below);
  if (does === 'set') {
    lots.upsert(slot, sub, at, at);
    expect(lots.created).to.equal(!below.has(sub));
    Object.assign(lots.cursor, { price, note: noteOf(price) });
    below.set(sub, price);
  } else if (does === 'remove') {
    const lot = lots.find(slot, sub);
    expect(lot >= 0).to.equal(below.has(sub));
    if (lot >= 0) lots.remove(lot, at);
    below.delete(sub);
  } else if (does === 'clear') {
    lots.clear(slot, at);
    below.clear();
  } else {
    state.remove(slot, at);
    model.delete(key);
  }
}

function expectBelow(state: State, lots: SubKeys, subs: readonly KeyPart[], model: Below): void {
  expect(state.size).to.equal(model.size);
  for (const [key, below] of model) {
    const slot = state.find([key]);
    const wanted = [...below].sort(([a], [b]) => compareParts(a, b));
    const forwards: unknown[] = [];
    for (let sub = lots.first(slot); sub >= 0; sub = lots.next(sub)) {
      const { price, note } = lots.at(sub).$copy();
      expect(note).to.equal(noteOf(Number(price)));
      expect(lots.above(sub)).to.equal(slot);
      forwards.push([lots.key(sub), price]);
    }
    expect(forwards).to.deep.equal(wanted);
    const backwards: KeyPart[] = [];
    for (let sub = lots.last(slot); sub >= 0; sub = lots.previous(sub)) backwards.unshift(lots.key(sub));
    expect(backwards).to.deep.equal(wanted.map(([sub]) => sub));
    expect(lots.count(slot)).to.equal(wanted.length);
    for (const sub of subs) {
      expect(lots.find(slot, sub) >= 0).to.equal(below.has(sub));
      const from = lots.from(slot, sub);
      const next = wanted.find(([other]) => compareParts(other, sub) >= 0);
      expect(from < 0 ? undefined : lots.key(from)).to.equal(next?.[0]);
    }
  }
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (typeof a === 'string') return compareText(a, b as string);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The contract of the port `SubKeys`, which is a part of that of `StateStore`. */
export function runSubKeyContract(name: string, harness: StateHarness): void {
  const numRuns = harness.runs ?? 200;

  describe(`${name} keeps the contract of SubKeys`, () => {
    for (const [kind, subs] of Object.entries(subKeysOf)) {
      it(`keeps sub-keys in their order below each key, through all of this: ${kind}`, () => {
        const open = (store: StateStore): { state: State; lots: SubKeys } => {
          const state = store.open('state', Sum, { lots: { kind: kind as KeyKind, fields: Lot } });
          return { state, lots: state.subKeys('lots') };
        };
        fc.assert(
          fc.property(fc.array(subStep, { maxLength: 60 }), (steps) => {
            let store = harness.store();
            let { state, lots } = open(store);
            let saved = new SavedStates(store);
            let model: Below = new Map();
            steps.forEach((each, at) => {
              if (each.kind === 'record') {
                const before = copyOf(model);
                for (const change of each.changes) changeSubKeys(state, lots, subs, model, change, at);
                if (each.undone) {
                  state.rollback(at);
                  model = before;
                }
              } else if (each.kind === 'remove') {
                const slot = state.find([each.key]);
                if (slot >= 0) state.remove(slot);
                model.delete(each.key);
              } else if (each.kind === 'settle') {
                store.settle();
              } else {
                if (each.kind === 'save') saved.save(each.most);
                else saved.saveChanges();
                if (saved.files !== undefined) {
                  store = harness.store();
                  ({ state, lots } = open(store));
                  store.load(saved.files, new Set(['state']));
                  saved = new SavedStates(store);
                }
              }
              expectBelow(state, lots, subs, model);
            });
          }),
          { numRuns },
        );
      });
    }

    it('keeps several of one value in the order of adding, and what records change in them', () => {
      interface Added {
        readonly at: number;
        price: number;
      }
      const does = fc.record({
        does: fc.constantFrom('add', 'add', 'add', 'change', 'remove', 'clear'),
        ...{ at: fc.nat(3), pick: fc.nat(20), price: fc.nat(100) },
      });
      const step = fc.record({
        changes: fc.array(does, { minLength: 1, maxLength: 6 }),
        then: fc.constantFrom('', '', 'undo', 'save', 'settle'),
      });
      const inOrder = (added: readonly Added[]): Added[] => [...added].sort((a, b) => a.at - b.at);
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          let store = harness.store();
          const open = (): { state: State; lots: SubKeys } => {
            const state = store.open('state', Sum, { lots: { kind: 'number', fields: Lot, isMulti: true } });
            return { state, lots: state.subKeys('lots') };
          };
          let { state, lots } = open();
          let saved = new SavedStates(store);
          state.upsert([7], 0, 0);
          let model: Added[] = [];
          steps.forEach(({ changes, then }, n) => {
            const record = n + 1;
            const before = model.map((each) => ({ ...each }));
            for (const { does: what, at, pick, price } of changes) {
              const slot = state.find([7]);
              const sub = lots.from(slot, at);
              const found = model.findIndex((each) => each === inOrder(model).find((other) => other.at >= at));
              expect(sub >= 0).to.equal(found >= 0);
              if (what === 'add') {
                lots.add(slot, at, record, record);
                expect(lots.created).to.equal(true);
                Object.assign(lots.cursor, { price, note: `lot ${pick}` });
                model.push({ at, price });
              } else if (what === 'change' && sub >= 0) {
                Object.assign(lots.change(sub, record, record), { price });
                expect(lots.version(sub)).to.equal(record);
                (model[found] as Added).price = price;
              } else if (what === 'remove' && sub >= 0) {
                lots.remove(sub, record);
                model.splice(found, 1);
              } else if (what === 'clear' && pick === 0) {
                lots.clear(slot, record);
                model = [];
              }
            }
            if (then === 'undo') {
              state.rollback(record);
              model = before;
            } else if (then === 'settle') {
              store.settle();
            } else if (then === 'save') {
              saved.save(Infinity);
              if (saved.files !== undefined) {
                store = harness.store();
                ({ state, lots } = open());
                store.load(saved.files, new Set(['state']));
                saved = new SavedStates(store);
              }
            }
            const held: Added[] = [];
            for (let sub = lots.first(state.find([7])); sub >= 0; sub = lots.next(sub))
              held.push({ at: lots.key(sub) as number, price: Number(lots.at(sub).$copy()['price']) });
            expect(held).to.deep.equal(inOrder(model));
          });
        }),
        { numRuns },
      );
    });

    it('finds sub-keys of many in any order of arrival, and removes them with their key', () => {
      const state = harness.store().open('state', Sum, { lots: { kind: 'number', fields: Lot } });
      const lots = state.subKeys('lots');
      const count = 5_000;
      const orders = [(n: number) => n, (n: number) => count - n, (n: number) => (n * 7_919) % 5_003];
      orders.forEach((order, way) => {
        const slot = state.upsert([way], way, way);
        for (let n = 0; n < count; n++) lots.upsert(slot, order(n), n, n);
        expect(lots.count(slot)).to.equal(count);
        const found: number[] = [];
        for (let sub = lots.first(slot); sub >= 0; sub = lots.next(sub)) found.push(lots.key(sub) as number);
        expect(found).to.deep.equal(Array.from({ length: count }, (_, n) => order(n)).sort((a, b) => a - b));
      });
      for (const way of orders.keys()) state.remove(state.find([way]));
      const slot = state.upsert([0], 1, 1);
      expect([lots.count(slot), lots.first(slot), lots.last(slot)]).to.deep.equal([0, -1, -1]);
    });
  });
}
