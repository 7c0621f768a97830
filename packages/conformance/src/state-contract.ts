import type { KeyPart } from '@stockafolio/core';
import type { State } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';

/** The fields of the states in the contract; `Fields` of the harness's schema must equal them. */
export interface SampleState {
  label: string;
  count: number;
  total: bigint;
  maybe?: number | undefined;
}

export interface StateHarness<P> {
  /** An empty state of `{ label: text, count: int64, total: bigint64, maybe: optional int32 }`. */
  fresh(): State<P>;
  /** The same, rebuilt from a snapshot and the deltas after it, in this process or another. */
  restored(parts: readonly P[]): State<P>;
  /** Runs of the property tests; defaults to 100. */
  readonly runs?: number;
}

type Step =
  | { readonly kind: 'change'; readonly key: number; readonly value: SampleState; readonly undo: boolean }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'write'; readonly most: number }
  | { readonly kind: 'save' | 'restart' };

const value: fc.Arbitrary<SampleState> = fc.record({
  label: fc.string({ maxLength: 6, unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\u0000', '0')),
  count: fc.maxSafeInteger().map((n) => n + 0),
  total: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
  maybe: fc.option(fc.integer(), { nil: undefined }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('change' as const), key: fc.nat(9), value, undo: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const), most: fc.constantFrom(1, 3, Infinity) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('save' as const, 'restart' as const) }) },
);

/** Ten keys of each shape that keys can have. */
const shapes: readonly (readonly (readonly KeyPart[])[])[] = [
  Array.from({ length: 10 }, (_, n) => [`user-${n}`]),
  Array.from({ length: 10 }, (_, n) => [n < 5, n * 1e15 - 4e15, `日本${n % 5}`]),
  Array.from({ length: 10 }, (_, n) => [2n ** BigInt(n * 9), n / 7]),
];

interface Held {
  readonly value: SampleState;
  readonly version: number;
}

/** The contract of the port `State`, for every implementation. */
export function runStateContract<P>(name: string, harness: StateHarness<P>): void {
  const numRuns = harness.runs ?? 100;
  const view = (state: State<P>): SampleState => state.cursor as unknown as SampleState;

  function expectHeld(state: State<P>, keys: readonly (readonly KeyPart[])[], model: ReadonlyMap<number, Held>): void {
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
    });
    let live = 0;
    for (let slot = 0; slot < state.end; slot++) if (state.isLive(slot)) live++;
    expect(live).to.equal(model.size);
  }

  describe(`${name} keeps the contract of State`, () => {
    it('holds the same as a map, through undo, removal, reuse of slots, and restarts from deltas', () => {
      fc.assert(
        fc.property(fc.constantFrom(...shapes), fc.array(step, { maxLength: 60 }), (keys, steps) => {
          let state = harness.fresh();
          const model = new Map<number, Held>();
          let parts: P[] = [state.snapshot()];
          let saved = new Map<number, Held>();
          const unwritten = new Set<number>();
          steps.forEach((each, record) => {
            const version = (record + 1) * 10;
            if (each.kind === 'change') {
              state.upsert(keys[each.key] ?? [], record, version);
              expect(state.created).to.equal(!model.has(each.key));
              Object.assign(view(state), each.value);
              if (each.undo) state.rollback(record);
              else {
                model.set(each.key, { value: each.value, version });
                unwritten.add(each.key);
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
            } else {
              if (each.kind === 'save') {
                parts.push(state.delta());
                saved = new Map(model);
              }
              if (each.kind === 'restart') {
                state = harness.restored(parts);
                model.clear();
                for (const [n, held] of saved) model.set(n, held);
                unwritten.clear();
                parts = [state.snapshot()];
              }
            }
            expectHeld(state, keys, model);
          });
        }),
        { numRuns },
      );
    });

    it('returns the changed slots in the order of their first change', () => {
      const state = harness.fresh();
      const order = [3, 1, 2, 1, 3, 0];
      order.forEach((n, record) => void state.upsert([`k${n}`], record, record + 1));
      const given: unknown[] = [];
      state.takeUnwritten((slot) => void given.push(state.key(slot)[0]));
      expect(given).to.deep.equal(['k3', 'k1', 'k2', 'k0']);
      state.takeUnwritten(() => expect.fail('nothing has changed since'));
    });

    it('starts a key with zeros, an empty text and absent values, even in a reused slot', () => {
      const state = harness.fresh();
      for (let round = 0; round < 3; round++) {
        const slot = state.upsert([`k${round}`], round, 1);
        expect(state.cursor.$copy()).to.deep.equal({ label: '', count: 0, total: 0n, maybe: undefined });
        Object.assign(view(state), { label: 'x', count: -1, total: -1n, maybe: 7 });
        state.remove(slot);
      }
    });

    it('undoes several changes of one record, the last first', () => {
      const state = harness.fresh();
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
      state.rollback(2);
      state.rollback(2);
      expect(state.size).to.equal(1);
      expect(state.version(state.find(['a']))).to.equal(10);
      expect(view(state).count).to.equal(1);
      expect(state.find(['b'])).to.equal(-1);
    });

    it('rejects values that it cannot hold exactly, and keys of another shape than the first', () => {
      const state = harness.fresh();
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
      const state = harness.fresh();
      const count = 20_000;
      for (let n = 0; n < count; n++) {
        state.upsert([`key ${n}`], n, n + 1);
        view(state).count = n;
      }
      for (let n = 0; n < count; n += 3) state.remove(state.find([`key ${n}`]));
      for (const each of [state, harness.restored([state.snapshot()])]) {
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
