import {
  foldByKey,
  int32,
  int64,
  into,
  minutes,
  money,
  pipeline,
  record,
  shard,
  stream,
  table,
  text,
  timestamp,
  tumblingWindow,
  type Infer,
  type Mutable,
} from '@stockafolio/core';
import { map } from 'rxjs';
import { movingMedian } from './moving-median.js';

export const Sale = record('sale', {
  till: text(),
  item: text(),
  count: int32({ min: 1 }),
  price: money(),
  time: timestamp(),
});
export type Sale = Infer<typeof Sale>;
export const sales = stream('sales', Sale, { key: (s) => s.till, time: (s) => s.time });

const Sum = record('sum', { sold: int64(), value: money() });
const addSale = (sum: Mutable<Infer<typeof Sum>>, sale: Sale): void => {
  sum.sold += sale.count;
  sum.value += sale.count * sale.price;
};

export const tills = table('tills', { partitionBy: ['till'] }, { till: text(), sold: int64(), value: money() });
export const itemMinutes = table(
  'item_minutes',
  { partitionBy: ['item'], clusterBy: ['minute', 'shard'] },
  { item: text(), minute: timestamp(), shard: shard(), sold: int64(), value: money() },
);

export const medians = table('medians', { partitionBy: ['till'] }, { till: text(), median: int64() });

export default pipeline('bakery', { sales }, ({ sales }) => [
  into(tills, sales.pipe(foldByKey('tills', { key: (s) => [s.till], state: Sum, fold: addSale }))),
  into(
    itemMinutes,
    sales.pipe(
      tumblingWindow('item-minute', { size: minutes(1), key: (s) => [s.item], state: Sum, fold: addSale }),
      map(({ window, key: [item], value }) => ({ item, minute: window.start, ...value })),
    ),
  ),
  into(
    medians,
    sales.pipe(
      movingMedian('medians', 'till', (s) => s.price),
      map(({ key, median }) => ({ till: key, median })),
    ),
  ),
]);
