import type { Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sum } from '@stockafolio/conformance';
import { foldByKey, shardedFold, type Update } from '@stockafolio/core';

declare const sales: Observable<Sale>;
const holdings = sales.pipe(foldByKey('h', { key: ['user', 'item'], state: Sum, fold: addTo }));

describe('unfold', () => {
  test('is given the update with the earlier value, as fold is given the current one', () => {
    const options = {
      state: Sum,
      fold: () => undefined,
    };
    holdings.pipe(
      shardedFold('s', {
        ...options,
        key: ({ key: [, item] }) => [item],
        unfold: (sum, earlier) => {
          expect(sum.amount).type.toBe<number>();
          expect(earlier.key).type.toBe<readonly [string, string]>();
          expect(earlier.value.count).type.toBe<number>();
        },
      }),
    );
    expect(
      holdings.pipe(foldByKey('f', { ...options, key: ({ key: [user] }) => [user], unfold: () => undefined })),
    ).type.toBe<
      Observable<
        Update<
          [string],
          { readonly amount: number; readonly count: number },
          Update<readonly [string, string], { readonly amount: number; readonly count: number }, Sale, void>,
          undefined
        >
      >
    >();
  });

  test('is for figures alone: records have no earlier value', () => {
    sales.pipe(
      foldByKey('f', {
        key: ['user'],
        state: Sum,
        fold: addTo,
        // @ts-expect-error not assignable to type '"only what foldByKey, shardedFold and latestByKey emit has an earlier value, which can be undone"'
        unfold: () => undefined,
      }),
    );
  });
});
