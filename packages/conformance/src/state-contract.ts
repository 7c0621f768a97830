import { int32, int64, type KeyPart, optional, record, text } from '@stockafolio/core';
import type { State, StateStore, StateView } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { SavedStates } from './saved-states.js';
import { expectSlotsFound, findsNoSlots } from './slots-contract.js';

const Sample = record('sample', {
  label: text(),
  count: int64(),
  total: int64({ range: 'full' }),
  maybe: optional(int32()),
});

interface SampleState {
  label: string;
  count: number;
  total: bigint;
  maybe?: number | undefined;
}

export interface StateHarness {
  /** An empty store. */
  store(): StateStore;
  /** Runs of the property tests; defaults to 200. */
  readonly runs?: number;
}

type Keys = readonly (readonly KeyPart[])[];

/** Ten keys of each shape that keys can have. */
const shapes: readonly Keys[] = [
  Array.from({ length: 10 }, (_, n) => [`user-${n}`]),
  Array.from({ length: 10 }, (_, n) => [n < 5, n * 1e15 - 4e15, `日本${n % 5}`]),
  Array.from({ length: 10 }, (_, n) => [2n ** BigInt(n * 9), n / 7]),
];

const value: fc.Arbitrary<SampleState> = fc.record({
  label: fc.oneof(
    fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f'),
    fc.string({ maxLength: 6, unit: 'binary' }).map((each) => each.toWellFormed().replaceAll('\u0000', '0')),
  ),
  count: fc.maxSafeInteger().map((n) => n + 0),
  total: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
  maybe: fc.option(fc.integer(), { nil: undefined }),
});

/** What a record does to one key: it changes it, or removes it. */
interface Change {
  readonly key: number;
  readonly value: SampleState | 'removed';
}

type Step =
  | { readonly kind: 'record'; readonly changes: readonly Change[]; readonly undone: boolean }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'write' | 'save'; readonly most: number }
  | { readonly kind: 'settle' | 'save changes' | 'restart' };

const change: fc.Arbitrary<Change> = fc.record({
  key: fc.nat(5),
  value: fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant('removed' as const) }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
      undone: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), most: fc.constantFrom(1, 3, Infinity) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('save' as const), most: fc.constantFrom(2, 7, Infinity) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'save changes' as const, 'restart' as const) }),
  },
);

interface Held {
  readonly value: SampleState;
  readonly version: number;
}

const view = (state: { readonly cursor: StateView }): SampleState => state.cursor as unknown as SampleState;

