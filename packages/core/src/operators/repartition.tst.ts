import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sale as SaleSchema, Sum } from '@stockafolio/conformance';
import { int64, record, repartition, tumblingWindow } from '@stockafolio/core';

declare const sales: Observable<Sale>;
const Amount = record('amount', { amount: int64(), time: int64() });

describe('repartition', () => {
  test('passes the records on', () => {
    expect(sales.pipe(repartition('r', 'item'))).type.toBe<Observable<Sale>>();
    expect(sales.pipe(repartition('r', ['item', 'user']))).type.toBe<Observable<Sale>>();
    expect(sales.pipe(repartition('r', ({ item, user }) => [item, user]))).type.toBe<Observable<Sale>>();
    expect(sales.pipe(repartition('r', { key: 'item', outOfOrderness: 5 }))).type.toBe<Observable<Sale>>();
  });

  test('has the fields of the schema that it is given', () => {
    const key = 'amount';
    const all = sales.pipe(repartition('r', { key, schema: SaleSchema, time: (sale) => sale.time }));
    expect(all).type.toBe<Observable<Sale>>();
    const some = sales.pipe(repartition('r', { key, schema: Amount, time: (sale) => sale.time }));
    expect(some).type.toBe<Observable<{ readonly amount: number; readonly time: number }>>();
    // @ts-expect-error Type 'RecordSchema
    sales.pipe(repartition('r', { key, schema: record('other', { other: int64() }), time: (sale: Sale) => sale.time }));
  });

  test('takes fields of the records', () => {
    // @ts-expect-error Argument of type '"itm"' is not assignable to parameter
    sales.pipe(repartition('r', 'itm'));
    // @ts-expect-error Property 'itm' does not exist on type
    sales.pipe(repartition('r', ({ itm }) => itm));
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(repartition('r', { key: ({ key }) => key }));
    windows.pipe(map(({ value }) => value));
  });
});
