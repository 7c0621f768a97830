import { map, merge } from 'rxjs';
import {
  foldByKey,
  type Infer,
  int64,
  into,
  pipeline,
  record,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
} from '@stockafolio/core';

export const Order = record('order', { user: text(), cents: int64({ min: 1 }), time: timestamp() });
export const Payment = record('payment', { payer: text(), paid: int64(), note: text(), time: timestamp() });
export type Order = Infer<typeof Order>;
export type Payment = Infer<typeof Payment>;

export const orders = stream('orders', Order, { key: 'user', time: (o) => o.time });
export const payments = stream('payments', Payment, { key: 'payer', time: (p) => p.time, outOfOrderness: 500 });

export const Balance = record('balance', { cents: int64(), log: text({ max: 4_000 }) });
export const balances = table(
  'balances',
  { partitionBy: ['user'] },
  { user: text(), cents: int64(), log: text({ max: 4_000 }) },
);
export const balancesBySecond = table(
  'balances_by_second',
  { partitionBy: ['start'], clusterBy: ['user'] },
  { start: timestamp(), user: text(), cents: int64(), log: text({ max: 4_000 }) },
);

export interface Entry {
  readonly user: string;
  readonly cents: number;
}

export const entryFold = {
  state: Balance,
  fold: (state: { cents: number; log: string }, { cents }: Entry): void => {
    state.cents += cents;
    // What was folded, in order.
    state.log += ` ${cents}`;
    if (cents === 13) throw new Error('13 is unlucky');
  },
};

/** What users ordered and paid, in one figure, and by second: a pipeline of two streams. */
export const accounts = pipeline('accounts', { orders, payments }, ({ orders, payments }) => {
  const debits = orders.pipe(map(({ user, cents }): Entry => ({ user, cents: -cents })));
  const credits = payments.pipe(map(({ payer, paid }): Entry => ({ user: payer, cents: paid })));
  const entries = merge(debits, credits);
  return [
    into(balances, entries.pipe(foldByKey('balances', { ...entryFold, key: ({ user }) => [user] as const }))),
    into(
      balancesBySecond,
      entries.pipe(
        tumblingWindow('by-second', { ...entryFold, key: ({ user }: Entry) => [user] as const, size: 1_000 }),
        map(({ window: { start }, key: [user], value }) => ({ start, user, ...value })),
      ),
    ),
  ];
});
