import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Order, type Payment, type Sale, Sum } from '@stockafolio/conformance';
import { joinAsOf, tumblingWindow } from '@stockafolio/core';

declare const orders: Observable<Order>;
declare const payments: Observable<Payment>;
declare const sales: Observable<Sale>;

describe('joinAsOf', () => {
  test('emits each record with its version', () => {
    orders.pipe(
      joinAsOf('j', payments, { key: ['user'], otherKey: ['payer'] }),
      map(({ key, left, right }) => {
        expect(key).type.toBe<readonly [string]>();
        expect(left).type.toBe<Order>();
        expect(right).type.toBe<Payment>();
      }),
    );
    orders.pipe(
      joinAsOf('j', payments, { key: (o) => [o.user], otherKey: (p) => [p.payer], kind: 'left' }),
      map(({ right }) => {
        expect(right).type.toBe<Payment | undefined>();
      }),
    );
  });

  test('takes keys that can be equal, and no kind that gives versions alone', () => {
    // @ts-expect-error the two keys need parts of the same types, in the same order
    orders.pipe(joinAsOf('j', payments, { key: ['user'], otherKey: ['paid'] }));
    // @ts-expect-error Type '"outer"' is not assignable to type
    orders.pipe(joinAsOf('j', payments, { key: ['user'], otherKey: ['payer'], kind: 'outer' }));
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(joinAsOf('j', orders, { key: ({ key }) => key, otherKey: ['user'] }));
  });
});
