// #region streams
import {
  foldByKey,
  int64,
  into,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  type Infer,
} from '@stockafolio/core';
import { map, merge } from 'rxjs';

const Order = record('order', { user: text(), cents: int64({ min: 1 }), time: timestamp() });
const Payment = record('payment', { payer: text(), cents: int64({ min: 1 }), time: timestamp() });
export type Order = Infer<typeof Order>;
export type Payment = Infer<typeof Payment>;

export const orders = stream('orders', Order, { key: 'user', time: (o) => o.time });
export const payments = stream('payments', Payment, { key: 'payer', time: (p) => p.time });

const Owed = record('owed', { cents: int64() });
export const owed = table('owed', { partitionBy: ['user'] }, { user: text(), cents: int64() });

/** What each user has ordered and not paid yet. */
export const accounts = pipeline('accounts', { orders, payments }, ({ orders, payments }) => {
  const debts = orders.pipe(map(({ user, cents }) => ({ user, cents })));
  const paid = payments.pipe(map(({ payer, cents }) => ({ user: payer, cents: -cents })));
  return [
    into(
      owed,
      merge(debts, paid).pipe(
        foldByKey('owed', {
          key: ({ user }) => [user],
          state: Owed,
          fold: (sum, { cents }) => {
            sum.cents += cents;
          },
        }),
      ),
    ),
  ];
});
// #endregion streams
