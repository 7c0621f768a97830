import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, sales as ofSales, Sum } from '@stockafolio/conformance';
import {
  foldByKey,
  int64,
  into,
  optional,
  record,
  shardedFold,
  stream,
  text,
  timestamp,
  topic,
  tumblingWindow,
  whenFinal,
  type Branch,
} from '@stockafolio/core';

declare const sales: Observable<Sale>;
const copies = topic(ofSales);
const ItemSum = record('item_sum', {
  ...{ user: text(), item: text(), amount: int64(), count: int64() },
  note: optional(text()),
});
const itemSums = stream('item-sums', ItemSum, { key: 'user', time: () => 0 });
const sums = topic(itemSums, { compactBy: ['user', 'item'] });
const options = { key: ['user', 'item'], state: Sum, fold: addTo } as const;

describe('topic', () => {
  test('is compacted by fields that every record has', () => {
    expect(sums.compactBy).type.toBe<readonly ['user', 'item']>();
    expect(copies.compactBy).type.toBe<readonly []>();
    // @ts-expect-error is not assignable to type
    topic(itemSums, { compactBy: ['note'] });
    // @ts-expect-error is not assignable to type
    topic(itemSums, { compactBy: ['other'] });
  });

  test('takes records of its stream, with other fields beside them', () => {
    expect(into(copies, sales)).type.toBe<Branch>();
    expect(into(copies, sales.pipe(map((sale) => ({ ...sale, more: 1 }))))).type.toBe<Branch>();
    expect(into(sums, sales.pipe(map((sale) => ({ ...sale, count: 1 }))))).type.toBe<Branch>();
  });

  test('takes no records without a field, or with one of another type', () => {
    // @ts-expect-error field 'user' of the topic is missing in these records
    into(copies, sales.pipe(map(({ item, amount, time }) => ({ item, amount, time }))));
    // @ts-expect-error field 'amount' of the topic has another type
    into(copies, sales.pipe(map((sale) => ({ ...sale, amount: 'two' }))));
  });

  test('takes what a fold emits if it is compacted by its key', () => {
    expect(into(sums, sales.pipe(foldByKey('f', options)))).type.toBe<Branch>();
    // @ts-expect-error name the fields of the key of these figures
    into(copies, sales.pipe(foldByKey('f', options)));
    // @ts-expect-error the key of these figures is not like the fields of compactBy
    into(sums, sales.pipe(foldByKey('f', { ...options, key: ['user'] })));
    const Other = record('other', { amount: int64() });
    // @ts-expect-error field 'count' of the topic is missing in these records
    into(sums, sales.pipe(foldByKey('f', { key: ['user', 'item'], state: Other, fold: () => undefined })));
    // @ts-expect-error each partition has only its part of these figures
    into(sums, sales.pipe(shardedFold('f', options)));
  });

  test('takes windows when they are final', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, ...options }));
    const Window = record('window', { user: text(), amount: int64(), end: timestamp() });
    const ends = topic(stream('ends', Window, { key: 'user', time: ({ end }) => end }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    into(ends, windows);
    const final = windows.pipe(
      whenFinal(),
      map(({ key: [user], value: { amount }, window: { end } }) => ({ user, amount, end })),
    );
    expect(into(ends, final)).type.toBe<Branch>();
  });
});
