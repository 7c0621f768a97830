import type { Observable } from 'rxjs';
import { expect, test } from 'tstyche';
import type { Sale } from '@stockafolio/conformance';
import {
  bigMoney,
  boolean,
  date,
  double,
  int32,
  int64,
  money,
  oneOf,
  optional,
  type RankField,
  record,
  text,
  timestamp,
  topByKey,
} from '@stockafolio/core';

declare const records: Observable<Sale>;
const Everything = record('everything', {
  word: text(),
  day: date(),
  yes: boolean(),
  side: oneOf('buy', 'sell'),
  maybe: optional(int64()),
  small: int32(),
  large: int64(),
  full: int64({ range: 'full' }),
  ratio: double(),
  cost: money(),
  sum: bigMoney(),
  at: timestamp(),
});
const options = { k: 3, key: (s: Sale): [string] => [s.user], state: Everything, fold: (): void => undefined };

test('ranks only by numbers that are not optional', () => {
  expect<RankField<(typeof Everything)['fields']>>().type.toBe<
    'small' | 'large' | 'full' | 'ratio' | 'cost' | 'sum' | 'at'
  >();
  expect(topByKey).type.toBeCallableWith('t', { ...options, by: 'cost' as const });
  expect(topByKey).type.toBeCallableWith('t', { ...options, by: ['cost', 'small'] as const });
  expect(topByKey).type.not.toBeCallableWith('t', { ...options, by: 'word' as const });
  expect(topByKey).type.not.toBeCallableWith('t', { ...options, by: ['cost', 'word'] as const });
  expect(topByKey).type.not.toBeCallableWith('t', { ...options, by: [] as const });
  expect(topByKey).type.not.toBeCallableWith('t', { ...options, by: 'maybe' as const });
  expect(topByKey).type.not.toBeCallableWith('t', { ...options, by: 'missing' as const });
});

test('emits the group and the key as tuples', () => {
  records.pipe(topByKey('t', { ...options, by: 'sum', group: (s) => [s.item, s.time] })).subscribe((each) => {
    expect(each.group).type.toBe<[string, number]>();
    expect(each.key).type.toBe<[string]>();
    expect(each.rank).type.toBe<number>();
    expect(each.value.sum).type.toBe<bigint>();
  });
  records.pipe(topByKey('t', { ...options, by: 'sum' })).subscribe(({ group }) => {
    expect(group).type.toBe<readonly []>();
  });
});
