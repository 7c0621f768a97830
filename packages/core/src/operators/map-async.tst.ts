import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'tstyche';
import { addTo, type Sale, Sale as SaleSchema, Sum } from '@stockafolio/conformance';
import { double, mapAsync, record, text, timestamp, tumblingWindow } from '@stockafolio/core';

declare const sales: Observable<Sale>;
declare const rateOf: (item: string) => Promise<number>;
const Rated = record('rated', { ...SaleSchema.fields, rate: double() });
const Named = record('named', { who: text(), at: timestamp() });

describe('mapAsync', () => {
  test('has the fields of its schema', () => {
    const rated = sales.pipe(
      mapAsync('r', { schema: Rated, map: async (sale) => ({ ...sale, rate: await rateOf(sale.item) }) }),
    );
    expect(rated).type.toBe<
      Observable<{
        readonly user: string;
        readonly item: string;
        readonly amount: number;
        readonly time: number;
        readonly rate: number;
      }>
    >();
  });

  test('needs key and time where results lack fields of the records', () => {
    const call = async ({ user, time }: Sale): Promise<{ readonly who: string; readonly at: number }> =>
      Promise.resolve({ who: user, at: time });
    sales.pipe(mapAsync('r', { schema: Named, map: call, key: 'who', time: ({ at }) => at }));
    // @ts-expect-error is missing the following properties
    sales.pipe(mapAsync('r', { schema: Named, map: call }));
  });

  test('takes a function that gives what the schema says', () => {
    // @ts-expect-error Property 'rate' is missing
    sales.pipe(mapAsync('r', { schema: Rated, map: (sale: Sale) => Promise.resolve(sale) }));
  });

  test('takes no windows', () => {
    const windows = sales.pipe(tumblingWindow('w', { size: 1, key: ['user'], state: Sum, fold: addTo }));
    const call = async (): Promise<{ readonly who: string; readonly at: number }> =>
      Promise.resolve({ who: '', at: 0 });
    // @ts-expect-error these values change until they are final: put whenFinal() behind the window
    windows.pipe(mapAsync('r', { schema: Named, map: call, key: 'who', time: () => 0 }));
    windows.pipe(map(({ value }) => value));
  });
});
