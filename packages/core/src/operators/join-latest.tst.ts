import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Order, type Sale, Sum } from '@stockafolio/conformance';
import { foldByKey, type Infer, int64, joinLatest, record } from '@stockafolio/core';

declare const sales: Observable<Sale>;
declare const orders: Observable<Order>;
const Part = record('part', { cents: int64() });
type Part = Infer<typeof Part>;

const sums = sales.pipe(foldByKey('s', { key: ['user'], state: Sum, fold: addTo }));
const parts = orders.pipe(
  foldByKey('p', { key: ['user'], state: Part, fold: (part, { cents }) => void (part.cents = cents) }),
);

describe('joinLatest', () => {
  test('emits the latest values of both sides', () => {
    sums.pipe(
      joinLatest('j', parts),
      map(({ key, value }) => {
        expect(key).type.toBe<readonly [string]>();
        expect(value.left).type.toBe<Sum>();
        expect(value.right).type.toBe<Part>();
      }),
    );
    sums.pipe(
      joinLatest('j', parts, { kind: 'outer' }),
      map(({ value }) => {
        expect(value.left).type.toBe<Sum | undefined>();
        if (value.left === undefined) expect(value.right).type.toBe<Part>();
      }),
    );
  });

  test('goes before an operator with unfold', () => {
    sums.pipe(
      joinLatest('j', parts),
      foldByKey('f', {
        key: ({ key }) => key,
        state: Sum,
        fold: (sum, { value: { left, right } }) => void (sum.amount += left.amount - right.cents),
        unfold: (sum, { value: { left, right } }) => void (sum.amount -= left.amount - right.cents),
      }),
    );
  });

  test('takes what has a key', () => {
    // @ts-expect-error Property 'key' is missing in type
    sales.pipe(joinLatest('j', parts));
    const byNumber = orders.pipe(
      foldByKey('n', { key: ['cents'], state: Part, fold: (part, { cents }) => void (part.cents = cents) }),
    );
    // @ts-expect-error the two keys need parts of the same types, in the same order
    sums.pipe(joinLatest('j', byNumber, {}));
  });
});
