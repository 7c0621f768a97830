import { map, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sum } from '@stockafolio/conformance';
import { type CountedWindow, countWindow, foldByKey, tumblingWindow } from '@stockafolio/core';

declare const sales: Observable<Sale>;
type Sums = { readonly amount: number; readonly count: number };
const options = { key: (s: Sale): [string] => [s.item], state: Sum, fold: addTo };

describe('countWindow', () => {
  test('emits the key as a tuple, the index and the state', () => {
    expect(countWindow('w', { ...options, size: 2 })).type.toBe<
      OperatorFunction<Sale, CountedWindow<[string], Sums>>
    >();
    expect(countWindow('w', { ...options, size: 2, slide: 1 })).type.toBe<
      OperatorFunction<Sale, CountedWindow<[string], Sums>>
    >();
  });

  test('needs a size, and has neither lateness nor expiry', () => {
    expect(countWindow).type.not.toBeCallableWith('w', options);
    expect(countWindow).type.not.toBeCallableWith('w', { ...options, size: 2, allowedLateness: 1 });
    expect(countWindow).type.not.toBeCallableWith('w', { ...options, size: 2, expires: () => 1 });
  });

  test('is a stream, which any operator folds, and takes no windows that may change', () => {
    sales.pipe(
      countWindow('w', { ...options, size: 2 }),
      map(({ value }) => value),
    );
    sales.pipe(
      countWindow('w', { ...options, size: 2 }),
      foldByKey('f', {
        key: ({ key }) => key,
        state: Sum,
        fold: (sum, { value }) => void (sum.amount += value.amount),
      }),
    );
    const windows = sales.pipe(tumblingWindow('t', { ...options, size: 1 }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(countWindow('w', { size: 2, key: ({ key }) => key, state: Sum, fold: () => undefined }));
  });
});
