import {
  days,
  foldByKey,
  hours,
  type Infer,
  int64,
  into,
  joinAsOf,
  joinBroadcast,
  joinLatest,
  joinWithin,
  minutes,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { map } from 'rxjs';

export const Order = record('order', { user: text(), id: text(), cents: int64(), time: timestamp() });
export const Payment = record('payment', { user: text(), order: text(), cents: int64(), time: timestamp() });
export const Discount = record('discount', { user: text(), cents: int64(), time: timestamp() });
export type Order = Infer<typeof Order>;

export const orders = stream('orders', Order, { key: 'user', time: (o) => o.time, outOfOrderness: minutes(1) });
export const payments = stream('payments', Payment, { key: 'user', time: (p) => p.time });
export const discounts = stream('discounts', Discount, { key: 'user', time: (d) => d.time });

// #region rates
export const Rate = record('rate', { currency: text(), perMille: int64(), time: timestamp() });
export const rates = stream('rates', Rate, { broadcast: true, time: (r) => r.time });
// #endregion rates

const order = { user: text(), id: text(), cents: int64() };
export const settled = table('settled', { partitionBy: ['user'], clusterBy: ['id'] }, order);
export const discounted = table('discounted', { partitionBy: ['user'], clusterBy: ['id'] }, order);
export const charged = table('charged', { partitionBy: ['user'], clusterBy: ['id'] }, order);
export const owed = table('owed', { partitionBy: ['user'] }, { user: text(), cents: int64() });

// #region within
export const settling = pipeline('settling', { orders, payments }, ({ orders, payments }) => [
  into(
    settled,
    orders.pipe(
      joinWithin('settling', payments, {
        key: ['user', 'id'],
        otherKey: ['user', 'order'],
        before: 0,
        after: hours(1),
        kind: 'left',
      }),
      map(({ left: { user, id }, right }) => ({ user, id, cents: right?.cents ?? 0 })),
    ),
  ),
]);
// #endregion within

// #region as-of
export const discounting = pipeline('discounting', { orders, discounts }, ({ orders, discounts }) => [
  into(
    discounted,
    orders.pipe(
      joinAsOf('discounting', discounts, { key: ['user'], otherKey: ['user'], keep: days(1), kind: 'left' }),
      map(({ left: { user, id, cents }, right }) => ({ user, id, cents: cents - (right?.cents ?? 0) })),
    ),
  ),
]);
// #endregion as-of

// #region broadcast
export const charging = pipeline('charging', { rates, orders }, ({ rates, orders }) => [
  into(
    charged,
    orders.pipe(
      joinBroadcast('charging', rates, { key: () => ['eur'], otherKey: ['currency'] }),
      map(({ left: { user, id, cents }, right }) => ({
        user,
        id,
        cents: Math.round((cents * right.perMille) / 1_000),
      })),
    ),
  ),
]);
// #endregion broadcast

const Total = record('total', { cents: int64() });

// #region latest
export const owing = pipeline('owing', { orders, payments }, ({ orders, payments }) => {
  const add = (total: { cents: number }, { cents }: { cents: number }): void => void (total.cents += cents);
  const ordered = orders.pipe(
    foldByKey('ordered', { key: ['user'], state: Total, fold: (sum, each) => add(sum, each) }),
  );
  const paid = payments.pipe(foldByKey('paid', { key: ['user'], state: Total, fold: (sum, each) => add(sum, each) }));
  return [
    into(
      owed,
      ordered.pipe(
        joinLatest('owed', paid, { kind: 'outer' }),
        map(({ key: [user], value: { left, right } }) => ({ user, cents: (left?.cents ?? 0) - (right?.cents ?? 0) })),
      ),
    ),
  ];
});
// #endregion latest