/** The contract of the ports `StateStore` and `State`, for every implementation. */
export function runStateContract(name: string, harness: StateHarness): void {
  const numRuns = harness.runs ?? 200;
  const fresh = (): State => harness.store().open('state', Sample);

  function expectHeld(state: State, keys: Keys, model: ReadonlyMap<number, Held>): void {
    expect(state.size).to.equal(model.size);
    keys.forEach((key, n) => {
      const held = model.get(n);
      const slot = state.find(key);
      expect(slot >= 0).to.equal(held !== undefined);
      if (held === undefined) return;
      expect(state.isLive(slot)).to.equal(true);
      expect(state.cursor.$copy()).to.deep.equal(held.value);
      expect(state.at(slot).$copy()).to.deep.equal(held.value);
      expect(state.version(slot)).to.equal(held.version);
      expect(state.key(slot)).to.deep.equal(key);
      expect(key.map((_, part) => state.part(slot, part))).to.deep.equal(key);
    });
    expectSlotsFound(state, keys[0] ?? [], model.size);
  }

  describe(`${name} keeps the contract of StateStore and State`, () => {
    findsNoSlots(fresh);

    it('begins every key with the initial values of its schema, where it has any', () => {
      const initial = { count: -7, total: 2n ** 60n, label: 'new', maybe: 3 };
      const begun = { ...initial };
      const state = harness.store().open('state', { ...Sample, initial });
      for (let record = 1; record < 4; record++) {
        const slot = state.upsert(['key'], record, record);
        expect(state.cursor.$copy()).to.deep.equal(begun);
        Object.assign(state.cursor, { label: 'old', count: 1, total: 1n, maybe: undefined });
        if (record === 1) state.rollback(record);
        else state.remove(slot);
      }
    });

    it('holds the same as a map, through undone records, removals, reuse of slots, and restarts from what was saved', () => {
      fc.assert(
        fc.property(fc.constantFrom(...shapes), fc.array(step, { maxLength: 60 }), (keys, steps) => {
          let store = harness.store();
          let state = store.open('state', Sample);
          let saved = new SavedStates(store);
          const model = new Map<number, Held>();
          let savedModel: ReadonlyMap<number, Held> | undefined;
          const unwritten = new Set<number>();
          steps.forEach((each, at) => {
            const version = (at + 1) * 10;
            if (each.kind === 'record') {
              const before = new Map(model);
              const changed = new Set<number>();
              for (const { key: n, value: to } of each.changes) {
                const key = keys[n] ?? [];
                if (to === 'removed') {
                  const slot = state.find(key);
                  expect(slot >= 0).to.equal(model.has(n));
                  if (slot >= 0) state.remove(slot, at);
                  model.delete(n);
                  continue;
                }
                state.upsert(key, at, version);
                expect(state.created).to.equal(!model.has(n));
                Object.assign(view(state), to);
                model.set(n, { value: to, version });
                changed.add(n);
              }
              if (each.undone) {
                state.rollback(at);
                model.clear();
                for (const [n, held] of before) model.set(n, held);
              } else {
                for (const n of changed) unwritten.add(n);
                for (const n of unwritten) if (!model.has(n)) unwritten.delete(n);
              }
            } else if (each.kind === 'remove') {
              const slot = state.find(keys[each.key] ?? []);
              if (slot >= 0) state.remove(slot);
              model.delete(each.key);
              unwritten.delete(each.key);
            } else if (each.kind === 'write') {
              const given = new Set<number>();
              const all = state.takeUnwritten((slot) => {
                const key = state.key(slot);
                const n = keys.findIndex((other) => other.every((part, i) => part === key[i]));
                expect(given.has(n)).to.equal(false);
                given.add(n);
              }, each.most);
              expect(given.size).to.be.at.most(each.most);
              for (const n of given) unwritten.delete(n);
              if (all) expect([...unwritten]).to.deep.equal([]);
              else expect(each.most).to.be.below(Infinity);
            } else if (each.kind === 'settle') {
              store.settle();
            } else if (each.kind === 'save' || each.kind === 'save changes') {
              if (each.kind === 'save') saved.save(each.most);
              else saved.saveChanges();
              savedModel = undefined;
              if (saved.files !== undefined) {
                savedModel = new Map(model);
                const other = harness.store();
                const loaded = other.open('state', Sample);
                other.load(saved.files, new Set(['state']));
                expectHeld(loaded, keys, model);
              }
            } else if (saved.files !== undefined && savedModel !== undefined) {
              store = harness.store();
              state = store.open('state', Sample);
              store.load(saved.files, new Set(['state']));
              saved = new SavedStates(store);
              model.clear();
              for (const [n, held] of savedModel) model.set(n, held);
              savedModel = undefined;
              unwritten.clear();
            }
            expectHeld(state, keys, model);
            expect(store.size).to.equal(model.size);
          });
        }),
        { numRuns },
      );
    });

    it('keeps states apart, which share their texts, and loads those that are named', () => {
      const store = harness.store();
      const [one, two] = [store.open('one', Sample), store.open('two', Sample)];
      for (const [state, count] of [
        [one, 1],
        [two, 2],
      ] as const) {
        state.upsert(['same', 'key'], 1, 1);
        Object.assign(view(state), { label: 'same', count });
      }
      const saved = new SavedStates(store);
      saved.save(Infinity);
      const again = harness.store();
      const [none, loaded] = [again.open('one', Sample), again.open('two', Sample)];
      again.load(saved.files ?? [], new Set(['two']));
      expect([none.size, loaded.size, again.size]).to.deep.equal([0, 1, 1]);
      loaded.find(['same', 'key']);
      expect(view(loaded)).to.include({ label: 'same', count: 2 });
    });

    it('returns the changed slots in the order of their first change', () => {
      const state = fresh();
      const order = [3, 1, 2, 1, 3, 0];
      order.forEach((n, at) => void state.upsert([`k${n}`], at, at + 1));
      const given: unknown[] = [];
      state.takeUnwritten((slot) => void given.push(state.key(slot)[0]));
      expect(given).to.deep.equal(['k3', 'k1', 'k2', 'k0']);
      state.takeUnwritten(() => expect.fail('nothing has changed since'));
    });

    it('enters keys that were announced, loaded and read ahead together as one by one', () => {
      const keys = Array.from({ length: 40 }, (_, n) => `user-${n % 7}-${n % 3}`);
      const [store, single] = [harness.store(), fresh()];
      const together = store.open('state', Sample);
      for (let round = 0; round < 3; round++) {
        store.announce(keys, keys.length);
        const entry = together.entryFor([keys[0] ?? '', 1]);
        keys.forEach((key, i) => {
          store.position.batchIndex = i;
          entry.load(i, key, i % 2);
        });
        entry.touch(0, keys.length);
        const versions = Float64Array.from(keys, (_, i) => round * 100 + i);
        keys.forEach((key, i) => {
          store.position.batchIndex = i;
          const slot = entry.enter(i, { record: round * 100 + i, versions });
          single.upsert([key, i % 2], round * 100 + i, versions[i] ?? 0);
          expect(together.created).to.equal(single.created);
          view(together).count += i;
          view(single).count += i;
          expect(together.key(slot)).to.deep.equal([key, i % 2]);
        });
      }
      expect(together.size).to.equal(single.size);
      keys.forEach((key, i) => {
        const [a, b] = [together.find([key, i % 2]), single.find([key, i % 2])];
        expect([view(together).count, together.version(a)]).to.deep.equal([view(single).count, single.version(b)]);
      });
    });

    it('lists the values of rows by their origins', () => {
      const state = fresh();
      const slot = state.upsert(['a', 2, 3n, true], 1, 1);
      Object.assign(view(state), { label: 'x', count: 5, total: 6n });
      const origins = [
        ...[0, 1, 2, 3].map((part) => ({ part })),
        ...['label', 'count', 'total', 'maybe'].map((field) => ({ field })),
        ...(['shard', 'absent'] as const),
      ];
      const rows = state.rowsOf('a table', origins, 7);
      state.upsert(['b', 2, 3n, false], 2, 2);
      expect(rows(slot)).to.deep.equal(['a', 2, 3n, true, 'x', 5, 6n, undefined, 7, undefined]);
    });

    it('orders slots by a part of their keys: texts by code points, numbers and bigints by value', () => {
      const state = fresh();
      const keys = [
        ['\uffff', -1, 10n],
        ['😀', 2, 9n],
        ['a', 10, -3n],
      ] as const;
      const slots = keys.map((key, n) => state.upsert(key, n, n));
      const order = (part: number): number[] =>
        slots.toSorted((a, b) => state.comparePart(part, a, b)).map((slot) => slots.indexOf(slot));
      expect([order(0), order(1), order(2)]).to.deep.equal([
        [2, 0, 1],
        [0, 1, 2],
        [2, 1, 0],
      ]);
    });

    it('starts a key with zeros, an empty text and absent values, even in a reused slot', () => {
      const state = fresh();
      for (let round = 0; round < 3; round++) {
        const slot = state.upsert([`k${round}`], round, 1);
        expect(state.cursor.$copy()).to.deep.equal({ label: '', count: 0, total: 0n, maybe: undefined });
        Object.assign(view(state), { label: 'x', count: -1, total: -1n, maybe: 7 });
        state.remove(slot);
      }
    });

    it('undoes the changes of one record, the last first', () => {
      const state = fresh();
      state.upsert(['a'], 1, 10);
      view(state).count = 1;
      for (const [key, count] of [
        ['a', 2],
        ['b', 5],
        ['a', 3],
        ['b', 6],
      ] as const) {
        state.upsert([key], 2, 20);
        view(state).count = count;
      }
      state.remove(state.find(['a']), 2);
      state.upsert(['c'], 2, 20);
      state.rollback(2);
      state.rollback(2);
      expect(state.size).to.equal(1);
      expect(state.version(state.find(['a']))).to.equal(10);
      expect(view(state).count).to.equal(1);
      expect([state.find(['b']), state.find(['c'])]).to.deep.equal([-1, -1]);
    });

    it('rejects values that it cannot hold exactly, and keys of another shape than the first', () => {
      const state = fresh();
      state.upsert(['a', 1], 1, 1);
      const code = (action: () => unknown): unknown => {
        try {
          action();
        } catch (error) {
          return (error as { code?: unknown }).code;
        }
        return undefined;
      };
      for (const set of [
        () => (view(state).count = 2 ** 53),
        () => (view(state).count = 0.5),
        () => (view(state).count = Number.NaN),
        () => (view(state).total = 2n ** 63n),
        () => (view(state).total = -(2n ** 63n) - 1n),
        () => (view(state).maybe = 2 ** 31),
        () => (view(state).label = 5 as never),
        () => (view(state).total = 5 as never),
      ]) {
        expect(code(set), String(set)).to.equal('ERR_OVERFLOW');
      }
      for (const key of [['a'], ['a', 1, 2], [1, 'a'], ['a', 1n], ['a', Number.NaN], ['a', undefined as never]]) {
        expect(
          code(() => state.upsert(key, 2, 2)),
          String(key),
        ).to.equal('ERR_ROW_INVALID');
      }
      expect(state.size).to.equal(1);
      expect(state.find(['a', 0])).to.equal(-1);
      state.upsert(['a', 0], 3, 3);
      expect(state.find(['a', -0])).to.equal(state.find(['a', 0]));
    });

    it('grows past any initial size, and finds every key, even after removals', () => {
      const store = harness.store();
      const state = store.open('state', Sample);
      const count = 20_000;
      for (let n = 0; n < count; n++) {
        state.upsert([`key ${n}`], n, n + 1);
        view(state).count = n;
      }
      for (let n = 0; n < count; n += 3) state.remove(state.find([`key ${n}`]));
      const saved = new SavedStates(store);
      saved.save(Infinity);
      const other = harness.store();
      const loaded = other.open('state', Sample);
      other.load(saved.files ?? [], new Set(['state']));
      for (const each of [state, loaded]) {
        for (let n = 0; n < count; n++) {
          const slot = each.find([`key ${n}`]);
          if (n % 3 === 0 ? slot !== -1 : slot < 0 || view(each).count !== n)
            expect.fail(`key ${n} is in slot ${slot}`);
        }
        const { end } = each;
        for (let n = 0; n < count; n += 3) each.upsert([`new ${n}`], count + n, 1);
        expect(each.end).to.equal(end);
      }
    });
  });
}
