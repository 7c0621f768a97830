import { map } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sum } from '@stockafolio/conformance';
import {
  type FinalWindow,
  foldByKey,
  hoppingWindow,
  latestByKey,
  shardedFold,
  topByKey,
  tumblingWindow,
  whenFinal,
} from '@stockafolio/core';
import type { Observable } from 'rxjs';

declare const sales: Observable<Sale>;
type Sums = { readonly amount: number; readonly count: number };

const seconds = sales.pipe(tumblingWindow('s', { size: 1, key: ['user'], state: Sum, fold: addTo }));
const best = sales.pipe(topByKey('t', { k: 1, by: 'amount', key: ['user'], state: Sum, fold: addTo }));
const fold = (): void => undefined;
const options = { key: (): [string] => ['ann'], state: Sum, fold };

describe('whenFinal', () => {
  test('makes records of the windows of an operator, with the same key and value', () => {
    expect(seconds.pipe(whenFinal())).type.toBe<Observable<FinalWindow<readonly [string], Sums>>>();
    seconds.pipe(
      whenFinal(),
      foldByKey('f', {
        key: ({ key }) => key,
        state: Sum,
        fold: (sum, { value }) => {
          sum.amount += value.amount;
        },
      }),
    );
  });

  test('takes windows alone, not records or rankings', () => {
    expect(sales.pipe).type.not.toBeCallableWith(whenFinal());
    expect(best.pipe).type.not.toBeCallableWith(whenFinal());
  });

  test('stands before every operator that folds windows: the error says so', () => {
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(foldByKey('f', options));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(shardedFold('f', options));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(latestByKey('f', options));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(topByKey('f', { ...options, k: 1, by: 'amount' }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(tumblingWindow('f', { ...options, size: 1 }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    seconds.pipe(hoppingWindow('f', { ...options, size: 2, step: 1 }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    best.pipe(foldByKey('f', options));
  });

  test('is not seen through functions: the plan is checked when it is made', () => {
    seconds.pipe(
      map(({ value }) => value),
      foldByKey('f', options),
    );
  });
});
