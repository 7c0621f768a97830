import { expect } from 'chai';
import { codeOf } from '@stockafolio/conformance';
import {
  bigDecimal,
  bigMoney,
  boolean,
  date,
  decimal,
  double,
  type FieldType,
  int32,
  int64,
  money,
  oneOf,
  optional,
  record,
  type RecordSchema,
  text,
  timestamp,
} from '@stockafolio/core';
import { Interner } from './interner.js';
import { KeyedState } from './keyed-state.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** For each kind: its initial value, values that it holds, and values that it rejects with a code. */
const kinds: readonly {
  readonly type: FieldType<unknown, never, false>;
  readonly first: unknown;
  readonly held: readonly unknown[];
  readonly overflow?: readonly unknown[];
  readonly invalid?: readonly unknown[];
}[] = [
  {
    ...{ type: text({ min: 1, max: 4 }), first: '', held: ['a', 'abcd', '日本', 'ÿ'] },
    ...{ overflow: [5, true, null], invalid: ['abcde', 'a\0', '\ud800'] },
  },
  { type: oneOf('new', 'old'), first: 'new', held: ['old', 'new'], overflow: [0], invalid: ['', 'odd', 'New'] },
  {
    ...{ type: date(), first: '', held: ['0001-01-01', '2024-02-29', '9999-12-31'] },
    ...{ overflow: [0], invalid: ['2023-02-29', '24-01-01', '2024-01-01 '] },
  },
  { type: boolean(), first: false, held: [true, false] },
  {
    ...{ type: int32(), first: 0, held: [2 ** 31 - 1, -(2 ** 31), 0, 7] },
    overflow: [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN, '1', 1n],
  },
  ...[int64(), money(), decimal(0), decimal(18), timestamp()].map((type) => ({
    ...{ type, first: 0, held: [MAX, -MAX, 0, 7] },
    overflow: [MAX + 1, -MAX - 1, 0.5, Number.NaN, Infinity, '1', 1n],
  })),
  {
    ...{ type: double(), first: 0, held: [0.1, -1e300, Number.MAX_VALUE, 0] },
    overflow: [Number.NaN, Infinity, -Infinity, '1', 1n],
  },
  {
    ...{ type: int64({ range: 'full' }), first: 0n, held: [2n ** 63n - 1n, -(2n ** 63n) + 1n, 0n, -1n] },
    overflow: [2n ** 63n, -(2n ** 63n), 1, '1'],
  },
  ...[bigMoney(), bigDecimal(0), bigDecimal(18)].map((type) => ({
    ...{ type, first: 0n },
    held: [2n ** 127n - 1n, -(2n ** 127n) + 2n ** 64n, 2n ** 63n, -(2n ** 63n) - 1n, -1n, 1n << 64n, 0n],
    overflow: [2n ** 127n, -(2n ** 127n), 1, '1'],
  })),
] as never;

interface View {
  before: number;
  field: unknown;
  after: bigint;
}

/** A state of one field, between others that must not change. */
function stateOf(field: FieldType): { readonly state: KeyedState; readonly view: View } {
  const schema: RecordSchema = record('state', { before: int64(), field, after: bigMoney() });
  const state = new KeyedState('operator', schema, new Interner());
  state.upsert(['other'], 0, 1);
  state.upsert(['key'], 1, 1);
  const view = state.cursor as unknown as View;
  view.before = -3;
  view.after = -(2n ** 100n);
  return { state, view };
}

describe('a field of a state', () => {
  for (const { type, first, held, overflow = [], invalid = [] } of kinds) {
    for (const field of [type, optional(type)] as readonly FieldType[]) {
      const name = `${field.optional ? 'optional ' : ''}${field.kind}`;

      it(`of kind ${name} has its initial value, holds exactly what is set, and leaves others unchanged`, () => {
        const { state, view } = stateOf(field);
        expect(view.field).to.equal(field.optional ? undefined : first);
        for (const value of [...held, ...(field.optional ? [undefined, held[0]] : [])]) {
          view.field = value;
          expect(view.field).to.equal(value);
          expect(state.cursor.$copy()).to.eql({ before: -3, field: value, after: -(2n ** 100n) });
        }
        state.at(state.find(['other']));
        expect(state.cursor.$copy()).to.eql({ before: 0, field: field.optional ? undefined : first, after: 0n });
      });

      it(`of kind ${name} rejects what it cannot hold, and remains unchanged`, async () => {
        const { view } = stateOf(field);
        view.field = held[0];
        for (const [code, values] of [
          ['ERR_OVERFLOW', overflow],
          ['ERR_ROW_INVALID', invalid],
        ] as const) {
          for (const value of values) {
            expect(await codeOf(() => (view.field = value)), `${typeof value} ${String(value)}`).to.equal(code);
            expect(view.field).to.equal(held[0]);
          }
        }
        if (!field.optional && field.kind !== 'boolean') {
          expect(await codeOf(() => (view.field = undefined))).to.equal('ERR_OVERFLOW');
        }
      });
    }
  }

  for (const { type, held } of kinds) {
    for (const field of [type, optional(type)] as readonly FieldType[]) {
      it(`of kind ${field.optional ? 'optional ' : ''}${field.kind} begins with each value that is stated`, () => {
        for (const value of held) {
          const schema = {
            ...record('state', { before: int64(), field, after: bigMoney() }),
            initial: { field: value },
          };
          const state = new KeyedState('operator', schema as RecordSchema, new Interner());
          state.upsert(['key'], 1, 1);
          expect(state.cursor.$copy()).to.eql({ before: 0, field: value, after: 0n });
          (state.cursor as unknown as View).field = held[0];
          state.rollback(1);
          state.upsert(['other'], 2, 1);
          expect(state.cursor.$copy()).to.eql({ before: 0, field: value, after: 0n });
        }
      });
    }
  }

  it('may have any name that a record allows, including those of object members', () => {
    const schema = record('state', { constructor: int64(), hasOwnProperty: text(), toString: int64() } as never);
    const state = new KeyedState('operator', schema, new Interner());
    state.upsert(['key'], 0, 1);
    Object.assign(state.cursor, { constructor: 7, hasOwnProperty: 'x', toString: 3 });
    expect(JSON.stringify(state.cursor.$copy())).to.equal('{"constructor":7,"hasOwnProperty":"x","toString":3}');
  });

  it('is distinct from that of another state with the same columns', async () => {
    const [one, two] = ['one', 'two'].map((owner) => {
      const state = new KeyedState(owner, record('s', { words: text({ max: owner.length }) }), new Interner());
      state.upsert(['key'], 0, 1);
      return state.cursor as unknown as { words: string };
    });
    if (one === undefined || two === undefined) return expect.fail('two states');
    one.words = 'abc';
    expect([one.words, two.words]).to.eql(['abc', '']);
    expect(() => (two.words = 'abcd')).to.throw('two:');
    expect(await codeOf(() => (one.words = 'abcd'))).to.equal('ERR_ROW_INVALID');
  });
});
