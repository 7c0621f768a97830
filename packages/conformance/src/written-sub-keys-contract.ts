import { int64, type KeyPart, record, text } from '@stockafolio/core';
import type { ColumnOrigin, KeyKind } from '@stockafolio/core/plan';
import type { RowValues, State, StateStore, SubKeys } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { SavedStates } from './saved-states.js';
import type { StateHarness } from './state-contract.js';

const Sum = record('sum', { count: int64() });
const Lot = record('lot', { price: int64(), note: text() });

const subKeysOf = { number: [5, -3, 0.5], text: ['b', '', '😀'], bigint: [10n, -(2n ** 80n), 0n] } as const;

const KEY: readonly ColumnOrigin[] = [{ part: 0 }, 'shard', { part: 1 }];
const ROW: readonly ColumnOrigin[] = [...KEY, { field: 'note' }, { field: 'price' }, 'absent'];
const SHARD = 3;

interface Change {
  readonly key: string;
  readonly sub: number;
  readonly does: 'set' | 'remove' | 'clear' | 'remove key';
  readonly price: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  key: fc.constantFrom('ann', 'bob', ''),
  sub: fc.nat(2),
  does: fc.constantFrom('set', 'set', 'set', 'remove', 'remove', 'clear', 'remove key'),
  price: fc.nat(100),
});

const step = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
  then: fc.constantFrom('', '', '', 'undo', 'undo', 'take', 'settle', 'restart'),
  most: fc.constantFrom(1, 2, undefined),
});

/** A row, and the version of the record that changed it last. */
interface Row {
  readonly values: RowValues;
  readonly version: number;
}

/** The rows of a store that keeps the first of equal versions; removed ones are undefined. */
type Stored = Map<string, { readonly row: RowValues | undefined; readonly version: number }>;

/** What the contract of `SubKeys` says of those that tables have. */
export function runWrittenSubKeysContract(name: string, { store: newStore, runs: numRuns = 200 }: StateHarness): void {
  describe(`${name} keeps the contract of SubKeys that are written`, () => {
    for (const [kind, subs] of Object.entries(subKeysOf)) {
      it(`tells each change since the last commit once, and what is gone: ${kind}`, () => {
        const open = (store: StateStore): { state: State; lots: SubKeys } => {
          const state = store.open('state', Sum, { lots: { kind: kind as KeyKind, fields: Lot, isWritten: true } });
          return { state, lots: state.subKeys('lots') };
        };
        fc.assert(
          fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
            let store = newStore();
            let { state, lots } = open(store);
            let saved = new SavedStates(store);
            let model = new Map<string, Row>();
            let changed = new Set<string>();
            const stored: Stored = new Map();
            const idOf = (values: RowValues): string => values.slice(0, KEY.length).map(String).join('/');
            const put = (values: RowValues, version: number, row?: RowValues): void => {
              const id = idOf(values);
              if (version > (stored.get(id)?.version ?? -1)) stored.set(id, { row, version });
            };
            const take = (most?: number): void => {
              if (state.keyKinds === undefined) return;
              const row = lots.rowsOf('rows', ROW, SHARD);
              const key = lots.removedKeysOf('removed', KEY, SHARD);
              const passed: string[] = [];
              let calls = 0;
              const each = (values: RowValues, version: number, to?: RowValues): void => {
                calls++;
                put(values, version, to);
              };
              const next = (): boolean => {
                const isDone = lots.takeUnwritten((sub) => {
                  const values = row(sub);
                  passed.push(idOf(values));
                  each(values, lots.version(sub), values);
                }, most);
                return lots.takeRemoved((version) => each(key(), version), most) && isDone;
              };
              for (let isDone = next(); !isDone; isDone = next()) {
                expect(calls).to.be.at.most(2 * (most ?? Number.POSITIVE_INFINITY));
                calls = 0;
              }
              expect(passed.sort()).to.deep.equal([...changed].filter((id) => model.has(id)).sort());
              changed.clear();
              const rows = [...stored].flatMap(([id, { row: values, version }]) =>
                values === undefined ? [] : [[id, { values, version }] as const],
              );
              expect(new Map(rows)).to.deep.equal(model);
            };
            const apply = ({ key, sub: n, does, price }: Change, at: number): void => {
              const slot = state.upsert([key], at, at);
              const sub = subs[n] as KeyPart;
              const below = (each: KeyPart): string => idOf([key, SHARD, each]);
              if (does === 'set') {
                const note = `lot ${price}`;
                lots.upsert(slot, sub, at, at);
                Object.assign(lots.cursor, { price, note });
                model.set(below(sub), { values: [key, SHARD, sub, note, price, undefined], version: at });
                changed.add(below(sub));
                return;
              }
              const found = lots.find(slot, sub);
              if (does === 'clear') lots.clear(slot, at);
              else if (does === 'remove key') state.remove(slot, at);
              else if (found >= 0) lots.remove(found, at);
              for (const each of does === 'remove' ? [sub] : subs) model.delete(below(each));
            };
            steps.forEach(({ changes, then, most }, n) => {
              const before = { model: new Map(model), changed: new Set(changed) };
              for (const each of changes) apply(each, n + 1);
              if (then === 'undo') {
                state.rollback(n + 1);
                ({ model, changed } = before);
              } else if (then === 'settle') store.settle();
              else if (then !== '') take(most);
              if (then !== 'restart') return;
              saved.save(Number.POSITIVE_INFINITY);
              if (saved.files === undefined) return;
              store = newStore();
              ({ state, lots } = open(store));
              store.load(saved.files, new Set(['state']));
              saved = new SavedStates(store);
            });
            take();
          }),
          { numRuns },
        );
      });
    }
  });
}
