import {
  bigMoney,
  date,
  int32,
  int64,
  money,
  oneOf,
  record,
  seconds,
  shard,
  stream,
  table,
  text,
  timestamp,
  type Infer,
} from '@stockafolio/core';

// #region record
export const Sale = record('sale', {
  shop: text({ min: 1 }),
  article: text({ min: 1 }),
  category: oneOf('bread', 'cake', 'coffee'),
  pieces: int32({ min: 1 }),
  price: money({ min: 0 }),
  time: timestamp(),
});
export type Sale = Infer<typeof Sale>;
// #endregion record

// #region stream
export const sales = stream('sales', Sale, {
  key: 'shop',
  time: (s) => s.time,
  outOfOrderness: seconds(5),
});
// #endregion stream

// #region table
export const articles = table(
  'articles',
  { partitionBy: ['shop'], clusterBy: ['article'] },
  { shop: text(), article: text(), pieces: int64(), turnover: money() },
);
// #endregion table

// #region descending
export const shopMinutes = table(
  'shop_minutes',
  { partitionBy: ['shop'], clusterBy: ['minute'], descending: ['minute'] },
  { shop: text(), minute: timestamp(), pieces: int64(), turnover: money() },
);
// #endregion descending

// #region shard
export const categoryDays = table(
  'category_days',
  { partitionBy: ['day'], clusterBy: ['category', 'shard'] },
  { day: date(), category: text(), shard: shard(), pieces: int64(), turnover: bigMoney() },
);
// #endregion shard

export const bestShops = table(
  'best_shops',
  { partitionBy: ['day'], clusterBy: ['shard', 'rank'] },
  { day: date(), shard: shard(), rank: int32(), shop: text(), turnover: money() },
);

export const largeSales = table(
  'large_sales',
  { partitionBy: ['shop'], clusterBy: ['time', 'article'] },
  { shop: text(), time: timestamp(), article: text(), pieces: int32(), price: money() },
);
