import {
  foldByKey,
  into,
  joinAsOf,
  joinLatest,
  joinWithin,
  minutes,
  money,
  pipeline,
  record,
  split,
  text,
  timesPrice,
  timestamp,
} from '@stockafolio/core';
import { map } from 'rxjs';
import { orders, payments, quotes } from './records.js';
import { balances, settlements, unquoted } from './tables.js';

/** An order counts as unpaid if it is not paid within this time. */
export const DUE = minutes(30);
/** How far behind the newest record an order still finds the quote of its time. */
const KEPT = minutes(10);

const Priced = record('priced', { shop: text(), id: text(), amount: money(), time: timestamp() });
const Settlement = record('settlement', { amount: money(), paid: money(), time: timestamp() });
const Total = record('total', { amount: money() });

export const settling = pipeline('settling', { quotes, orders, payments }, ({ quotes, orders, payments }) => {
  // Each order with the quote that was valid at its time, not with the newest one.
  const withQuotes = orders.pipe(
    joinAsOf('quoted', quotes, {
      ...{ key: ['shop', 'article'], otherKey: ['shop', 'article'], keep: KEPT, kind: 'left' },
    }),
  );
  const { quoted, rest } = split(withQuotes, { quoted: (each) => each.right !== undefined });
  const priced = quoted.pipe(
    map(({ left: { shop, id, pieces, time }, right: { price } }) => ({
      ...{ shop, id, amount: timesPrice(pieces, price), time },
    })),
  );

  // Each order with its payments of half an hour. Several pairs of one order are folded into one row.
  const settled = priced.pipe(
    joinWithin('paid', payments, {
      key: ['shop', 'id'],
      otherKey: ['shop', 'order'],
      before: 0,
      after: DUE,
      kind: 'left',
      left: { state: Priced, select: (order) => order },
    }),
    foldByKey('settlements', {
      key: ({ key }) => key,
      state: Settlement,
      fold: (row, { left: { amount, time }, right }) => {
        row.amount = amount;
        row.time = time;
        row.paid += right?.amount ?? 0;
      },
    }),
  );

  // Two figures of each shop side by side; either changes the row.
  const sold = priced.pipe(
    foldByKey('sold', {
      ...{ key: ({ shop }) => [shop], state: Total },
      fold: (total, { amount }) => void (total.amount += amount),
    }),
  );
  const received = payments.pipe(
    foldByKey('received', {
      ...{ key: ['shop'], state: Total },
      fold: (total, { amount }) => void (total.amount += amount),
    }),
  );
  return [
    into(settlements, settled),
    into(
      unquoted,
      rest.pipe(map(({ left: { shop, time, id, article, pieces } }) => ({ shop, time, id, article, pieces }))),
    ),
    into(
      balances,
      sold.pipe(
        joinLatest('balances', received, { kind: 'outer' }),
        map(({ key: [shop], value: { left, right } }) => {
          const [sold, received] = [left?.amount ?? 0, right?.amount ?? 0];
          return { shop, sold, received, open: sold - received };
        }),
      ),
    ),
  ];
});

export default settling;
