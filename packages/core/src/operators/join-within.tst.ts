import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Order, type Payment, type Sale, Sum } from '@stockafolio/conformance';
import { type Infer, int64, joinWithin, record, tumblingWindow } from '@stockafolio/core';

declare const orders: Observable<Order>;
declare const payments: Observable<Payment>;
declare const sales: Observable<Sale>;
const Part = record('part', { cents: int64() });
type Part = Infer<typeof Part>;
const near = { before: 1, after: 1 } as const;

describe('joinWithin', () => {
  test('emits pairs of records, and by its kind records alone', () => {
    orders.pipe(
      joinWithin('j', payments, { ...near, key: ['user'], otherKey: ['payer'] }),
      map(({ key, left, right, time }) => {
        expect(key).type.toBe<readonly [string]>();
        expect(left).type.toBe<Order>();
        expect(right).type.toBe<Payment>();
        expect(time).type.toBe<number>();
      }),
    );
    orders.pipe(
      joinWithin('j', payments, { ...near, key: ['user'], otherKey: ['payer'], kind: 'left' }),
      map(({ left, right }) => {
        expect(left).type.toBe<Order>();
        expect(right).type.toBe<Payment | undefined>();
      }),
    );
    orders.pipe(
      joinWithin('j', payments, { ...near, key: ['user'], otherKey: ['payer'], kind: 'outer' }),
      map((pair) => {
        expect(pair.left).type.toBe<Order | undefined>();
        if (pair.left === undefined) expect(pair.right).type.toBe<Payment>();
      }),
    );
  });

  test('takes a function as one key, and names of fields as the other', () => {
    orders.pipe(
      joinWithin('j', payments, { ...near, key: ({ user, cents }) => [user, cents], otherKey: ['payer', 'paid'] }),
      map(({ key }) => expect(key).type.toBe<[string, number]>()),
    );
    orders.pipe(
      joinWithin('j', payments, { ...near, key: ['user', 'cents'], otherKey: ({ payer, paid }) => [payer, paid] }),
      map(({ key }) => expect(key).type.toBe<readonly [string, number]>()),
    );
    // @ts-expect-error the two keys need parts of the same types, in the same order
    orders.pipe(joinWithin('j', payments, { ...near, key: ({ user }) => [user], otherKey: ['paid'] }));
    // @ts-expect-error the two keys need parts of the same types, in the same order
    orders.pipe(joinWithin('j', payments, { ...near, key: ['user'], otherKey: ({ payer }) => [payer, payer] }));
  });

  test('emits what is kept', () => {
    orders.pipe(
      joinWithin('j', payments, {
        ...near,
        key: (o) => [o.user],
        otherKey: (p) => [p.payer],
        right: { state: Part, select: ({ paid }) => ({ cents: paid }) },
      }),
      map(({ left, right }) => {
        expect(left).type.toBe<Order>();
        expect(right).type.toBe<Part>();
      }),
    );
    orders.pipe(
      joinWithin('j', payments, {
        ...near,
        key: ['user'],
        otherKey: ['payer'],
        // @ts-expect-error Property 'cents' is missing in type
        right: { state: Part, select: ({ paid }) => ({ paid }) },
      }),
    );
  });

  test('takes keys that can be equal', () => {
    // @ts-expect-error the two keys need parts of the same types, in the same order
    orders.pipe(joinWithin('j', payments, { ...near, key: ['user'], otherKey: ['paid'] }));
    // @ts-expect-error the two keys need parts of the same types, in the same order
    orders.pipe(joinWithin('j', payments, { ...near, key: ['user'], otherKey: ['payer', 'note'] }));
    // @ts-expect-error is not assignable to type
    orders.pipe(joinWithin('j', payments, { ...near, key: ['usr'], otherKey: ['payer'] }));
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    orders.pipe(
      // @ts-expect-error the values of the other flow change until they are final: put whenFinal() behind its window
      joinWithin('j', windows, { ...near, key: ['user'], otherKey: ({ key }) => key }),
    );
  });
});
