import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sum } from '@stockafolio/conformance';
import { distinctByKey, tumblingWindow } from '@stockafolio/core';

declare const sales: Observable<Sale>;

describe('distinctByKey', () => {
  test('emits the records', () => {
    expect(sales.pipe(distinctByKey('d', { key: ['user'], within: 1 }))).type.toBe<Observable<Sale>>();
    expect(sales.pipe(distinctByKey('d', { key: (s) => [s.user, s.item], within: 1 }))).type.toBe<Observable<Sale>>();
    sales.pipe(
      distinctByKey('d', { key: ['user'], within: 1 }),
      map(({ amount }) => amount),
    );
  });

  test('takes fields of the records, and a time', () => {
    // @ts-expect-error Type '"usr"' is not assignable to type
    sales.pipe(distinctByKey('d', { key: ['usr'], within: 1 }));
    expect(distinctByKey).type.not.toBeCallableWith('d', { key: ['user'] });
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(distinctByKey('d', { key: ({ key }) => key, within: 1 }));
  });
});
