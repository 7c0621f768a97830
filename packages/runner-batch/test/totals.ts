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

export const Sale = record('sale', { user: text({ min: 1 }), amount: int64(), time: timestamp() });
export type Sale = Infer<typeof Sale>;
export const sales = stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time });

const Sum = record('sum', { amount: int64(), count: int64() });

export const byUser = table('by_user', { partitionBy: ['user'] }, { user: text(), amount: int64(), count: int64() });

/** Sums and counts the sales of each user. */
export const totals = pipeline('totals', { sales }, ({ sales }) => [
  into(
    byUser,
    sales.pipe(
      foldByKey('totals', {
        key: (s) => [s.user],
        state: Sum,
        fold: (sum, s) => {
          sum.amount += s.amount;
          sum.count += 1;
        },
      }),
    ),
  ),
]);
