import { map, type Observable } from 'rxjs';
import { expect, test } from 'tstyche';
import { byItem, byUser, type Sale, Sum } from '@stockafolio/conformance';
import { into, latestByKey, shardedFold } from '@stockafolio/core';

declare const records: Observable<Sale>;
const options = { key: (s: Sale): [string] => [s.item], state: Sum, fold: (): void => undefined };

test('the shard is not part of the key: the operator fills it in', () => {
  expect(into).type.toBeCallableWith(byItem, records.pipe(shardedFold('s', options)));
  expect(into).type.toBeCallableWith(byItem, records.pipe(latestByKey('l', options)));
  expect(into).type.toBeCallableWith(byItem, records.pipe(map(() => ({ item: 'tea', amount: 1, count: 1 }))));
  const keyed = { ...options, key: (s: Sale): [string, number] => [s.item, 0] };
  expect(into).type.not.toBeCallableWith(byItem, records.pipe(shardedFold('s', keyed)));
});

test('latestByKey has no result, and no hidden field in the state', () => {
  const updates = records.pipe(latestByKey('l', options));
  updates.subscribe(({ key, value, result }) => {
    expect(key).type.toBe<[string]>();
    expect(value).type.toBe<{ readonly amount: number; readonly count: number }>();
    expect(result).type.toBe<ReturnType<typeof options.fold>>();
  });
  expect(into).type.toBeCallableWith(byItem, updates);
  expect(into).type.not.toBeCallableWith(byUser, updates);
});

test('latestByKey may have a whole key if that is data: the plan knows whether it begins with the stream’s own', () => {
  const { state, fold } = options;
  const named = records.pipe(latestByKey('l', { key: ['user'], state, fold }));
  expect(into).type.toBeCallableWith(byUser, named);
  const computed = records.pipe(latestByKey('l', { key: (s) => [s.user] as const, state, fold }));
  // @ts-expect-error '"the table needs a shard() column, because each partition has only its part of these figures"'
  into(byUser, computed);
});
