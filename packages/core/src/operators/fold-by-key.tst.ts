import { map, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { byUser, type Sale, Sum } from '@stockafolio/conformance';
import {
  date,
  foldByKey,
  type Infer,
  int64,
  into,
  keyPart,
  latestByKey,
  money,
  oneOf,
  optional,
  record,
  shardedFold,
  table,
  text,
  topByKey,
  tumblingWindow,
  type Update,
} from '@stockafolio/core';

declare const records: Observable<Sale>;

describe('foldByKey', () => {
  test('emits updates whose key is a tuple, with the state, the record and the result', () => {
    const fold = foldByKey('f', { key: (s: Sale) => [s.user, s.amount], state: Sum, fold: () => 7 });
    expect(fold).type.toBe<
      OperatorFunction<
        Sale,
        Update<[string, number], { readonly amount: number; readonly count: number }, Sale, number>
      >
    >();
  });

  test('infers the key from the names of fields, and from the types of computed parts', () => {
    const byName = records.pipe(foldByKey('f', { key: ['user', 'amount'], state: Sum, fold: () => 7 }));
    expect(byName).type.toBe<
      Observable<Update<readonly [string, number], { readonly amount: number; readonly count: number }, Sale, number>>
    >();
    const day = keyPart(date(), (s: Sale) => String(s.time));
    const computed = records.pipe(foldByKey('f', { key: [day, 'item'], state: Sum, fold: () => 7 }));
    expect(computed).type.toBe<
      Observable<Update<readonly [string, string], { readonly amount: number; readonly count: number }, Sale, number>>
    >();
  });

  test('names the field that a key cannot have', () => {
    const rest = { state: Sum, fold: (): void => undefined };
    records.pipe(
      // @ts-expect-error Type '"usr"' is not assignable to type
      foldByKey('f', { key: ['usr'], ...rest }),
      // @ts-expect-error Type '[]' is not assignable to type
      foldByKey('f', { key: [], ...rest }),
    );
    const odds = null as unknown as Observable<{ readonly user: string; readonly note?: string }>;
    // @ts-expect-error Type '"note"' is not assignable to type
    odds.pipe(foldByKey('f', { key: ['note'], ...rest }));
  });

  test('gives the fold a writable state of the schema, and the record of the stream', () => {
    const State = record('state', { name: text(), side: oneOf('buy', 'sell'), cost: money(), last: optional(int64()) });
    records.pipe(
      foldByKey('f', {
        key: (s) => [s.user],
        state: State,
        fold: (state, s) => {
          expect(state).type.toBe<{
            name: string;
            side: 'buy' | 'sell';
            cost: number;
            last?: number | undefined;
          }>();
          expect(s).type.toBe<Sale>();
        },
      }),
    );
  });

  test('rejects fields that the state does not have, and values of another type', () => {
    const options = { key: (s: Sale): [string] => [s.user], state: Sum };
    expect(records.pipe).type.toBeCallableWith(foldByKey('f', { ...options, fold: (sum) => void (sum.amount = 1) }));
    records.pipe(
      foldByKey('f', {
        ...options,
        fold: (sum) => {
          // @ts-expect-error Property 'missing' does not exist
          sum.missing = 1;
          // @ts-expect-error Type 'string' is not assignable to type 'number'
          sum.amount = 'many';
        },
      }),
    );
  });

  test('says in one line that a fold sets the fields of its state, and at once', () => {
    const key = (s: Sale): [string] => [s.user];
    const waits = async (): Promise<void> => Promise.resolve();
    const returns = (sum: Infer<typeof Sum>): Infer<typeof Sum> => ({ ...sum, count: sum.count + 1 });
    // @ts-expect-error "a fold cannot be async: its record would be complete before it has changed the state"
    records.pipe(foldByKey('f', { key, state: Sum, fold: waits }));
    // @ts-expect-error "a fold sets the fields of the state that it is given: a state that it returns would be ignored"
    records.pipe(foldByKey('f', { key, state: Sum, fold: returns }));
    // @ts-expect-error "a fold sets the fields of the state that it is given: a state that it returns would be ignored"
    records.pipe(shardedFold('f', { key, state: Sum, fold: (sum) => ({ ...sum, count: sum.count + 1 }) }));
    // @ts-expect-error Type 'Promise<void>' is not assignable to type 'Ignored'
    records.pipe(latestByKey('f', { key, state: Sum, fold: waits }));
    // @ts-expect-error is not assignable to type 'Ignored'
    records.pipe(tumblingWindow('f', { size: 1, key, state: Sum, fold: returns }));
    // @ts-expect-error is not assignable to type 'Ignored'
    records.pipe(topByKey('f', { k: 1, by: 'amount', key, state: Sum, fold: returns }));
    records.pipe(
      foldByKey('f', { key, state: Sum, fold: (sum) => ({ before: sum.count, after: ++sum.count }) }),
      tumblingWindow('g', { size: 1, key: (u) => [u.result.after], state: Sum, fold: (sum) => sum.count++ }),
    );
  });

  test('takes initial values of some fields of the state, as data or from the first record', () => {
    const fold = (sum: { amount: number }): void => void sum.amount;
    const low = { state: Sum, fold, key: ['user'] as const };
    records.pipe(
      foldByKey('f', { ...low, initial: { amount: 7 } }),
      tumblingWindow('w', {
        size: 1,
        key: (u) => u.key,
        state: Sum,
        fold,
        initial: (u) => ({ count: u.record.amount }),
      }),
    );
    records.pipe(topByKey('f', { k: 1, by: 'count', ...low, initial: {} }));
    // @ts-expect-error 'amuont' does not exist in type 'Initial<
    records.pipe(foldByKey('f', { ...low, initial: { amuont: 7 } }));
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    records.pipe(shardedFold('f', { ...low, initial: { amount: '7' } }));
    // @ts-expect-error Type 'undefined' is not assignable to type 'number'
    records.pipe(latestByKey('f', { ...low, initial: { amount: undefined } }));
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    records.pipe(tumblingWindow('f', { size: 1, ...low, initial: (s) => ({ amount: s.user }) }));
    const waits = async (s: Sale): Promise<{ amount: number }> => Promise.resolve({ amount: s.amount });
    // @ts-expect-error is not assignable to type 'Initial<
    records.pipe(topByKey('f', { k: 1, by: 'count', ...low, initial: waits }));
  });

  test('rejects a key that is empty, or not a tuple of texts, numbers, bigints and booleans', () => {
    const rest = { state: Sum, fold: (): void => undefined };
    expect(foldByKey).type.not.toBeCallableWith('f', { ...rest, key: (): [] => [] });
    expect(foldByKey).type.not.toBeCallableWith('f', { ...rest, key: (s: Sale) => s.user });
    expect(foldByKey).type.not.toBeCallableWith('f', { ...rest, key: (): [Date] => [new Date()] });
    expect(foldByKey).type.toBeCallableWith('f', { ...rest, key: (s: Sale): [string, number] => [s.user, s.amount] });
  });
});

describe('into', () => {
  const sums = records.pipe(foldByKey('f', { key: (s) => [s.user], state: Sum, fold: () => undefined }));

  test('accepts the updates of a fold whose key and state are those of the table', () => {
    expect(into).type.toBeCallableWith(byUser, sums);
  });

  test('accepts plain rows of the table, and no others', () => {
    expect(into).type.toBeCallableWith(byUser, records.pipe(map(() => ({ user: 'ann', amount: 1, count: 1 }))));
    expect(into).type.not.toBeCallableWith(byUser, records.pipe(map(() => ({ user: 'ann', amount: 1 }))));
    expect(into).type.not.toBeCallableWith(byUser, records.pipe(map(() => ({ user: 1, amount: 1, count: 1 }))));
    expect(into).type.not.toBeCallableWith(byUser, records);
  });

  test('rejects a fold whose key has other parts than the table', () => {
    const byTwo = records.pipe(foldByKey('f', { key: (s) => [s.user, s.item], state: Sum, fold: () => undefined }));
    expect(into).type.not.toBeCallableWith(byUser, byTwo);
    const byNumber = records.pipe(foldByKey('f', { key: (s) => [s.amount], state: Sum, fold: () => undefined }));
    expect(into).type.not.toBeCallableWith(byUser, byNumber);
  });

  test('rejects a state that lacks a column of the table, or has it with another type', () => {
    const Less = record('less', { amount: int64() });
    const Other = record('other', { amount: int64(), count: text() });
    expect(into).type.not.toBeCallableWith(
      byUser,
      records.pipe(foldByKey('f', { key: (s) => [s.user], state: Less, fold: () => undefined })),
    );
    expect(into).type.not.toBeCallableWith(
      byUser,
      records.pipe(foldByKey('f', { key: (s) => [s.user], state: Other, fold: () => undefined })),
    );
  });

  test('says in one line what is wrong', () => {
    const fold = { state: Sum, fold: (): void => undefined };
    // @ts-expect-error to parameter of type '"column 'count' of the table is missing in these rows"'
    into(byUser, records.pipe(map(({ user, amount }) => ({ user, amount }))));
    // @ts-expect-error to parameter of type '"column 'count' of the table has another type"'
    into(byUser, records.pipe(map(({ user, amount }) => ({ user, amount, count: 'one' }))));
    // @ts-expect-error '"the key of these figures is not like the key columns of the table"'
    into(byUser, records.pipe(foldByKey('f', { key: ['amount'], ...fold })));
    // @ts-expect-error '"the table needs a shard() column, because each partition has only its part of these figures"'
    into(byUser, records.pipe(shardedFold('f', { key: ['user'], ...fold })));
    const wrong: Observable<{ user: string; amount: number } | { user: string; count: number }> = records as never;
    // @ts-expect-error '"column 'count' of the table is missing in these rows"
    into(byUser, wrong);
  });

  test('keeps the words of a column in the rows that are made for it', () => {
    const sided = table('sided', { partitionBy: ['user'] }, { user: text(), side: oneOf('buy', 'sell') });
    into(sided, records.pipe(map(({ user, amount }) => ({ user, side: amount > 0 ? 'buy' : 'sell' }))));
    // @ts-expect-error '"column 'side' of the table has another type"'
    into(sided, records.pipe(map(({ user }) => ({ user, side: 'hold' }))));
  });

  test('accepts a state without the optional columns of the table', () => {
    const loose = table(
      'loose',
      { partitionBy: ['user'] },
      { user: text(), amount: int64(), count: int64(), note: optional(text()) },
    );
    expect(into).type.toBeCallableWith(loose, sums);
  });
});
