import { expect, test } from 'tstyche';
import { int64, money, optional, shard, text, timestamp } from '../schema/index.js';
import { table, type KeyOf, type RowOf, type ValuesOf } from './table.js';

const fields = { user: text(), time: timestamp(), shard: shard(), cost: money(), note: optional(text()) };
const costs = table('costs', { partitionBy: ['user'], clusterBy: ['shard', 'time'], descending: ['time'] }, fields);

test('rows, keys and values omit the shard', () => {
  expect<RowOf<typeof costs>>().type.toBe<
    Omit<
      {
        readonly user: string;
        readonly time: number;
        readonly shard: number;
        readonly cost: number;
        readonly note?: string | undefined;
      },
      'shard'
    >
  >();
  expect<KeyOf<typeof costs>>().type.toBe<readonly [string, number]>();
  expect<{ cost: number }>().type.toBeAssignableTo<ValuesOf<typeof costs>>();
  expect<{ note: string }>().type.not.toBeAssignableTo<ValuesOf<typeof costs>>();
});

test('a table has its shape at run time too', () => {
  expect(costs.keyLength).type.toBe<number>();
});

test('key columns are columns, and only clustering columns are descending', () => {
  expect(table).type.not.toBeCallableWith('t', { partitionBy: ['missing'] }, fields);
  expect(table).type.not.toBeCallableWith('t', { partitionBy: [] }, fields);
  expect(table).type.not.toBeCallableWith('t', { partitionBy: ['user'], descending: ['user'] }, { user: int64() });
});
