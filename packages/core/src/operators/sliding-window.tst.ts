import type { Observable, OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, byUser, type Sale, Sum } from '@stockafolio/conformance';
import { foldByKey, into, slidingWindow, tumblingWindow, type Update } from '@stockafolio/core';

declare const sales: Observable<Sale>;
type Sums = { readonly amount: number; readonly count: number };
const options = {
  size: 1,
  key: (s: Sale): [string] => [s.item],
  state: Sum,
  fold: addTo,
  merge: (): void => undefined,
};

describe('slidingWindow', () => {
  test('emits an update for each record', () => {
    expect(slidingWindow('w', options)).type.toBe<OperatorFunction<Sale, Update<[string], Sums, Sale, void>>>();
  });

  test('needs a size and a merge of states', () => {
    const { size, merge, ...rest } = options;
    expect(slidingWindow).type.not.toBeCallableWith('w', { ...rest, size });
    expect(slidingWindow).type.not.toBeCallableWith('w', { ...rest, merge });
    expect(slidingWindow).type.not.toBeCallableWith('w', { ...options, merge: (into: Sums) => into });
  });

  test('is a stream, which any operator folds, and takes no windows that may change', () => {
    const figures = sales.pipe(slidingWindow('w', options));
    expect(into).type.toBeCallableWith(byUser, figures);
    figures.pipe(foldByKey('f', { key: ({ key }) => key, state: Sum, fold: () => undefined }));
    const windows = sales.pipe(tumblingWindow('t', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(slidingWindow('w', { ...options, key: ({ key }) => key, fold: () => undefined }));
  });
});
