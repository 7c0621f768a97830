import { map } from 'rxjs';
import {
  type AsyncCall,
  foldByKey,
  type Infer,
  into,
  int64,
  mapAsync,
  type Mutable,
  type Pipeline,
  pipeline,
  record,
  repartition,
  stream,
  table,
  text,
} from '@stockafolio/core';
import { type Sale, Sale as SaleSchema } from './sales.js';

/** A sale, and what was answered for it. */
export const Rated = record('rated', { ...SaleSchema.fields, rate: int64() });
const Rates = record('rates', { all: text({ max: 50_000 }), count: int64() });

/** What was answered for each sale; and in order, by user and by item. */
export const rateOfSale = table(
  'rate_of_sale',
  { partitionBy: ['user'], clusterBy: ['amount'] },
  { user: text(), amount: int64(), rate: int64() },
);
export const ratesOfUser = table('rates_of_user', { partitionBy: ['user'] }, { user: text(), ...Rates.fields });
export const ratesOfItem = table('rates_of_item', { partitionBy: ['item'] }, { item: text(), ...Rates.fields });

export type RateOf = (sale: Sale, call: AsyncCall) => PromiseLike<Sale & { readonly rate: number }>;

export interface RatedOptions {
  /** Whether sales are in the partition of their user; defaults to true. */
  readonly isKeyed?: boolean;
  readonly attempts?: number;
  readonly timeout?: number;
}

/** Sales that an asynchronous function rates; the amount of a sale is unique. */
export function rated(rateOf: RateOf, { isKeyed = true, attempts = 2, timeout = 1_000 }: RatedOptions = {}): Pipeline {
  const time = (sale: Sale): number => sale.time;
  const sales = stream('sales', SaleSchema, isKeyed ? { key: 'user', time } : { keyedBy: 'nothing', time });
  return pipeline('rated', { sales }, ({ sales }) => {
    const rates = sales.pipe(mapAsync('rates', { schema: Rated, map: rateOf, attempts, retryAfter: 10, timeout }));
    const add = (seen: Mutable<Infer<typeof Rates>>, { amount, rate }: Infer<typeof Rated>): void => {
      seen.all += `${amount}:${rate} `;
      seen.count += 1;
    };
    const byItem = rates.pipe(
      repartition('by-item', 'item'),
      foldByKey('of-item', { key: ['item'], state: Rates, fold: add }),
    );
    const byUser = () => rates.pipe(foldByKey('of-user', { key: ['user'], state: Rates, fold: add }));
    return [
      into(rateOfSale, rates.pipe(map(({ user, amount, rate }) => ({ user, amount, rate })))),
      into(ratesOfItem, byItem),
      ...(isKeyed ? [into(ratesOfUser, byUser())] : []),
    ];
  });
}
